/**
 * The body of a unified patch, made from the splices themselves: linear, and the same for every run.
 */
import type { Splice } from '../types.ts';

const CONTEXT = 3;

/** Lines [from, to) of the text before become `lines`. Every line keeps its line end. */
interface Region {
  from: number;
  to: number;
  lines: string[];
}

/** All `@@` parts with their lines; '' where nothing changes. */
export function hunks(before: string, splices: readonly Splice[]): string {
  const old = linesOf(before);
  const regions = regionsOf(before, old, splices);
  let out = '';
  let moved = 0;
  for (let i = 0; i < regions.length; ) {
    let j = i + 1;
    while (j < regions.length && at(regions, j).from - at(regions, j - 1).to <= 2 * CONTEXT) j += 1;
    const group = regions.slice(i, j);
    const start = Math.max(0, at(group, 0).from - CONTEXT);
    const end = Math.min(old.length, at(group, group.length - 1).to + CONTEXT);
    const body: string[] = [];
    let line = start;
    let grown = 0;
    for (const { from, to, lines } of group) {
      for (; line < from; line += 1) body.push(` ${old[line] ?? ''}`);
      for (; line < to; line += 1) body.push(`-${old[line] ?? ''}`);
      body.push(...lines.map((text) => `+${text}`));
      grown += lines.length - (to - from);
    }
    for (; line < end; line += 1) body.push(` ${old[line] ?? ''}`);
    out += `@@ -${range(start, end - start)} +${range(start + moved, end - start + grown)} @@\n${body.map(ended).join('')}`;
    moved += grown;
    i = j;
  }
  return out;
}

function regionsOf(before: string, old: readonly string[], splices: readonly Splice[]): Region[] {
  const starts: number[] = [];
  let offset = 0;
  for (const line of old) {
    starts.push(offset);
    offset += line.length;
  }
  const startOf = (line: number): number => starts[line] ?? before.length;
  const spans: { from: number; to: number; splices: Splice[] }[] = [];
  let line = 0;
  for (const splice of splices) {
    while (line < old.length && startOf(line + 1) <= splice.at && !(line === old.length - 1 && !before.endsWith('\n'))) line += 1;
    const end = splice.at + splice.cut.length;
    let to = line;
    while (to < old.length && startOf(to + 1) <= end && !(to === old.length - 1 && !before.endsWith('\n'))) to += 1;
    const whole = splice.at === startOf(line) && end === startOf(to) && (splice.put === '' || splice.put.endsWith('\n'));
    if (!whole) to = Math.min(old.length, to + 1);
    const last = spans.at(-1);
    if (last !== undefined && line <= last.to) {
      last.to = Math.max(last.to, to);
      last.splices.push(splice);
    } else spans.push({ from: line, to, splices: [splice] });
  }
  return spans.flatMap(({ from, to, splices: own }) => {
    let text = '';
    let done = startOf(from);
    for (const { at: start, cut, put } of own) {
      text += before.slice(done, start) + put;
      done = start + cut.length;
    }
    return trimmed({ from, to, lines: linesOf(text + before.slice(done, startOf(to))) }, old);
  });
}

/** Without the lines that are the same at both ends; [] where nothing is left. */
function trimmed(region: Region, old: readonly string[]): Region[] {
  let { from, to } = region;
  const lines = [...region.lines];
  while (from < to && lines.length > 0 && lines[0] === old[from]) {
    lines.shift();
    from += 1;
  }
  while (to > from && lines.length > 0 && lines.at(-1) === old[to - 1]) {
    lines.pop();
    to -= 1;
  }
  return from === to && lines.length === 0 ? [] : [{ from, to, lines }];
}

/** Each with its '\n'; the last one may be without. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]+\n?|\n/g) ?? [];
}

const ended = (line: string): string => (line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`);

function range(start: number, lines: number): string {
  if (lines === 0) return `${start},0`;
  return lines === 1 ? String(start + 1) : `${start + 1},${lines}`;
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  return item;
}
