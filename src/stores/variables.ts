/** What a dotenv file says, as Compose reads it. Pure over Files. */
import { formatOf } from '../formats/index.ts';
import type { Files, Path } from '../types.ts';

/** A variable of a dotenv file, as Compose reads it; undefined = it is not there. */
export function valueIn(files: Files, file: Path, name: string): { readonly value: string; readonly line: number | undefined } | undefined {
  return variablesIn(files, file).get(name);
}

/** All variables of a dotenv file and their lines (looked up when asked for: a file may be long); empty where it is absent or cannot be read. */
export function variablesIn(files: Files, file: Path): ReadonlyMap<string, { readonly value: string; readonly line: number | undefined }> {
  const text = files.text(file);
  const format = formatOf('dotenv');
  const parsed = text === undefined ? undefined : format.parse(text);
  if (text === undefined || parsed === undefined || 'refused' in parsed) return new Map();
  const { model } = parsed;
  if (typeof model !== 'object' || model === null || Array.isArray(model)) return new Map();
  return new Map(Object.entries(model).flatMap(([name, value]) => (typeof value === 'string' ? [[name, { value, get line() { return format.line(text, [name]); } }] as const] : [])));
}
