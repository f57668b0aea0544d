import { formatOf } from '../../formats/index.ts';
import { valueAt } from '../../formats/model.ts';
import { absolutePath, containerDir, fromContainer } from '../../workspace/container-path.ts';
import { folderOf } from '../../workspace/files.ts';
import { installsIn, ownWords, type Install } from './installs.ts';
import { readProjectToml } from './project-toml.ts';
import { readRequirements } from './requirements-txt.ts';
import { readRequirement } from './requirement.ts';
import type { Files, Model, Path, Service, Slot, Where } from '../../types.ts';

/** The place that the image installs its packages from. */
export interface Manifest {
  /** undefined: found, but packages cannot be added there (`why` says so). */
  readonly slot?: Slot;
  readonly why?: string;
  readonly manager: string;
  readonly libraries: Readonly<Record<string, string>>;
  readonly lines: Readonly<Record<string, Where>>;
  /** The lowest Python that the manifest promises to run on. */
  readonly floor?: string;
  readonly notes: readonly string[];
}

interface Script {
  readonly text: string;
  /** undefined: an exec-form RUN, which takes no words by offset. */
  readonly slot?: Slot;
  readonly where: Where;
}

/**
 * The manifest that a service's image (or its own start script) installs from: what RUN lines say comes first, the usual
 * names in its folder only where nothing says more. undefined = none.
 */
export function findManifest(service: Service, files: Files): Manifest | undefined {
  const installs = scriptsOf(service, files).flatMap((script) => installsIn(script.text).map((install) => ({ install, script })));
  const named = installs.flatMap(({ install }) => (install.tool === 'pip' ? install.files : [])).toSorted((a, b) => Number(isExtra(a)) - Number(isExtra(b)));
  for (const name of named) {
    const file = locate(service, files, name);
    if (file !== undefined) return fromRequirements(files, file);
  }
  for (const { install, script } of installs) {
    const found = install.tool === 'pip' ? fromWords(service, files, install, script) : fromTool(service, files, install.tool);
    if (found !== undefined) return found;
  }
  return fromFolder(service, files);
}

/** Requirement files of tests and development are not what the service runs with. */
function isExtra(name: string): boolean {
  return /(?:^|[/_.-])(?:dev|test|tests|lint|docs|ci|local|build)(?=[/_.-]|$)/i.test(name);
}

/** RUN lines of the image, then the script that starts the service ("sh -c 'pip install … && flask run'"). */
function scriptsOf(service: Service, files: Files): readonly Script[] {
  const models = new Map<Path, Model | undefined>();
  // Offsets are those of the string in the file, flags and all: a RUN's own text may be shorter.
  const written = (slot: Slot): Model | undefined => {
    if (!models.has(slot.path)) {
      const text = files.text(slot.path);
      const parsed = text === undefined ? undefined : formatOf(slot.format).parse(text);
      models.set(slot.path, parsed !== undefined && 'model' in parsed ? parsed.model : undefined);
    }
    const model = models.get(slot.path);
    return model === undefined ? undefined : valueAt(model, slot.at);
  };
  const runs = (service.build?.stage?.runs ?? []).map((run): Script => {
    const text = written(run.slot);
    if (typeof text === 'string') return { text, slot: run.slot, where: run.where };
    return text === undefined ? { text: run.text, slot: run.slot, where: run.where } : { text: run.text, where: run.where };
  });
  const start = service.start;
  if (start?.slot === undefined) return runs;
  const { path: file, format, at } = start.slot;
  const text = written(start.slot);
  return typeof text === 'string' ? [...runs, { text, slot: { path: file, format, at }, where: start.where }] : runs;
}

/** The workspace file behind a name that an install command gives; undefined = not here. */
export function locate(service: Service, files: Files, name: string): Path | undefined {
  const inContainer = fromContainer(service, files, absolutePath(service.build?.stage?.workdir ?? containerDir(service) ?? '/', name));
  if (inContainer !== undefined) return inContainer;
  const bare = name.replace(/^\/+/, '');
  for (const guess of [bare, bare.slice(bare.lastIndexOf('/') + 1)]) {
    for (const folder of [service.dir, service.build?.context ?? service.dir]) {
      const file = files.resolve(folder, guess);
      if (file !== undefined && files.text(file) !== undefined) return file;
    }
  }
  return undefined;
}

function fromRequirements(files: Files, file: Path): Manifest {
  const read = readRequirements(files, file);
  const shared = { libraries: read.libraries, lines: read.lines };
  if (read.source !== undefined) {
    return { ...shared, slot: { path: read.source, format: 'requirements-txt', at: [] }, manager: read.compiler === 'uv' ? 'uv-pip' : 'pip-tools', notes: [] };
  }
  if (read.hashes) return { ...shared, manager: 'pip', why: `${file} pins hashes (--hash), and the .in file that it was compiled from is not here`, notes: [] };
  const notes = read.compiler === undefined ? [] : [`${file} says that ${read.compiler} wrote it, but its .in file is not here: compiling it again would drop the new lines.`];
  return { ...shared, slot: { path: file, format: 'requirements-txt', at: [] }, manager: 'pip', notes };
}

function fromWords(service: Service, files: Files, install: Install & { tool: 'pip' }, script: Script): Manifest | undefined {
  const words = ownWords(install.words);
  if (words.length === 0) return undefined;
  if (words.some((word) => /^(?:\.\/?|\.\[.*\])$/.test(word))) {
    const project = fromProject(service, files, 'pip');
    if (project !== undefined) return project;
  }
  const libraries: Record<string, string> = {};
  const lines: Record<string, Where> = {};
  for (const word of words) {
    const requirement = readRequirement(word);
    if (requirement === undefined) continue;
    libraries[requirement.name] = requirement.spec;
    lines[requirement.name] = script.where;
  }
  if (script.slot === undefined) return { manager: 'pip', why: 'its RUN line is in exec form (a JSON list)', libraries, lines, notes: [] };
  return { slot: { ...script.slot, from: install.at }, manager: 'pip', libraries, lines, notes: [] };
}

function fromTool(service: Service, files: Files, tool: 'poetry' | 'uv' | 'pipenv' | 'conda'): Manifest | undefined {
  if (tool === 'conda') return { manager: 'conda', libraries: {}, lines: {}, notes: [], why: 'conda installs from environment.yml, which is not edited' };
  return fromProject(service, files, tool);
}

function fromProject(service: Service, files: Files, tool: string): Manifest | undefined {
  const file = locate(service, files, tool === 'pipenv' ? 'Pipfile' : 'pyproject.toml');
  const project = file === undefined ? undefined : readProjectToml(files, file);
  if (file === undefined || project === undefined) return undefined;
  const locked = (name: string): boolean => {
    const lock = files.resolve(folderOf(file), name);
    return lock !== undefined && files.exists(lock);
  };
  const manager = tool !== 'pip' ? tool : locked('uv.lock') ? 'uv' : locked('poetry.lock') ? 'poetry' : locked('pdm.lock') ? 'pdm' : (project.manager ?? 'pip');
  return {
    slot: { path: file, format: 'toml', at: project.at },
    manager,
    libraries: project.libraries,
    lines: project.lines,
    notes: [],
    ...(project.floor === undefined ? {} : { floor: project.floor }),
  };
}

/** Nothing says what is installed (a folder without Dockerfile, a base image that does it): the usual names. */
function fromFolder(service: Service, files: Files): Manifest | undefined {
  for (const name of ['requirements.txt', 'requirements/prod.txt', 'requirements/production.txt', 'requirements/base.txt', 'requirements/requirements.txt']) {
    const file = files.resolve(service.dir, name);
    if (file !== undefined && files.text(file) !== undefined) return fromRequirements(files, file);
  }
  const pipfile = files.resolve(service.dir, 'Pipfile');
  if (pipfile !== undefined && files.exists(pipfile)) return fromProject(service, files, 'pipenv');
  return fromProject(service, files, 'pip');
}
