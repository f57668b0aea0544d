/** Why a service is silent: the doctor's first broken hop. Loaded only where one is. */
import type { ParsedArgs } from '../../args.ts';
import { oneLine } from '../../ui/redact.ts';
import type { Context } from '../context.ts';

export interface Broken {
  readonly says: string;
  readonly do?: string;
}

/** Service → what is broken first. Never throws: without a finding the service is simply not in the answer. */
export async function firstBroken(services: readonly string[], args: ParsedArgs, context: Context): Promise<ReadonlyMap<string, Broken>> {
  if (services.length === 0) return new Map();
  const [{ look }, { diagnose }, { rules }, { thenOf }] = await Promise.all([import('../doctor/look.ts'), import('../../doctor/engine.ts'), import('../../doctor/rules/index.ts'), import('../../doctor/then.ts')]);
  const wait = context.tools.working(`looking for what is wrong with ${services.map(oneLine).join(', ')}`);
  try {
    // Its own title would say less here.
    const tools = { ...context.tools, working: () => ({ says: wait.says, done: () => {}, failed: () => {} }) };
    const { known } = await look({ ...args, services, offline: false, noDocker: args.local, bundle: undefined }, { ...context, tools });
    wait.done('looked for the cause');
    const { lines } = diagnose(known, rules, { then: thenOf(known, args.file, context.env) });
    return new Map(services.flatMap((name) => {
      const line = lines.find((one) => one.status === 'broken' && (one.service === name || one.service === undefined));
      return line === undefined ? [] : [[name, { says: line.says, ...(line.do === undefined ? {} : { do: line.do }) }] as const];
    }));
  } catch {
    wait.failed('looking for the cause');
    return new Map();
  }
}
