/** The line that keeps a file with a key out of an image, and whether a program could miss the file there. Pure over Files. */
import { escapeForRegExp } from '../patterns.ts';
import type { Evidence, Files, Op, Path, Service, Stuck, Workspace } from '../types.ts';
import { mentioned } from '../workspace/mentions.ts';
import { takenIn, type TakenIn } from '../workspace/taken-in.ts';
import { variablesIn } from './variables.ts';

/** Code, scripts and configuration that read a .env themselves; `process.env` is none of them. */
const DOTENV = /dotenv|read_env|env-file|(?<![\w)\]])\.env\b/;

/**
 * Edits of ignore files that keep `file` out of every image that would take it in; [] = there is none to be made.
 * @param names variables that init puts there: a file with nothing else was made for it.
 */
export function keepOutOps(workspace: Workspace, file: Path, names: readonly string[]): readonly Op[] | Stuck {
  const ops: Op[] = [];
  for (const one of takenIn(workspace, file)) {
    if (!mayKeepOut(workspace.files, file, one, names)) continue;
    const { by, why, takesLine } = one.ignore;
    if (!takesLine) return { stuck: `${by} ${why ?? 'cannot be read'}: ${file} would get into the image of ${one.service.name}, and the key with it.`, paste: { into: by, text: `make ${by} a text file in UTF-8, then run init again` } };
    ops.push(keepOutOp(one));
  }
  return ops;
}

export const keepOutOp = ({ ignore, line }: TakenIn): Op => ({ op: 'edit', path: ignore.by, format: 'ignore-file', change: { do: 'add', at: [], value: line } });

/**
 * May an ignore line be written? Where the file is new, unless an instruction names it. One that was there may be read
 * in the image: only where it holds nothing but `names` and nothing speaks of them or of a .env.
 */
export function mayKeepOut(files: Files, file: Path, one: TakenIn, names: readonly string[]): boolean {
  if (one.named) return false;
  if (!files.exists(file)) return true;
  if (one.by === undefined || files.text(file) === undefined) return false;
  return [...variablesIn(files, file).keys()].every((name) => names.includes(name)) && missedBy(one.service, files, names) === undefined;
}

/** What may read a .env of the image itself, as far as its files show; a hint, no proof. */
export function missedBy(service: Service, files: Files, names: readonly string[] = []): Evidence | undefined {
  const { start, build, app } = service;
  const words = [start?.argv.join(' '), start?.real.join(' '), ...(build?.stage?.runs ?? []).map(({ text }) => text)].find((text) => text !== undefined && DOTENV.test(text));
  if (words !== undefined) return { where: start?.realWhere ?? { path: build?.dockerfile ?? service.dir }, says: words.slice(0, 120) };
  const library = Object.keys(app?.libraries ?? {}).find((name) => DOTENV.test(name));
  if (library !== undefined) return { where: { path: app?.manifest?.path ?? service.dir }, says: library };
  const all = names.length === 0 ? DOTENV : new RegExp(`${DOTENV.source}|\\b(?:${names.map(escapeForRegExp).join('|')})\\b`);
  return mentioned(service, files, all);
}
