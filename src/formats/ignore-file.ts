/** .gitignore and .dockerignore. Their meaning: the pattern lines in order, without comments and empty lines. */
import type { Format, Refusal } from '../types.ts';
import { lineAtEnd, lineEnd, linesOf, type TextLine } from './lines.ts';
import { refuse } from './refusal.ts';

export const ignoreFile: Format = {
  id: 'ignore-file',

  parse(text) {
    return { model: patternLines(text).map(line => patternOf(line.text)) };
  },

  line(text, at) {
    const line = at.length === 1 ? patternLines(text)[Number(at[0])] : undefined;
    return line === undefined ? undefined : linesOf(text).findIndex(other => other.from === line.from) + 1;
  },

  splice(text, change) {
    const patterns = patternLines(text);
    const key = change.at[0];
    if (change.at.length > 1 || typeof key === 'string') return refuse('An ignore file is a plain list of patterns.');
    if (change.do === 'add') {
      const bad = unfit(change.value);
      if (bad !== undefined) return bad;
      if (key === undefined || key === patterns.length) return [lineAtEnd(text, change.value)];
      const next = patterns[key];
      if (next === undefined) return refuse(`The ignore file has no pattern ${key}.`);
      return [{ at: next.from, cut: '', put: change.value + lineEnd(text, next.from) }];
    }
    if (change.do === 'remove') {
      const line = key === undefined ? undefined : patterns[key];
      if (line === undefined || patternOf(line.text) !== change.was) {
        return refuse(`The ignore file does not have "${change.was}" there.`);
      }
      return [{ at: line.from, cut: text.slice(line.from, line.next), put: '' }];
    }
    return refuse(`An ignore file takes and gives up patterns, not "${change.do}".`);
  },
};

function patternLines(text: string): TextLine[] {
  return linesOf(text).filter(line => line.text.trim() !== '' && !line.text.startsWith('#'));
}

/** Spaces at the end do not count unless a backslash keeps them (gitignore(5)). */
function patternOf(line: string): string {
  let end = line.length;
  while (line[end - 1] === ' ') end -= 1;
  return line.slice(0, end < line.length && line[end - 1] === '\\' ? end + 1 : end);
}

function unfit(value: string): Refusal | undefined {
  const fits = value !== '' && !/[\r\n]/.test(value) && !value.startsWith('#') && patternOf(value) === value && value.trim() !== '';
  return fits ? undefined : refuse(`"${value}" is not a pattern of an ignore file.`);
}
