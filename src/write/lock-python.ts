/**
 * pyproject.toml and requirements files for uv and pip-compile: written anew, with what decides the lock file. Building a
 * source package runs its code, so building is off, and what could not be locked without it is a reason not to run.
 */
import { stringify } from 'smol-toml';
import { formats } from '../formats/index.ts';
import { isMapModel, type MapModel } from '../formats/model.ts';
import { isRefusal, refuse } from '../formats/refusal.ts';
import type { Files, Model, Op, Path, Refusal } from '../types.ts';
import { folderOf, nameOf, resolvedAsText } from '../workspace/path.ts';
import { pick } from './lock-manifest.ts';
import { isPlainHost, staysBelow } from './lock-specs.ts';

type LockOp = Extract<Op, { op: 'lock' }>;
export interface PythonInput {
  /** Path in the workspace → text. */
  readonly files: ReadonlyMap<Path, string>;
  readonly hosts: boolean;
}

/** `flask[async] >=3,<4 ; python_version > "3.8"`: a name and versions, no address. */
const REQUIREMENT = /^[A-Za-z0-9][\w.-]*(?![\w.-])(?:\s*\[[\w\s,.-]*\])?[\s<>=!~\w.,*+()-]*(?:;[\w\s.'"<>=!~(),+*-]*)?$/;

/** A requirement that names its package by name alone. */
export const isRequirement = (text: unknown): text is string => typeof text === 'string' && REQUIREMENT.test(text.trim()) && !/\.(?:whl|zip|tar|tgz|gz|bz2|xz)(?:\s|\[|;|$)/i.test(text);

const elsewhere = (path: string, name: string): Refusal =>
  refuse(`${path} takes "${name.slice(0, 80)}" from git, an address or a folder and not by its name from an index, which can run code.`);

// ── uv lock ─────────────────────────────────────────────────────────────────

const UV_PLAIN = [
  'environments', 'required-environments', 'conflicts', 'default-groups', 'resolution', 'prerelease', 'fork-strategy', 'index-strategy',
  'exclude-newer', 'requires-dist', 'required-version', 'managed', 'no-binary', 'no-binary-package',
];
const UV_REQUIREMENTS = ['dev-dependencies', 'override-dependencies', 'constraint-dependencies'];
/** They change the lock file, and cannot be passed on. */
const UV_REFUSED = ['find-links', 'no-index', 'build-constraint-dependencies', 'no-sources', 'extra-build-dependencies'];

/** The project of a lock file and the members of its workspace. */
export function uvProject(op: LockOp, files: Files): PythonInput | Refusal {
  const out = new Map<Path, string>();
  let hosts = false;
  for (const path of op.reads) {
    const text = files.text(path) ?? '';
    if (nameOf(path) === '.python-version') {
      const version = text.trim();
      if (/^\d+(?:\.\d+){0,2}$/.test(version)) out.set(path, `${version}\n`);
    } else if (nameOf(path) === 'uv.toml' || nameOf(path) === 'pyproject.toml') {
      const model = tomlOf(text);
      if (model === undefined) return refuse(`${path} is not read as TOML.`);
      const clean: Clean | Refusal = nameOf(path) === 'uv.toml' ? uvSettings(path, model) : uvManifest(path, model);
      if (isRefusal(clean)) return clean;
      hosts ||= clean.hosts;
      out.set(path, stringify(clean.model));
    }
  }
  for (const path of op.writes) {
    const text = files.text(path) ?? '';
    const bad = foreignSource(path, text);
    if (bad !== undefined) return bad;
    out.set(path, text);
  }
  return { files: out, hosts };
}

interface Clean {
  readonly model: Record<string, Model>;
  readonly hosts: boolean;
}

function uvManifest(path: Path, model: MapModel): Clean | Refusal {
  const project = isMapModel(model['project']) ? model['project'] : undefined;
  const out: Record<string, Model> = {};
  if (project !== undefined) {
    const dynamic = Array.isArray(project['dynamic']) ? project['dynamic'] : [];
    const built = dynamic.find((name) => typeof name === 'string' && /^(?:version|dependencies|optional-dependencies|requires-python)$/.test(name));
    if (built !== undefined) return refuse(`${path} has a dynamic ${String(built)}, which uv asks a program of the repository for.`);
    out['project'] = pick(project, ['name', 'version', 'requires-python', 'dependencies', 'optional-dependencies']);
  }
  const groups = isMapModel(model['dependency-groups']) ? model['dependency-groups'] : undefined;
  const optional = isMapModel(project?.['optional-dependencies']) ? project['optional-dependencies'] : {};
  for (const list of [project?.['dependencies'] ?? [], ...Object.values(optional), ...Object.values(groups ?? {})]) {
    const bad = badRequirement(list);
    if (bad !== undefined) return elsewhere(path, bad);
  }
  if (groups !== undefined) out['dependency-groups'] = groups;
  const tool = isMapModel(model['tool']) && isMapModel(model['tool']['uv']) ? model['tool']['uv'] : {};
  const uv = uvSettings(path, tool);
  if (isRefusal(uv)) return uv;
  // Without its build system, which is a program, uv would take the project for one that is not a package.
  const isPackage = typeof tool['package'] === 'boolean' ? tool['package'] : model['build-system'] !== undefined;
  out['tool'] = { uv: { ...uv.model, ...(project === undefined ? {} : { package: isPackage }) } };
  return { model: out, hosts: uv.hosts };
}

function uvSettings(path: Path, tool: MapModel): Clean | Refusal {
  const refused = UV_REFUSED.find((name) => tool[name] !== undefined);
  if (refused !== undefined) return refuse(`${path} has ${refused}.`);
  const out = pick(tool, UV_PLAIN);
  for (const name of UV_REQUIREMENTS) {
    const bad = badRequirement(tool[name] ?? []);
    if (bad !== undefined) return elsewhere(path, bad);
    if (tool[name] !== undefined) out[name] = tool[name];
  }
  if (tool['dependency-metadata'] !== undefined) out['dependency-metadata'] = tool['dependency-metadata'];
  const workspace = tool['workspace'];
  if (isMapModel(workspace)) {
    const members = [workspace['members'] ?? [], workspace['exclude'] ?? []].flat();
    if (!members.every(staysBelow)) return refuse(`${path} has members outside of its folder.`);
    out['workspace'] = pick(workspace, ['members', 'exclude']);
  }
  const sources: Record<string, Model> = {};
  for (const [name, value] of Object.entries(isMapModel(tool['sources']) ? tool['sources'] : {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (!isMapModel(one) || Object.keys(one).some((key) => !/^(?:workspace|index|marker|extra|group)$/.test(key)) || one['workspace'] === false) return elsewhere(path, name);
    }
    sources[name] = value;
  }
  if (Object.keys(sources).length > 0) out['sources'] = sources;
  const urls = [tool['index-url'], tool['extra-index-url']].flat().filter((url) => url !== undefined);
  const indexes = Array.isArray(tool['index']) ? tool['index'] : [];
  if (![...urls, ...indexes.map((index) => (isMapModel(index) ? index['url'] : undefined))].every(isPlainHost)) return refuse(`${path} has an index that is no plain address.`);
  if (indexes.length > 0) out['index'] = indexes.map((index) => (isMapModel(index) ? pick(index, ['name', 'url', 'default', 'explicit']) : index));
  Object.assign(out, pick(tool, ['index-url', 'extra-index-url']));
  return { model: out, hosts: urls.length + indexes.length > 0 };
}

function badRequirement(list: Model): string | undefined {
  if (!Array.isArray(list)) return 'dependencies';
  const bad = list.find((one) => !isRequirement(one) && !(isMapModel(one) && Object.keys(one).join() === 'include-group'));
  return bad === undefined ? undefined : String(typeof bad === 'string' ? (/^[\w.-]*/.exec(bad)?.[0] ?? '') : 'dependencies');
}

/** Of a uv.lock: a package that is neither an index's nor a member of the workspace. */
export function foreignSource(path: Path, text: string): Refusal | undefined {
  const model = tomlOf(text);
  if (model === undefined) return refuse(`${path} is not read as TOML.`);
  for (const one of Array.isArray(model['package']) ? model['package'] : []) {
    const source = isMapModel(one) && isMapModel(one['source']) ? one['source'] : {};
    const [kind, value] = Object.entries(source)[0] ?? [];
    const plain = kind === 'registry' ? isPlainHost(value) : kind === 'virtual' || kind === 'editable' ? staysBelow(value) : false;
    if (!plain) return elsewhere(path, isMapModel(one) ? String(one['name']) : '');
  }
  return undefined;
}

function tomlOf(text: string): MapModel | undefined {
  const read = formats['toml']?.parse(text);
  return read === undefined || isRefusal(read) || !isMapModel(read.model) ? undefined : read.model;
}

// ── pip-compile, uv pip compile ─────────────────────────────────────────────

const ADDRESS = /^(?:-i|--index-url|--extra-index-url)(?:=|\s+)(\S+)$/;
const INCLUDE = /^(?:-r|--requirement|-c|--constraint)(?:=|\s*)(\S+)$/;
const HARMLESS = /^(?:--pre|--prefer-binary)$/;
const HASHES = /\s--hash=[a-z0-9]+:[\da-f]+/g;

/** The source, what it includes, and the output that is there: every line understood and written anew. */
export function requirementsInput(op: LockOp, files: Files): PythonInput | Refusal {
  const out = new Map<Path, string>();
  let hosts = false;
  const waiting: Path[] = [...op.reads.slice(0, 1), ...op.writes];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (out.has(path)) continue;
    const text = files.text(path);
    if (text === undefined) return refuse(`${path} is not there.`);
    const lines: string[] = [];
    for (const line of logicalLines(text)) {
      const included = INCLUDE.exec(line)?.[1];
      const address = ADDRESS.exec(line)?.[1];
      if (included !== undefined) {
        const to = /^[\w./-]+$/.test(included) && !included.startsWith('/') ? resolvedAsText('', folderOf(path), included) : undefined;
        if (to === undefined || (op.cwd !== '' && !to.startsWith(`${op.cwd}/`))) return refuse(`${path} includes a file outside of its folder.`);
        waiting.push(to);
      } else if (address !== undefined) {
        if (!isPlainHost(address)) return refuse(`${path} has an index that is no plain address: with a variable or a password in it, it is not passed on.`);
        hosts = true;
      } else if (line.startsWith('-') && !HARMLESS.test(line)) return refuse(`${path} has the option ${/^-[\w-]*/.exec(line)?.[0] ?? ''}, which is not passed on.`);
      else if (!line.startsWith('-') && !isRequirement(line.replaceAll(HASHES, ''))) return elsewhere(path, /^[\w.-]*/.exec(line)?.[0] ?? '');
      lines.push(line);
    }
    out.set(path, `${lines.join('\n')}\n`);
  }
  return { files: out, hosts };
}

/** Lines of a requirements file without comments, continued ones joined. Unusual line ends are blanks: pip would end a line there. */
export function logicalLines(text: string): string[] {
  const plain = text.replace(/^\uFEFF/, '').split(/\r\n|(?!\t)[\p{Cc}\p{Zl}\p{Zp}]/u);
  const lines: string[] = [];
  let begun = '';
  for (const raw of plain) {
    const comment = raw.startsWith('#') ? 0 : raw.search(/\s#/);
    const line = comment === -1 ? raw : raw.slice(0, comment);
    if (comment === -1 && line.endsWith('\\')) {
      begun += `${line.slice(0, -1).trim()} `;
      continue;
    }
    lines.push(`${begun}${line.trim()}`.trim());
    begun = '';
  }
  return [...lines, begun.trim()].filter((line) => line !== '');
}
