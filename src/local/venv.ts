/** A Python service's own virtual environment, in this user's cache folder: never in the workspace. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { cacheFolder, claim, isThere, mark, removeFolder, unclaim } from '../io/scratch.ts';
import { EXIT, Stop } from '../stop.ts';
import type { Files, Path, Service, Tools } from '../types.ts';
import { formatOf } from '../formats/index.ts';

const MINUTES = 60_000;

/** What pip installs from: words after `pip install`, and the texts that decide whether a made environment is still right. */
export interface Installable {
  readonly words: readonly string[];
  /** Folder in which the words mean what they say. */
  readonly dir: Path;
  readonly texts: readonly string[];
}

/**
 * What of a service pip can install: a requirements file (with those that it names), or the dependencies of a
 * pyproject.toml (PEP 621). Throws Stop where only poetry, pipenv or uv can.
 */
export function installable(service: Service, files: Files): Installable | undefined {
  const manifest = service.app?.manifest;
  if (manifest === undefined) return undefined;
  const dir = parentOf(manifest.path);
  const name = manifest.path.slice(dir === '' ? 0 : dir.length + 1);
  const text = files.text(manifest.path) ?? '';
  if (manifest.format === 'requirements-txt') {
    const beside = files.find(dir, /\.(txt|in)$/, 2).map((path) => files.text(path) ?? '');
    return { words: ['-r', name], dir, texts: [text, ...beside] };
  }
  const dependencies = manifest.format === 'toml' ? projectDependencies(text) : undefined;
  if (dependencies !== undefined) return { words: dependencies, dir, texts: [text] };
  const tool = service.app?.packageManager ?? 'your package manager';
  throw new Stop(EXIT.notDone, `${manifest.path}: run can install requirements files and the [project] dependencies of a pyproject.toml, not this one.`, `Install it with ${tool}, then: otel-setup run ${service.name} -- ${tool} run COMMAND`);
}

const parentOf = (path: Path): Path => path.slice(0, Math.max(0, path.lastIndexOf('/'))) as Path;

function projectDependencies(text: string): readonly string[] | undefined {
  const parsed = formatOf('toml').parse(text);
  if (!('model' in parsed) || typeof parsed.model !== 'object' || parsed.model === null || !('project' in parsed.model)) return undefined;
  const { project } = parsed.model;
  const list: unknown = typeof project === 'object' && project !== null && 'dependencies' in project ? project.dependencies : undefined;
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : undefined;
}

/**
 * Makes the environment if there is none for exactly these texts and this Python, and gives the folder of its programs.
 * Throws Stop with pip's own last words where it cannot be made.
 */
export async function virtualEnvironment(service: Service, files: Files, tools: Tools): Promise<{ readonly programs: string; readonly said: readonly string[] }> {
  const python = await findPython(service.app?.runtime, tools);
  const wanted = installable(service, files);
  const cached = join(cacheFolder(tools.env), 'venv', `${service.name.replaceAll(/[^\w-]/g, '_').slice(0, 40)}-${keyOf(wanted, python.version, files)}`);
  const said = service.app?.runtime === undefined || python.version.startsWith(`${service.app.runtime}.`) ? [] : [`Python ${python.version} of this machine stands in for the image's ${service.app.runtime}`];
  if (isThere(join(cached, FINISHED))) return { programs: programsOf(cached), said };
  const mine = await claim(cached);
  // Another run is making it right now: this one makes its own.
  const folder = mine ? cached : `${cached}-${process.pid}`;
  const work = tools.working(`Python environment of ${service.name}`);
  try {
    await removeFolder(folder);
    await make(folder, python, wanted, service, files, tools, (text) => work.says(text));
    await mark(join(folder, FINISHED));
  } catch (error) {
    work.failed();
    await removeFolder(folder);
    throw error;
  } finally {
    if (mine) await unclaim(cached);
  }
  work.done(`Python environment of ${service.name}, kept for the next time`);
  return { programs: programsOf(folder), said };
}

const FINISHED = 'otel-setup-finished';
const programsOf = (folder: string): string => join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');

/** Same texts and same Python: same environment, wherever the workspace is; unless something is installed from the workspace itself. */
function keyOf(wanted: Installable | undefined, version: string, files: Files): string {
  const own = wanted?.texts.some((text) => /^[ \t]*(-e|--editable|\.{0,2}\/|file:)|@\s*file:/m.test(text)) === true;
  return createHash('sha256').update(JSON.stringify([own ? [files.root, wanted?.dir] : '', version, wanted?.words ?? [], wanted?.texts ?? []])).digest('hex').slice(0, 12);
}

async function make(folder: string, python: Python, wanted: Installable | undefined, service: Service, files: Files, tools: Tools, says: (text: string) => void): Promise<void> {
  // -I: a venv.py or a pip of the workspace's own is not taken for Python's.
  const made = await tools.exec([...python.argv, '-I', '-m', 'venv', folder], { ms: 3 * MINUTES });
  if (made.code !== 0) throw new Stop(EXIT.notDone, `No virtual environment could be made for ${service.name}: ${lastWords(made.out + made.err)}`, 'On Debian and Ubuntu: sudo apt install python3-venv');
  if (wanted === undefined || wanted.words.length === 0) return;
  says(`pip install ${wanted.words.slice(0, 2).join(' ')}`);
  const installed = await tools.exec([join(programsOf(folder), 'python'), '-I', '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', ...wanted.words], { cwd: join(files.root, wanted.dir), ms: 15 * MINUTES });
  if (installed.code !== 0) throw new Stop(EXIT.notDone, `pip could not install ${service.app?.manifest?.path ?? 'the packages'} of ${service.name}: ${lastWords(installed.out + installed.err)}`, 'Correct the file, or start the service with Docker Compose.');
}

interface Python {
  readonly argv: readonly string[];
  readonly version: string;
}

/** The image's version if this machine has it, else the newest that answers. Throws Stop where there is no Python 3. */
export async function findPython(runtime: string | undefined, tools: Pick<Tools, 'exec'>): Promise<Python> {
  const exact = runtime !== undefined && /^3\.\d+$/.test(runtime) ? [[`python${runtime}`], ...(process.platform === 'win32' ? [['py', `-${runtime}`]] : [])] : [];
  for (const argv of [...exact, ['python3'], ['python'], ...(process.platform === 'win32' ? [['py', '-3']] : [])]) {
    const answer = await tools.exec([...argv, '-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], { ms: 20_000 });
    const version = answer.out.trim();
    if (answer.code === 0 && /^3\.\d+\.\d+$/.test(version)) return { argv, version };
  }
  throw new Stop(EXIT.notDone, 'There is no Python 3 on this machine.', 'Install it from https://www.python.org, or start the service with Docker Compose.');
}

/** The line that says what went wrong: pip's and Python's last one that names an error, else the last. */
function lastWords(output: string): string {
  const lines = output.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  return (lines.findLast((line) => /^(ERROR|error|Error|\w*Error)\b/.test(line)) ?? lines.at(-1) ?? 'it said nothing').slice(0, 400);
}
