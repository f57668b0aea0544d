/** Runs probes side by side: each as soon as what it starts from is known, each with its own limit. Never throws. */
import type { Tools } from '../types.ts';
import type { FactName, Facts, Known, Missing, Probe, Rule } from './types.ts';

export interface Probing {
  readonly known: Known;
  /** Milliseconds that each probe took, in the order in which they ended. */
  readonly took: readonly { readonly fact: FactName; readonly ms: number }[];
}

/**
 * @param forbidden why a kind of effect is not allowed ('--offline'), by what it touches; those probes do not run.
 * @param ended called whenever a probe ends.
 */
export async function probe(given: Known, probes: readonly Probe[], tools: Tools, forbidden: Partial<Record<Probe['touches'], Missing>> = {}, ended: (fact: FactName, missing?: Missing) => void = () => {}): Promise<Probing> {
  const took: { fact: FactName; ms: number }[] = [];
  const running = new Map<FactName, Promise<unknown>>();
  const answerOf = (name: FactName): Promise<unknown> => running.get(name) ?? Promise.resolve(given[name] ?? { missing: `${name} is not known` });
  const known: Record<string, unknown> = { ...given };

  const run = async (one: Probe): Promise<unknown> => {
    // The others must have been put into `running` before the first of them is waited for.
    await Promise.resolve();
    const not = forbidden[one.touches];
    const answer = not ?? (await start(one));
    known[one.fact] = answer;
    ended(one.fact, isMissing(answer) ? answer : undefined);
    return answer;
  };
  const start = async (one: Probe): Promise<unknown> => {
    const facts: Record<string, unknown> = {};
    for (const name of one.from) {
      const fact = await answerOf(name);
      if (isMissing(fact)) return fact;
      facts[name] = fact;
    }
    for (const name of one.also ?? []) {
      const fact = await answerOf(name);
      if (!isMissing(fact)) facts[name] = fact;
    }
    const began = tools.now();
    const answer = await limited(one, facts as unknown as Facts, tools);
    took.push({ fact: one.fact, ms: tools.now() - began });
    return answer;
  };
  for (const one of probes) if (given[one.fact] === undefined) running.set(one.fact, run(one));
  await Promise.all(running.values());
  return { known: known as Known, took };
}

/** The probes whose facts these rules look at, and those that they start from. */
export function neededProbes(probes: readonly Probe[], rules: readonly Rule[]): readonly Probe[] {
  const needed = new Set(rules.flatMap(({ from, also = [] }) => [...from, ...also]));
  for (const fact of needed) for (const one of probes) if (one.fact === fact) for (const other of [...one.from, ...(one.also ?? [])]) needed.add(other);
  return probes.filter(({ fact }) => needed.has(fact));
}

export const isMissing = (fact: unknown): fact is Missing => typeof fact === 'object' && fact !== null && 'missing' in fact;

async function limited(one: Probe, facts: Facts, tools: Tools): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Missing>((done) => {
    timer = setTimeout(() => done({ missing: `${one.title}: no answer within ${Math.round(one.ms / 1000)} s` }), one.ms);
  });
  try {
    return await Promise.race([one.run(facts, tools), late]);
  } catch (error) {
    return { missing: `${one.title} met an error of ours: ${error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, 160) : 'unknown'}` };
  } finally {
    clearTimeout(timer);
  }
}
