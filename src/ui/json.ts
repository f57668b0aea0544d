/** The shape of what --json prints, as zod schemas; --json-schema prints them as JSON Schema. */
import * as z from 'zod';

import type { CommandName } from '../args.ts';
import { verifyLine } from './json-verify.ts';

const where = z.union([z.object({ path: z.string(), line: z.int().optional() }), z.enum(['shell', 'image', 'container', 'backend'])]);
const evidence = z.object({ where, says: z.string() });
const paste = z.object({ into: z.string(), text: z.string() });

const service = z.object({
  name: z.string(),
  language: z.string().optional(),
  framework: z.string().optional(),
  action: z.enum(['instrument', 'skip', 'manual']),
  reason: z.string(),
  because: z.array(evidence),
  notes: z.array(z.string()),
  paste: paste.optional(),
}).meta({ description: 'One service of the workspace, and what is done about it.' });

const edit = z.object({
  path: z.string().meta({ description: 'A file, relative to the workspace, or the name of a store' }),
  kind: z.enum(['edit', 'create', 'lock', 'store']),
  status: z.enum(['changed', 'unchanged', 'refused', 'follows']).meta({ description: 'follows: a lock file that its package manager will bring up to date; a dry run does not run it' }),
  why: z.string(),
}).meta({ description: 'Every file and store that the plan touches; unchanged where there was nothing to do.' });

const splice = z.object({ at: z.int(), cut: z.string(), put: z.string() });
const patch = z.object({
  path: z.string(), encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be']), mode: z.int().optional(),
  before: z.string().nullable(), after: z.string(), splices: z.array(splice), kind: z.enum(['edit', 'create', 'lock']),
});
const plan = z.object({
  schema: z.literal(1),
  judged: z.array(z.looseObject({ service: z.string() })),
  ops: z.array(z.looseObject({ op: z.enum(['edit', 'create', 'store', 'lock']) })),
  patches: z.array(patch),
  refused: z.array(z.object({ service: z.string(), why: z.string(), paste: paste.optional() })),
}).meta({ description: 'Splices with hashes; a secret is the placeholder {{secret:NAME}}.' });

/** A place that holds a telemetry variable: its value never, only what tells two values apart. */
const place = z.object({ place: z.string(), value: z.string().meta({ description: 'Redacted where the variable is a secret' }), wins: z.boolean() });
const variable = z.object({ name: z.string(), service: z.string().optional(), places: z.array(place), problem: z.string().optional() });

const explained = z.object({ rule: z.string(), line: z.string().meta({ description: 'The first line that led here, without secrets' }), count: z.int(), title: z.string().optional(), why: z.string().optional(), do: z.string().optional(), page: z.string() });
const page = z.object({ rule: z.string(), hop: z.string(), title: z.string(), symptoms: z.array(z.string()), why: z.string(), check: z.array(z.string()), fix: z.array(z.string()), links: z.array(z.string()).optional() });

/** Of every command. */
export const reportShape = z.object({
  schema: z.literal(1),
  command: z.string(),
  exit: z.int().meta({ description: '0 done, 1 something chosen is not done, 2 usage, 3 an answer is missing, 4 refused for safety, 5 key rejected or backend not reached, 130 interrupted' }),
  ok: z.boolean(),
  error: z.string().optional().meta({ description: 'Where the command ended early: what happened' }),
  services: z.array(service).optional(),
  edits: z.array(edit).optional(),
  plan: plan.optional(),
  variables: z.array(variable).optional(),
  explained: z.array(explained).optional(),
  page: page.optional(),
  next: z.array(z.string()),
});

const status = z.enum(['ok', 'warn', 'broken', 'skipped', 'blocked', 'crashed']);
const hop = z.enum(['key', 'stores', 'files', 'source', 'image', 'container', 'export', 'arrival']);
const line = z.object({
  rule: z.string().meta({ description: 'otel-setup doctor --explain RULE prints its page' }),
  hop,
  service: z.string().optional().meta({ description: 'Absent: of the workspace as a whole' }),
  status: status.meta({ description: 'skipped: a fact was not to be had; blocked: an earlier hop of the same service broke; crashed: a defect of otel-setup' }),
  says: z.string(),
  because: z.array(evidence),
  do: z.string().optional().meta({ description: 'The one thing to do' }),
  then: z.string().optional().meta({ description: 'What makes it reach the process' }),
  fixable: z.boolean().meta({ description: 'otel-setup doctor --fix would do it' }),
}).meta({ description: 'One finding of one rule.' });

/** Of `doctor`. */
export const doctorShape = reportShape.omit({ services: true, edits: true, variables: true }).extend({
  lines: z.array(line),
  cause: z.object({ rule: z.string(), service: z.string().optional() }).nullable().meta({ description: 'The first break: what to mend first' }),
  path: z.array(z.object({ hop, status })).meta({ description: 'The way of a span, hop by hop, all services together' }),
  probes: z.array(z.object({ fact: z.string(), ms: z.number() })).meta({ description: 'What was asked, and how many milliseconds the answer took; they run side by side' }),
});

/** JSON Schema (draft 2020-12) of `otel-setup COMMAND --json`. */
export function jsonSchema(command: CommandName): unknown {
  if (command === 'verify') return z.toJSONSchema(verifyLine.meta({ title: 'a line of otel-setup verify --json' }));
  if (command === 'doctor') return z.toJSONSchema(doctorShape.extend({ command: z.literal(command) }).meta({ title: 'otel-setup doctor --json' }));
  if (command === 'explain') return z.toJSONSchema(reportShape.omit({ services: true, edits: true, plan: true, variables: true }).extend({ command: z.literal(command) }).meta({ title: 'otel-setup explain --json' }));
  const written = reportShape.omit({ explained: true, page: true });
  const only = command === 'init' ? written.omit({ variables: true }) : command === 'status' ? written.omit({ plan: true, edits: true, services: true }) : written.omit({ variables: true, services: true });
  return z.toJSONSchema(only.extend({ command: z.literal(command) }).meta({ title: `otel-setup ${command} --json` }));
}
