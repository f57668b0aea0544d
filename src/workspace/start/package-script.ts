/** `npm start`, `yarn dev`, `pnpm run serve`: the script of package.json behind them. */
import { formatOf } from '../../formats/index.ts';
import type { Files, Path, Where } from '../../types.ts';
import { baseName } from './wrappers.ts';

export interface PackageScript {
  readonly text: string;
  readonly where: Where;
  /** Words behind the script's name, which are handed to its command. */
  readonly rest: readonly string[];
}
/** Which script a command asks for. */
export interface ScriptCall {
  readonly manager: string;
  readonly script: string;
  /** Folder of package.json as the command names it (`--prefix web`); '.' if it does not. */
  readonly dir: string;
  readonly rest: readonly string[];
}

const OWN_COMMANDS = new Set(['install', 'add', 'remove', 'ci', 'exec', 'dlx', 'init', 'publish', 'x', 'create', 'workspace', 'workspaces', 'node', 'build-script', 'config', 'cache', 'why', 'audit']);

/** undefined = no package manager, or not a script of package.json (`npm ci`, `npx`). */
export function scriptCall(words: readonly string[]): ScriptCall | undefined {
  const all = baseName(words[0] ?? '') === 'corepack' ? words.slice(1) : words;
  const manager = baseName(all[0] ?? '').replace(/\.cmd$/, '');
  if (!['npm', 'yarn', 'pnpm', 'bun'].includes(manager)) return undefined;
  let dir = '.';
  let at = 1;
  const plain: string[] = [];
  for (; at < all.length && plain.length < 2; at += 1) {
    const word = all[at] ?? '';
    if (/^(?:--prefix|--cwd|-C|--dir)$/.test(word)) {
      dir = all[at + 1] ?? '.';
      at += 1;
    } else if (/^--(?:prefix|cwd|dir)=/.test(word)) dir = word.slice(word.indexOf('=') + 1);
    else if (!word.startsWith('-')) {
      plain.push(word);
      if (plain.length === 1 && !['run', 'run-script'].includes(word)) {
        at += 1;
        break;
      }
    }
  }
  const [first, second] = plain;
  const script = first === 'run' || first === 'run-script' ? second : first;
  if (script === undefined || (script === first && OWN_COMMANDS.has(script))) return undefined;
  // npm knows few scripts by their bare name; `npm dev` is an error.
  if (manager === 'npm' && script === first && !['start', 'test', 't', 'stop', 'restart'].includes(script)) return undefined;
  if (manager === 'bun' && script === first && /\.[cm]?[jt]sx?$/.test(script)) return undefined;
  const rest = all.slice(at).filter((word, index) => !(index === 0 && word === '--'));
  return { manager, script, dir, rest };
}

/** The script's text in `manifest`, or npm's own default for `start`; undefined = there is none. */
export function packageScript(files: Files, manifest: Path, call: ScriptCall): PackageScript | undefined {
  const text = files.text(manifest);
  if (text === undefined) return undefined;
  const scripts = scriptsOf(text);
  const found = Object.hasOwn(scripts, call.script) ? scripts[call.script] : undefined;
  if (found === undefined) return call.script === 'start' && call.manager !== 'yarn' ? { text: 'node server.js', where: { path: manifest }, rest: call.rest } : undefined;
  const line = formatOf('package-json').line(text, ['scripts', call.script]);
  return { text: found, where: line === undefined ? { path: manifest } : { path: manifest, line }, rest: call.rest };
}

/** `scripts` of a package.json; {} for anything that is none. */
export function scriptsOf(text: string): Readonly<Record<string, string>> {
  const scripts = objectIn(jsonOf(text), 'scripts');
  return Object.fromEntries(Object.entries(scripts).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

/** A text value at the top of a package.json: 'main', 'name'. */
export function fieldOf(text: string, key: string): string | undefined {
  const value = jsonOf(text)[key];
  return typeof value === 'string' ? value : undefined;
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function objectIn(object: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const value = object[key];
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
