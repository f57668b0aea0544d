/** Ends containers of ours that would only be waited for: Docker's ten seconds before it kills what does not hear. */
import { constants } from 'node:os';
import * as z from 'zod';
import { hears } from '../../see/verify/deaf.ts';
import type { Tools } from '../../types.ts';

const LIMIT_MS = 20_000;
/** Docker's own patience where nothing else is said. */
const PATIENCE_S = 10;
const SIGNALS: Readonly<Record<string, number>> = constants.signals;
/** An engine leaves out what is not set. */
const shape = z.array(z.object({ Id: z.string(), State: z.object({ Running: z.boolean() }), Config: z.object({ StopTimeout: z.number().nullish(), StopSignal: z.string().nullish() }) }));

/**
 * What hears its signal, or has a stop_grace_period of its own, is left to Compose. The others get the time until
 * everything is sent, and are killed then as they would have been anyway. @param ids containers that verify made.
 */
export async function endDeaf(ids: readonly string[], sentAfterMs: number, { exec }: Pick<Tools, 'exec'>): Promise<void> {
  const patience = Math.max(1, Math.ceil(sentAfterMs / 1000));
  if (patience >= PATIENCE_S || ids.length === 0) return;
  const asked = read((await exec(['docker', 'inspect', '--type', 'container', ...ids], { ms: LIMIT_MS })).out).flatMap(({ Id: id, State, Config }) => {
    const signal = SIGNALS[Config.StopSignal || 'SIGTERM'];
    return !State.Running || typeof Config.StopTimeout === 'number' || signal === undefined ? [] : [{ id, signal }];
  });
  const deaf = await Promise.all(asked.map(async ({ id, signal }) => {
    const { code, out: status } = await exec(['docker', 'exec', id, 'cat', '/proc/1/status'], { ms: LIMIT_MS });
    return code === 0 && hears(status, signal) === false ? [id] : [];
  }));
  if (deaf.flat().length > 0) await exec(['docker', 'stop', '-t', String(patience), ...deaf.flat()], { ms: LIMIT_MS });
}

function read(out: string): z.infer<typeof shape> {
  try {
    return shape.safeParse(JSON.parse(out)).data ?? [];
  } catch {
    return [];
  }
}
