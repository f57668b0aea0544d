/** How a JSON file is laid out: its indentation, its line ends, where a new property of an object goes. */
import type { Node } from 'jsonc-parser';
import type { Splice } from '../types.ts';
import { lineEnd } from './lines.ts';

/** A property in the style of `object`: where npm keeps the names sorted and they are, in its place, else at the end. `value` is JSON. */
export function propertySplice(text: string, object: Node, name: string, value: string): Splice {
  const properties = object.children ?? [];
  const first = properties[0];
  const colon = first === undefined ? ': ' : colonOf(text, first);
  const entry = JSON.stringify(name) + colon + value;
  if (first === undefined) return intoEmpty(text, object, entry);
  const names = properties.map(nameOf);
  const index = keptSorted(object) && isSorted(names) ? names.findIndex(other => npmOrder(other, name) > 0) : -1;
  const next = properties[index];
  const blank = text.slice(blankStart(text, first.offset), first.offset);
  // A property in front of another one takes over that one's place and leaves it a copy of the blanks before it.
  if (next !== undefined) return { at: next.offset, cut: '', put: `${entry},${gap(text, properties, blank)}` };
  const last = properties.at(-1) ?? first;
  return { at: last.offset + last.length, cut: '', put: `,${gap(text, properties, blank)}${entry}` };
}

/** `text` of an object with one property, indented as a value in the object `parent`. */
export function nestedObject(text: string, parent: Node, name: string, value: string): string {
  const [own, step] = indents(text, parent);
  if (!text.trim().includes('\n') && parent.children?.length !== 0) return `{${JSON.stringify(name)}: ${value}}`;
  const end = lineEnd(text, parent.offset);
  return `{${end}${own}${step}${step}${JSON.stringify(name)}: ${value}${end}${own}${step}}`;
}

/** dependencies, devDependencies, ... of the package. */
function keptSorted(object: Node): boolean {
  const property = object.parent;
  return property?.type === 'property' && /dependencies$/i.test(nameOf(property));
}

/** npm sorts dependencies with `localeCompare(…, 'en')` (@npmcli/package-json). */
function npmOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en');
}

function isSorted(names: readonly string[]): boolean {
  return names.every((name, i) => i === 0 || npmOrder(names[i - 1] ?? '', name) <= 0);
}

export function nameOf(property: Node): string {
  return String(property.children?.[0]?.value);
}

/** What the file has between a key and its value: ': ', ':'. */
function colonOf(text: string, property: Node): string {
  const [key, value] = property.children ?? [];
  const between = key === undefined || value === undefined ? ': ' : text.slice(key.offset + key.length, value.offset);
  return between.includes('\n') ? ': ' : between;
}

/** The blanks between the first two properties, else those in front of the only one. */
function gap(text: string, properties: readonly Node[], blank: string): string {
  const second = properties[1];
  if (second !== undefined) return text.slice(blankStart(text, second.offset), second.offset);
  const [only] = properties;
  return blank === '' && only !== undefined && colonOf(text, only) !== ':' ? ' ' : blank;
}

function intoEmpty(text: string, object: Node, entry: string): Splice {
  const inside = text.slice(object.offset + 1, object.offset + object.length - 1);
  const [own, step] = indents(text, object);
  const at = object.offset + 1;
  const end = lineEnd(text, object.offset);
  if (inside.includes('\n')) return { at, cut: '', put: `${end}${own}${step}${entry}` };
  if (inside !== '') return { at: at + inside.length, cut: '', put: entry + inside };
  if (!text.trim().includes('\n') && object.parent !== undefined) return { at, cut: '', put: entry };
  return { at, cut: '', put: `${end}${own}${step}${entry}${end}${own}` };
}

/** The indentation of the line that `object` starts on, and one step of the file: its first indented line, else two spaces. */
function indents(text: string, object: Node): [string, string] {
  const start = text.lastIndexOf('\n', object.offset - 1) + 1;
  const own = /^[ \t]*/.exec(text.slice(start, object.offset))?.[0] ?? '';
  const step = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  return [own, step];
}

function blankStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && /\s/.test(text.charAt(at - 1))) at -= 1;
  return at;
}
