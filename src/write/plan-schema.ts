/** The zod schema of a plan: what --out writes and --apply takes, and the parts of it that the journal keeps. */
import * as z from 'zod';
import type { Path, Plan } from '../types.ts';

/** A path of the workspace: relative, '/' between parts, no '..', nothing of git's own. */
export const pathSchema = z
  .string()
  .regex(/^(?!\/)(?![A-Za-z]:)[^\\\0]+$/, 'is not a relative path')
  .refine((text) => text.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git'), 'leaves the workspace')
  .transform((text) => text as Path);
const folderSchema = z.union([z.literal('').transform((text) => text as Path), pathSchema]);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const keys = z.array(z.union([z.string(), z.number().int().nonnegative()]));
const secretRef = z.object({ secret: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) });
const value = z.union([z.string(), secretRef]);

const changeSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('set'), at: keys, value }),
  z.object({ do: z.literal('add'), at: keys, value: z.string() }),
  z.object({ do: z.literal('prefix'), at: keys, words: z.array(z.string()), from: z.number().int().nonnegative().exactOptional() }),
  z.object({ do: z.literal('append'), at: keys, value: z.string(), sep: z.string() }),
  z.object({ do: z.literal('replace'), at: keys, was: z.string(), value }),
  z.object({ do: z.literal('remove'), at: keys, was: z.string() }),
]);
export const storeOpSchema = z.object({ op: z.literal('store'), store: z.string(), name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) });
const opSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('edit'), path: pathSchema, format: z.string(), change: changeSchema }),
  z.object({ op: z.literal('create'), path: pathSchema, template: z.string() }),
  storeOpSchema,
  z.object({ op: z.literal('lock'), argv: z.array(z.string()), cwd: folderSchema, reads: z.array(pathSchema), writes: z.array(pathSchema) }),
]);

export const patchSchema = z.object({
  path: pathSchema,
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be']),
  mode: z.number().int().min(0).max(0o777).exactOptional(),
  before: hash.nullable(),
  after: hash,
  splices: z.array(z.object({ at: z.number().int().nonnegative(), cut: z.string(), put: z.string() })),
  kind: z.enum(['edit', 'create', 'lock']),
});

const needSchema = z
  .object({ by: z.string(), why: z.string() })
  .and(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('env'), name: z.string(), value: z.string(), accept: z.literal('any').exactOptional(), join: z.enum([' ', ',', ':']).exactOptional() }),
      z.object({ kind: z.literal('secret'), name: z.string() }),
      z.object({ kind: z.literal('package'), name: z.string(), version: z.string() }),
      z.object({ kind: z.literal('wrap'), argv: z.array(z.string()) }),
      z.object({ kind: z.literal('file'), template: z.string(), to: z.string() }),
      z.object({ kind: z.literal('host'), name: z.string(), address: z.string() }),
    ]),
  );
const placeSchema = z.union([z.enum(['shell', 'image', 'container', 'backend']), z.object({ path: folderSchema, line: z.number().int().exactOptional() })]);
const pasteSchema = z.object({ into: z.string(), text: z.string() });
const verdictSchema = z.discriminatedUnion('is', [
  z.object({ is: z.literal('met'), where: placeSchema }),
  z.object({ is: z.literal('absent'), ops: z.array(opSchema) }),
  z.object({ is: z.literal('differs'), where: placeSchema, found: z.string(), ops: z.array(opSchema) }),
  z.object({ is: z.literal('stuck'), stuck: z.string(), paste: pasteSchema.exactOptional() }),
]);

export const planSchema: z.ZodType<Plan> = z.object({
  schema: z.literal(1),
  judged: z.array(z.object({ service: z.string(), need: needSchema, verdict: verdictSchema })),
  ops: z.array(opSchema),
  patches: z.array(patchSchema),
  refused: z.array(z.object({ service: z.string(), why: z.string(), paste: pasteSchema.exactOptional() })),
});
