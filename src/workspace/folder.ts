/** A folder without a compose file is one service, started as its own files say. */
import { withoutEnd } from '../patterns.ts';
import type { EnvVar, Files, Path, Service, Slot, Start, Where } from '../types.ts';
import { formatOf } from '../formats/index.ts';
import { readEnvFile } from './compose/env-file.ts';
import type { Env } from './compose/project-env.ts';
import { hasText, pythonStart } from './folder-python.ts';
import { join, nameOf } from './path.ts';
import { startOf, aroundOf } from './start.ts';
import { readStage } from './dockerfile.ts';
import { follow } from './start/follow.ts';
import { serverCommand } from './start/last.ts';
import { fieldOf, scriptsOf } from './start/package-script.ts';
import { shellCommands } from './start/shell.ts';
import { innerWords, nowhere } from './start/words.ts';

/**
 * The service of `dir`, or undefined where nothing in it is started. First of these that is there: a Procfile's `web`
 * (else its first process), package.json's `start` (else `dev`), manage.py, app.py and its like, the Dockerfile's CMD.
 * Its environment is that of `.env`, which `otel-setup run` gives it; the shell's value of a variable wins.
 */
export function folderService(files: Files, dir: Path, shell: Env = {}): Service | undefined {
  const env = envOf(files, join(dir, '.env'), shell);
  const bare = { dir, mounts: [], origin: 'folder' as const, definedIn: [], active: true, env, ports: [], extraHosts: [], unsure: [], name: folderName(files, dir) };
  const start = procfileStart(files, dir) ?? packageStart(files, dir) ?? pythonFolderStart(files, dir);
  if (start !== undefined) return { ...bare, start };
  const dockerfile = join(dir, 'Dockerfile');
  if (!hasText(files, dockerfile)) return undefined;
  const stage = readStage(files, dockerfile, { args: {}, context: dir });
  if ('refused' in stage) return undefined;
  const build = { context: dir, dockerfile, args: {}, stage };
  const fromImage = startOf({ ...bare, build }, files);
  return { ...bare, build, env: [...stage.env, ...env], ...(fromImage === undefined ? {} : { start: fromImage }) };
}

function envOf(files: Files, path: Path, shell: Env): readonly EnvVar[] {
  const text = files.text(path);
  if (text === undefined) return [];
  return readEnvFile(text, (name) => shell[name]).vars.map(({ name, raw, value, blank, line }) => ({ name, raw, value: shell[name] ?? value, blank, where: { path, line } }));
}

function procfileStart(files: Files, dir: Path): Start | undefined {
  const path = join(dir, 'Procfile');
  const text = files.text(path);
  if (text === undefined) return undefined;
  const parsed = formatOf('procfile').parse(text);
  if ('refused' in parsed || typeof parsed.model !== 'object' || parsed.model === null || Array.isArray(parsed.model)) return undefined;
  const all = Object.entries(parsed.model);
  const [process, command] = all.find(([name]) => name === 'web') ?? all[0] ?? [];
  if (process === undefined || typeof command !== 'string') return undefined;
  return textStart(files, dir, command, { path, format: 'procfile', at: [process] });
}

function packageStart(files: Files, dir: Path): Start | undefined {
  const path = join(dir, 'package.json');
  const text = files.text(path);
  if (text === undefined) return undefined;
  const scripts = scriptsOf(text);
  const script = ['start', 'dev', 'serve'].find(name => scripts[name] !== undefined);
  if (script !== undefined) {
    const start = textStart(files, dir, scripts[script] ?? '', { path, format: 'package-json', at: ['scripts', script] });
    return { ...start, through: ['npm', ...start.through] };
  }
  const main = fieldOf(text, 'main') ?? ['index.js', 'server.js', 'app.js', 'index.mjs'].find(name => files.exists(join(dir, name)));
  if (main === undefined || files.resolve(dir, main) === undefined) return undefined;
  return byHand(files, dir, ['node', main], { path });
}

function pythonFolderStart(files: Files, dir: Path): Start | undefined {
  const found = pythonStart(files, dir);
  return found === undefined ? undefined : byHand(files, dir, found.argv, { path: found.path });
}

/** A command line in a file. */
function textStart(files: Files, dir: Path, text: string, slot: Slot): Start {
  const line = formatOf(slot.format).line(files.text(slot.path) ?? '', slot.at);
  const where: Where = line === undefined ? { path: slot.path } : { path: slot.path, line };
  const server = serverCommand(shellCommands(text));
  const words = innerWords(server?.words ?? [], from => ({ ...slot, from }));
  return { argv: ['sh', '-c', text], shell: true, where, ...follow(words, where, aroundOf({ dir, mounts: [] }, files)) };
}

/** No file says how it is started: people type it. */
function byHand(files: Files, dir: Path, argv: readonly string[], where: Where): Start {
  const followed = follow(argv.map(nowhere), where, aroundOf({ dir, mounts: [] }, files));
  return { argv, shell: false, where, real: followed.real, realWhere: followed.realWhere, through: followed.through, noSlot: 'no file of the folder holds the start command: it is typed by hand' };
}

/** package.json's name without its scope, else the folder's. */
function folderName(files: Files, dir: Path): string {
  const text = files.text(join(dir, 'package.json'));
  const named = text === undefined ? undefined : fieldOf(text, 'name');
  const name = nameOf(named ?? (dir === '' ? files.root.replaceAll('\\', '/') : dir));
  return withoutEnd(name.toLowerCase().replaceAll(/[^a-z0-9_.-]+/g, '-'), '-._').replace(/^[-._]+/, '') || 'app';
}
