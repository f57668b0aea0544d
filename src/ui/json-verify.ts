/** The shape of what `verify --json` prints: an event a line, and the report as the last line. */
import * as z from 'zod';

const name = z.string().meta({ description: "The service's name in the compose file" });
const event = z.discriminatedUnion('event', [
  z.object({ event: z.literal('start'), how: z.string(), services: z.array(z.object({ name, to: z.string().optional().meta({ description: 'Its own endpoint, where the relay passes on to; absent: it is not watched' }) })) }),
  z.object({ event: z.literal('request'), service: name, url: z.string(), traceId: z.string(), status: z.int().optional(), failed: z.string().optional() }),
  z.object({ event: z.literal('spans'), service: name, signal: z.enum(['traces', 'metrics', 'logs']), count: z.int(), accepted: z.boolean(), answer: z.string().meta({ description: "The backend's answer in its own words" }), last: z.string() }),
  z.object({ event: z.literal('way'), service: name, is: z.enum(['open', 'closed', 'unknown']), says: z.string() }).meta({ description: 'The direct way, tried from inside the service' }),
  z.object({ event: z.literal('restored'), problems: z.array(z.string()) }).meta({ description: 'The services are as they were before, but for the problems' }),
]);
const state = z.enum(['works', 'refused', 'silent', 'way closed', 'not watchable', 'not set up', 'outdated', 'not started', 'waiting']);
const verified = z.object({
  name, state, spans: z.int(), last: z.string(), answer: z.string(),
  seconds: z.number().optional(), traceId: z.string().optional(), link: z.string().optional(), says: z.string().optional(), then: z.string().optional().meta({ description: 'The one thing to do' }),
});
const remark = z.object({ about: z.enum(['unnamed', 'doubled', 'parents', 'context', 'route', 'health']), service: name, says: z.string(), then: z.string() });
const report = z.object({
  schema: z.literal(1),
  command: z.literal('verify'),
  exit: z.int().meta({ description: '0: every chosen service was seen and accepted' }),
  ok: z.boolean(),
  error: z.string().optional(),
  verified: z.array(verified).optional(),
  quality: z.array(remark).optional(),
  next: z.array(z.string()),
});

/** One line of `verify --json`. */
export const verifyLine = z.union([event, report]);
