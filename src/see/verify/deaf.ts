/**
 * Whether a process takes notice of the signal that asks it to end. The first process of a container gets none that it has
 * no handler for: `flask run` runs on until it is killed, ten seconds later, and nothing is gained by the wait. Pure.
 */

/**
 * @param status of /proc/1/status. @param signal its number.
 * @returns undefined = cannot be told. A blocked signal counts as heard: a small init waits for it that way and passes it on.
 */
export function hears(status: string, signal: number): boolean | undefined {
  const masks = [/^SigBlk:\s*([0-9a-f]{16})$/m, /^SigCgt:\s*([0-9a-f]{16})$/m].map((line) => line.exec(status)?.[1]);
  if (masks.some((mask) => mask === undefined)) return undefined;
  return masks.some((mask) => ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n);
}

/** SDKs send what waits every five seconds unless told otherwise; a moment more for the way. */
const DELAY_MS = 5_000;
const WAY_MS = 1_000;

/** Milliseconds until all that the requests made is sent for sure. @param delays OTEL_BSP_SCHEDULE_DELAY of each service. */
export function sentAfter(sinceLastRequest: number, delays: readonly (string | undefined)[]): number {
  const longest = Math.max(DELAY_MS, ...delays.map(Number).filter((ms) => ms >= 0));
  return Math.max(0, longest + WAY_MS - sinceLastRequest);
}
