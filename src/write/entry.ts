/**
 * What the journal holds, as data. An *open* record says how to bring every file to one known state if the program
 * dies; a *kept* record says how to take a finished init back. Secrets are placeholders in both.
 */
import * as z from 'zod';
import { applySplices } from '../formats/splices.ts';
import { secretSpans } from '../ui/secret-shapes.ts';
import type { Encoding, Patch, Path } from '../types.ts';
import { patchSchema, pathSchema, storeOpSchema } from './plan-schema.ts';

/** The text around a splice in the text after, to find it again in a file that was edited elsewhere. */
export interface Around {
  readonly lead: string;
  readonly tail: string;
}
export interface Changed {
  readonly patch: Patch;
  /** One for each splice; none for a file that holds a secret: its neighbours may be secrets too. */
  readonly around: readonly Around[];
  /** Format of an edited file: what is left after undo must still be readable. */
  readonly format?: string;
}

/** A finished init that can be taken back. */
export interface Kept {
  readonly schema: 2;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly services: readonly string[];
  readonly changed: readonly Changed[];
  readonly stores: readonly { readonly op: 'store'; readonly store: string; readonly name: string }[];
  /** Folders that were made, outermost first. */
  readonly folders: readonly Path[];
}

/** One file, and the state that recovery brings it to. */
export interface Goal {
  readonly path: Path;
  /** Base64; null = must not be there. */
  readonly bytes: string | null;
  /** null = as it is. */
  readonly mode: number | null;
  readonly inPlace: boolean;
  readonly encoding: Encoding;
  /** The other state that the file may be in, masked; null = absent. Anything else was done by somebody else. */
  readonly other: string | null;
  /** What leads from the other state to `bytes`, in that order, for a file that somebody has edited since. */
  readonly out: readonly Changed[];
}

/** What becomes of the kept records when the open one is done. */
export interface Next {
  readonly remove: readonly string[];
  readonly keep: readonly Kept[];
}
export interface Open {
  readonly schema: 2;
  readonly id: string;
  /** Random, in the names of the run's temporary files: no file of the user's has such a name. */
  readonly mark: string;
  /** 'back': an init, recovery takes it back. 'on': an undo, recovery finishes it (its files hold the key; the journal must not). */
  readonly way: 'back' | 'on';
  readonly goals: readonly Goal[];
  /** Folders to remove if they are empty, outermost first. */
  readonly folders: readonly Path[];
  readonly next: Next;
}

const idSchema = z.string().regex(/^\d{6}$/);
const changedSchema = z.strictObject({
  patch: patchSchema,
  around: z.array(z.strictObject({ lead: z.string(), tail: z.string() })),
  format: z.string().exactOptional(),
});
const keptSchema: z.ZodType<Kept> = z.strictObject({
  schema: z.literal(2),
  id: idSchema,
  at: z.number(),
  services: z.array(z.string()),
  changed: z.array(changedSchema),
  stores: z.array(storeOpSchema),
  folders: z.array(pathSchema),
});
const openSchema: z.ZodType<Open> = z.strictObject({
  schema: z.literal(2),
  id: idSchema,
  mark: z.string().regex(/^[0-9a-f]{16}$/),
  way: z.enum(['back', 'on']),
  goals: z.array(
    z.strictObject({
      path: pathSchema,
      bytes: z.string().nullable(),
      mode: z.number().int().min(0).max(0o777).nullable(),
      inPlace: z.boolean(),
      encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be']),
      other: z.string().nullable(),
      out: z.array(changedSchema),
    }),
  ),
  folders: z.array(pathSchema),
  next: z.strictObject({ remove: z.array(idSchema), keep: z.array(keptSchema) }),
});

export const parseKept = (text: string): Kept | undefined => keptSchema.safeParse(jsonOf(text)).data;
export const parseOpen = (text: string): Open | undefined => openSchema.safeParse(jsonOf(text)).data;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const LEAD_LINES = 3;
const LEAD_LENGTH = 240;

/** A patch with what undo will look for; `before` is the text that it was made for. */
export function changedOf(patch: Patch, before: string, holdsSecret: boolean, format: string | undefined): Changed {
  const after = applySplices(before, patch.splices);
  const secrets = secretSpans(after);
  let moved = 0;
  const around = patch.splices.map(({ at, cut, put }) => {
    const start = at + moved;
    const end = start + put.length;
    moved += put.length - cut.length;
    // A key that the user wrote out beside it is not copied: the context ends at its line.
    const last = secrets.findLast((span) => span.at < start);
    const next = secrets.find((span) => span.at + span.text.length > end);
    const from = last === undefined ? 0 : lineEnd(after, last.at + last.text.length, start);
    const to = next === undefined ? after.length : Math.max(end, after.lastIndexOf('\n', next.at) + 1);
    return { lead: lastLines(after.slice(Math.max(from, start - LEAD_LENGTH), start)), tail: firstLines(after.slice(end, Math.min(to, end + LEAD_LENGTH))) };
  });
  return { patch, around: holdsSecret || patch.kind === 'create' ? [] : around, ...(format === undefined ? {} : { format }) };
}

function lineEnd(text: string, at: number, most: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? most : Math.min(found + 1, most);
}
function lastLines(text: string): string {
  return text.split('\n').slice(-LEAD_LINES).join('\n');
}
function firstLines(text: string): string {
  return text.split('\n').slice(0, LEAD_LINES).join('\n');
}
