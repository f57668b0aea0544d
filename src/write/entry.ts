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
  readonly schema: 1;
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
  /** Name of the temporary file beside it. */
  readonly temp: string;
  readonly inPlace: boolean;
  readonly encoding: Encoding;
  /** The other state that the file may be in, masked; null = absent. Anything else was done by somebody else. */
  readonly other: string | null;
  /** Names of the secrets that the other state holds. */
  readonly secrets: readonly string[];
}

/** What becomes of the kept records when the open one is done. */
export interface Next {
  readonly remove: readonly string[];
  readonly keep: readonly Kept[];
}
export interface Open {
  readonly schema: 1;
  readonly id: string;
  /** 'back': an init, recovery takes it back. 'on': an undo, recovery finishes it (its files hold the key; the journal must not). */
  readonly way: 'back' | 'on';
  readonly goals: readonly Goal[];
  /** Folders to remove if they are empty, outermost first. */
  readonly folders: readonly Path[];
  readonly next: Next;
}

const idSchema = z.string().regex(/^\d{6}$/);
const keptSchema: z.ZodType<Kept> = z.object({
  schema: z.literal(1),
  id: idSchema,
  at: z.number(),
  services: z.array(z.string()),
  changed: z.array(z.object({ patch: patchSchema, around: z.array(z.object({ lead: z.string(), tail: z.string() })), format: z.string().exactOptional() })),
  stores: z.array(storeOpSchema),
  folders: z.array(pathSchema),
});
const openSchema: z.ZodType<Open> = z.object({
  schema: z.literal(1),
  id: idSchema,
  way: z.enum(['back', 'on']),
  goals: z.array(
    z.object({
      path: pathSchema,
      bytes: z.string().nullable(),
      mode: z.number().int().nullable(),
      temp: z.string().regex(/^[^/\\]+$/),
      inPlace: z.boolean(),
      encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be']),
      other: z.string().nullable(),
      secrets: z.array(z.string()),
    }),
  ),
  folders: z.array(pathSchema),
  next: z.object({ remove: z.array(idSchema), keep: z.array(keptSchema) }),
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
