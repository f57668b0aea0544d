import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** What a workspace promises, written beside it as expect.json. The harness copies everything but this file. */
const Request = z.strictObject({
  to: z.string(),
  path: z.string(),
  method: z.enum(['GET', 'POST']).default('GET'),
  json: z.json().optional(),
  /** The server spans of this request's trace, exactly: service → span names ('a|b' = either). */
  serverSpans: z.record(z.string(), z.array(z.string())),
  /** All spans of this request's trace by service, exactly; for "nothing is doubled". */
  spans: z.record(z.string(), z.number()).optional(),
});
const Expect = z.strictObject({
  about: z.string(),
  /** Service → address on this machine. */
  at: z.record(z.string(), z.string()),
  /** Service → a route that answers 200 once it serves. */
  ready: z.record(z.string(), z.string()),
  /** Service → the service name that its spans carry, where it is not the compose service's. */
  names: z.record(z.string(), z.string()).default({}),
  requests: z.array(Request).min(1),
  /** Makes the lock file in that folder before anything else: a user has one. */
  lock: z.strictObject({ in: z.string(), command: z.array(z.string()).min(1) }).optional(),
  /** Touch this file and wait until the `ready` route of the service answers with another value of `header`. */
  touch: z.strictObject({ file: z.string(), service: z.string(), header: z.string() }).optional(),
  /** Service → why its process model cannot flush at stop. The tool must then say so in its report. */
  mayLoseAtStop: z.record(z.string(), z.string()).default({}),
});
export type Expect = z.infer<typeof Expect>;
export type ExpectedRequest = z.infer<typeof Request>;

export function readExpect(folder: string): Expect {
  return Expect.parse(JSON.parse(readFileSync(join(folder, 'expect.json'), 'utf8')));
}
