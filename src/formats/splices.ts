/**
 * Splices: the only way in which a text changes. At `at` (UTF-16 offset of the text before) `cut` is taken out and
 * `put` goes in. A list of splices is ascending and does not overlap; several insertions at one offset keep their order.
 */
import type { Refusal, Splice } from '../types.ts';
import { refuse } from './refusal.ts';

/**
 * The text after.
 * @throws RangeError if the splices are not ascending or `cut` is not what the text holds there.
 */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { at, cut, put } of splices) {
    if (at < done || at + cut.length > text.length || !text.startsWith(cut, at)) {
      throw new RangeError(`The text is not the one that this change was made for (offset ${at}).`);
    }
    parts.push(text.slice(done, at), put);
    done = at + cut.length;
  }
  parts.push(text.slice(done));
  return parts.join('');
}

/** The splices that lead back, in offsets of the text after. */
export function invertSplices(splices: readonly Splice[]): Splice[] {
  let moved = 0;
  return splices.map(({ at, cut, put }) => {
    const back = { at: at + moved, cut: put, put: cut };
    moved += put.length - cut.length;
    return back;
  });
}

/** One ascending list out of several that were made for the same text; a refusal where two touch the same characters. */
export function mergeSplices(lists: readonly (readonly Splice[])[]): Splice[] | Refusal {
  // Sorting is stable, so insertions at one offset keep the order given; they go before a cut that starts there.
  const merged = lists.flat().toSorted((a, b) => a.at - b.at || Math.sign(a.cut.length) - Math.sign(b.cut.length));
  let done = 0;
  for (const splice of merged) {
    if (splice.at < done) return refuse('Two of the changes touch the same text; make one of them by hand first.');
    done = splice.at + splice.cut.length;
  }
  return merged;
}

type Step = { readonly keep: number } | { readonly cut: string } | { readonly put: string };

function stepsOf(splices: readonly Splice[]): Step[] {
  const steps: Step[] = [];
  let done = 0;
  for (const { at, cut, put } of splices) {
    if (at > done) steps.push({ keep: at - done });
    if (put !== '') steps.push({ put });
    if (cut !== '') steps.push({ cut });
    done = at + cut.length;
  }
  steps.push({ keep: Number.POSITIVE_INFINITY });
  return steps;
}

/**
 * Two rounds of splices as one: `first` leads from a text to a second one, `then` (in offsets of that second text) to a
 * third. What comes out leads from the first text to the third; neighbours are joined into one splice.
 */
export function composeSplices(first: readonly Splice[], then: readonly Splice[]): Splice[] {
  const out: { at: number; cut: string; put: string }[] = [];
  let at = 0; // offset in the first text
  const emit = (cut: string, put: string): void => {
    const last = out.at(-1);
    if (last !== undefined && last.at + last.cut.length === at) {
      last.cut += cut;
      last.put += put;
    } else if (cut !== '' || put !== '') out.push({ at, cut, put });
    at += cut.length;
  };
  const left = stepsOf(first).toReversed();
  const right = stepsOf(then).toReversed();
  for (let a = left.pop(), b = right.pop(); a !== undefined && b !== undefined; ) {
    if ('cut' in a) {
      emit(a.cut, '');
      a = left.pop();
    } else if ('put' in b) {
      emit('', b.put);
      b = right.pop();
    } else {
      const length = Math.min('keep' in a ? a.keep : a.put.length, 'keep' in b ? b.keep : b.cut.length);
      if (length === Number.POSITIVE_INFINITY) break;
      if ('keep' in a) {
        if ('keep' in b) at += length;
        else emit(b.cut.slice(0, length), '');
      } else if ('keep' in b) emit('', a.put.slice(0, length));
      a = shorter(a, length) ?? left.pop();
      b = shorter(b, length) ?? right.pop();
    }
  }
  return out;
}

/** What is left of a step after `length` characters; undefined = nothing. */
function shorter(step: Step, length: number): Step | undefined {
  if ('keep' in step) return step.keep > length ? { keep: step.keep - length } : undefined;
  if ('cut' in step) return step.cut.length > length ? { cut: step.cut.slice(length) } : undefined;
  return step.put.length > length ? { put: step.put.slice(length) } : undefined;
}
