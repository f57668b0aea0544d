/** Two texts → splices between them, line by line; for files that a program has written anew (lock files). */
import { diffArrays } from 'diff';
import type { Splice } from '../types.ts';

// More changed lines than this are not worth telling apart: the whole middle is one splice then.
const MOST_EDITS = 4000;

/** Splices in offsets of `before`; [] where both are the same. */
export function spliceBetween(before: string, after: string): Splice[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [middleA, middleB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  let at = a.slice(0, start).join('').length;
  const parts = diffArrays(middleA, middleB, { maxEditLength: MOST_EDITS });
  if (parts === undefined) return [{ at, cut: middleA.join(''), put: middleB.join('') }];
  const splices: { at: number; cut: string; put: string }[] = [];
  for (const { added, removed, value } of parts) {
    const text = value.join('');
    const last = splices.at(-1);
    const open = last !== undefined && last.at + last.cut.length === at ? last : undefined;
    if (added) {
      if (open === undefined) splices.push({ at, cut: '', put: text });
      else open.put += text;
    } else if (removed) {
      if (open === undefined) splices.push({ at, cut: text, put: '' });
      else open.cut += text;
      at += text.length;
    } else at += text.length;
  }
  return splices;
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]+\n?|\n/g) ?? [];
}
