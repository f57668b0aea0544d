/**
 * One change out of a text again. Pure. Exact while the file is as we left it; by the text around a change where the
 * user has edited elsewhere; a secret's line by its name.
 */
import { formatOf } from '../formats/index.ts';
import { isRefusal } from '../formats/refusal.ts';
import { applySplices, invertSplices } from '../formats/splices.ts';
import { nameForRegExp } from '../patterns.ts';
import type { Splice } from '../types.ts';
import { hashOfText } from './bytes.ts';
import type { Changed } from './entry.ts';
import { endOf, secretsIn } from './placeholders.ts';

export type TakenBack =
  /** Splices of the text as it is now. */
  | { readonly is: 'back'; readonly splices: readonly Splice[]; readonly exact: boolean }
  /** It was taken out already: by hand, or by git. */
  | { readonly is: 'gone' }
  | { readonly is: 'left'; readonly lines: readonly string[] };

export type Out =
  /** `text` null = the file goes: it was not there before, and nothing of anybody else's is in it. */
  | { readonly is: 'back'; readonly splices: readonly Splice[]; readonly exact: boolean; readonly text: string | null }
  | { readonly is: 'gone' }
  | { readonly is: 'left'; readonly why: string; readonly lines: readonly string[] };

/** A change out of a file's text, which stays one that can be read; or why not, with the lines of ours that stay. */
export function takeOut(changed: Changed, now: string): Out {
  const { patch, format } = changed;
  const taken = takeBack(changed, now);
  if (taken.is === 'gone') return taken;
  if (taken.is === 'left') return { ...taken, why: patch.kind === 'create' ? 'it was changed since; delete it by hand if you do not need it' : 'these lines were changed since; take them out by hand' };
  const text = applySplices(now, taken.splices);
  if (format !== undefined && readable(format, now) && !readable(format, text)) {
    return { is: 'left', why: 'the file could not be read any more without these lines; take them out by hand', lines: patch.splices.flatMap((s) => linesOf(s.put)) };
  }
  return { ...taken, text: text === '' && patch.before === null ? null : text };
}

const readable = (format: string, text: string): boolean => !isRefusal(formatOf(format).parse(text));

/** `now`: the text of the file, '' where it is gone. */
export function takeBack(changed: Changed, now: string): TakenBack {
  const taken = takenBack(changed, now);
  const ends = endsOf(now);
  // An editor or git may have changed every line end: then ours are there with those.
  if (ends === undefined || (taken.is === 'back' && taken.exact) || hasEnds(changed, ends)) return taken;
  return takenBack(withEnds(changed, ends), now);
}

const hasEnds = ({ patch }: Changed, ends: '\n' | '\r\n'): boolean => patch.splices.every(({ cut, put }) => [cut, put].every((text) => text === text.replaceAll(/\r?\n/g, ends)));


/** The line end of all lines of a text; undefined = none, or both. */
function endsOf(text: string): '\n' | '\r\n' | undefined {
  const all = text.split('\n').length - 1;
  const both = text.split('\r\n').length - 1;
  return all === 0 || (both > 0 && both < all) ? undefined : both === 0 ? '\n' : '\r\n';
}

function withEnds({ patch, around, ...rest }: Changed, ends: string): Changed {
  const to = (text: string): string => text.replaceAll(/\r?\n/g, ends);
  return {
    ...rest,
    patch: { ...patch, splices: patch.splices.map(({ at, cut, put }) => ({ at, cut: to(cut), put: to(put) })) },
    around: around.map(({ lead, tail }) => ({ lead: to(lead), tail: to(tail) })),
  };
}

function takenBack(changed: Changed, now: string): TakenBack {
  const { patch } = changed;
  const before = (text: string): boolean => (patch.before === null ? text === '' : hashOfText(text, patch.encoding) === patch.before);
  if (before(now)) return { is: 'gone' };
  const exact = inPlace(patch.splices, now);
  if (exact !== undefined && before(applySplices(now, exact))) return { is: 'back', splices: exact, exact: true };
  if (patch.kind === 'create') return { is: 'left', lines: [] };
  const found: Splice[] = [];
  const left: string[] = [];
  patch.splices.forEach((splice, i) => {
    const names = secretsIn(splice.put);
    const back = names.length > 0 ? secretLines(splice, names, now) : byContext(splice, changed.around[i] ?? { lead: '', tail: '' }, now);
    if (back === undefined) left.push(...linesOf(splice.put === '' ? splice.cut : splice.put));
    else found.push(...back);
  });
  found.sort((a, b) => a.at - b.at);
  const apart = found.every((s, i) => i === 0 || s.at >= (found[i - 1]?.at ?? 0) + (found[i - 1]?.cut.length ?? 0));
  if (left.length > 0 || !apart) return { is: 'left', lines: left.length > 0 ? left : patch.splices.flatMap((s) => linesOf(s.put)) };
  return found.length === 0 ? { is: 'gone' } : { is: 'back', splices: found, exact: false };
}

/** The inverse at exactly the places where we wrote; a placeholder stands for whatever value is there. */
function inPlace(splices: readonly Splice[], now: string): Splice[] | undefined {
  const back: Splice[] = [];
  let longer = 0; // values are longer or shorter than their placeholders
  for (const { at, cut, put } of invertSplices(splices)) {
    const start = at + longer;
    const found = secretsIn(cut).length === 0 ? (now.startsWith(cut, start) ? cut : undefined) : foundAt(cut, now, start);
    if (found === undefined) return undefined;
    back.push({ at: start, cut: found, put });
    longer += found.length - cut.length;
  }
  return back;
}

function foundAt(masked: string, text: string, at: number): string | undefined {
  const end = endOf(masked, text, at);
  return end === undefined ? undefined : text.slice(at, end);
}

/** The one place where our text stands between the text that was around it; less and less of it is asked for. */
function byContext({ cut, put }: Splice, { lead, tail }: Changed['around'][number], now: string): Splice[] | undefined {
  const lastLine = lead.slice(lead.lastIndexOf('\n', lead.length - 2) + 1);
  const nextEnd = tail.indexOf('\n');
  const nextLine = nextEnd < 0 ? tail : tail.slice(0, nextEnd + 1);
  const tries: [string, string][] = [[lead, tail], [lastLine, nextLine], [lastLine, ''], ['', nextLine]];
  if (put.trim().length >= ALONE) tries.push(['', '']);
  for (const [before, after] of tries) {
    const wanted = before + put + after;
    if (wanted === '') continue;
    const at = now.indexOf(wanted);
    if (at < 0 || !atLineEdges(now, at, wanted)) continue;
    // Twice the same: even more context would not tell which one is ours.
    if (now.includes(wanted, at + 1)) return undefined;
    return [{ at: at + before.length, cut: put, put: cut }];
  }
  return undefined;
}

/** Whole lines of ours are not taken out of the middle of somebody's line. */
function atLineEdges(now: string, at: number, wanted: string): boolean {
  if (wanted.endsWith('\n') && at > 0 && now[at - 1] !== '\n' && !wanted.startsWith('\n') && !wanted.startsWith('\r\n')) return false;
  const end = at + wanted.length;
  return !wanted.startsWith('\n') && !wanted.startsWith('\r\n') ? true : wanted.endsWith('\n') || end === now.length || /[\r\n]/.test(now[end] ?? '');
}

/** A text shorter than this may be there by chance. */
const ALONE = 8;

/** Every line that sets one of these names; other lines of ours (comments) go where they stand exactly once. [] = none is there. */
function secretLines({ put }: Splice, names: readonly string[], now: string): Splice[] | undefined {
  const back: Splice[] = [];
  for (const name of names) {
    const line = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${nameForRegExp(name)}[ \\t]*=[^\\r\\n]*(?:\\r?\\n|$)`, 'gmu');
    for (const match of now.matchAll(line)) back.push({ at: match.index, cut: match[0], put: '' });
  }
  for (const own of put.split(/\r?\n/).filter((text) => text.trim() !== '' && secretsIn(text).length === 0)) {
    const at = now.indexOf(own);
    if (at < 0 || now.includes(own, at + 1)) continue;
    const end = /^\r?\n/.exec(now.slice(at + own.length))?.[0] ?? '';
    back.push({ at, cut: own + end, put: '' });
  }
  return back;
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
