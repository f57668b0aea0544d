/**
 * The only judge of whether text-before → text-after is exactly a list of changes: read back, the meaning must be the
 * meaning before with the changes made, and where all of them insert, not one character may be gone.
 */
import type { Change, Format, Model, Refusal, Splice } from '../types.ts';
import { applyChanges, inOrder } from './apply.ts';
import { firstDifference, pathText } from './model.ts';
import { isRefusal, refuse } from './refusal.ts';
import { applySplices, composeSplices } from './splices.ts';

export interface Proof {
  /** Ascending, in offsets of the text before. */
  readonly splices: readonly Splice[];
  readonly after: string;
}

const INSERTING: ReadonlySet<Change['do']> = new Set(['set', 'add', 'prefix', 'append']);
const TAKES_AWAY = 'The change would take characters of the file away; make it by hand.';

function inserts(changes: readonly Change[]): boolean {
  return changes.every((change) => INSERTING.has(change.do));
}

/** Makes the changes in `before` and proves the result; a refusal says which part of that was not possible. */
export function prove(format: Format, before: string, changes: readonly Change[]): Proof | Refusal {
  // The meaning first: its refusals ("is there already") say more than those of a place in the text.
  const expected = expect(format, before, changes);
  if (isRefusal(expected)) return expected;
  const splices = splicesOf(format, before, changes);
  if (isRefusal(splices)) return splices;
  if (inserts(changes) && splices.some(({ cut }) => cut !== '')) return refuse(TAKES_AWAY);
  const after = applySplices(before, splices);
  return compare(format, after, expected.model) ?? { splices, after };
}

/** The check alone, for a text that came about in another way; undefined = `after` is exactly `before` with the changes. */
export function proveText(format: Format, before: string, after: string, changes: readonly Change[]): Refusal | undefined {
  const expected = expect(format, before, changes);
  if (isRefusal(expected)) return expected;
  if (inserts(changes) && !isSubsequence(before, after)) return refuse(TAKES_AWAY);
  return compare(format, after, expected.model);
}

function expect(format: Format, before: string, changes: readonly Change[]) {
  const parsed = format.parse(before);
  if (isRefusal(parsed)) return parsed;
  return applyChanges(parsed.model, changes, format.item);
}

function compare(format: Format, after: string, expected: Model): Refusal | undefined {
  const found = format.parse(after);
  if (isRefusal(found)) return refuse(`The changed file could not be read back (${found.refused}); make the change by hand.`);
  const differs = firstDifference(expected, found.model);
  if (differs === undefined) return undefined;
  return refuse(`The changed file would not mean what was planned (at ${pathText(differs)}); make the change by hand.`);
}

/** All changes as splices of `before`: by the format at once, or one after the other, each against the text that the last one left. */
function splicesOf(format: Format, before: string, changes: readonly Change[]): readonly Splice[] | Refusal {
  if (format.spliceAll !== undefined) return format.spliceAll(before, changes);
  let all: readonly Splice[] = [];
  let text = before;
  for (const change of inOrder(changes)) {
    const next = format.splice(text, change);
    if (isRefusal(next)) return next;
    text = applySplices(text, next);
    all = all.length === 0 ? next : composeSplices(all, next);
  }
  return all;
}

function isSubsequence(before: string, after: string): boolean {
  let i = 0;
  for (let j = 0; i < before.length && j < after.length; j += 1) if (before[i] === after[j]) i += 1;
  return i === before.length;
}
