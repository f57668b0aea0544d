/** A service's JavaScript or TypeScript as the doctor reads it: which files run, in which order they load what, what an expression comes to. Pure over Files. */
import { findPackageJson, type PackageJson } from '../../languages/node/manifest.ts';
import { processOf, type Process } from '../../languages/node/process.ts';
import { jsSources, type JsSource } from '../../languages/node/source.ts';
import { oncePerService } from '../../languages/once.ts';
import { inOrder, nameForRegExp } from '../../patterns.ts';
import type { Evidence, Files, Path, Service } from '../../types.ts';
import { folderOf, join } from '../../workspace/path.ts';
import { lineAt } from '../evidence.ts';
import { splitAt, type Said } from './python-code.ts';

export interface Load {
  /** As written: './tracing', 'express'. */
  readonly name: string;
  readonly at: number;
  /** At the left margin and not `import type`: it runs when the file is loaded, in this order. */
  readonly top: boolean;
  /** `import … from`, `export … from`: hoisted in ES modules. */
  readonly isImport: boolean;
  /** The file of the service that it names. */
  readonly to?: JsSource;
}
export interface NodeCode {
  readonly manifest: PackageJson;
  readonly process: Process;
  readonly sources: readonly JsSource[];
  readonly entry?: JsSource;
  /** Files that the entry loads, itself first; all files where that is not known. */
  readonly reached: readonly JsSource[];
  /** Every file that runs is in `reached`: no alias of a bundler, no computed name. */
  readonly exact: boolean;
  loads(source: JsSource): readonly Load[];
}

const LOADS = /\b(?:require|import)\s*\(\s*(["'])([^"'\n]+)\1\s*\)|\b(import|export)\s{1,20}(type\s{1,20})?(?:[\w*${},\s]{1,300}?\sfrom\s{0,20})?(["'])([^"'\n]+)\5/g;
const ENDINGS = ['', '.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '.tsx', '.jsx', '/index.ts', '/index.js', '/index.mjs'];

export const nodeCode = oncePerService((service, files): NodeCode | undefined => {
  const manifest = findPackageJson(service, files);
  if (manifest === undefined) return undefined;
  const sources = jsSources(files, manifest.path);
  const process = processOf(service);
  const byPath = new Map<string, JsSource>(sources.map((source) => [source.path, source]));
  const known = new Map<JsSource, readonly Load[]>();
  const loads = (source: JsSource): readonly Load[] => {
    const before = known.get(source) ?? loadsOf(source, files, byPath);
    known.set(source, before);
    return before;
  };
  const entry = entryOf(manifest, process, files, byPath);
  const reached = entry === undefined ? undefined : reach(entry, loads);
  const exact = reached !== undefined && reached.every((source) => isPlain(source, loads(source), manifest));
  return { manifest, process, sources, exact, reached: reached ?? sources, loads, ...(entry === undefined ? {} : { entry }) };
});

function reach(entry: JsSource, loads: (source: JsSource) => readonly Load[]): readonly JsSource[] {
  const reached = new Set([entry]);
  for (const source of reached) for (const { to } of loads(source)) if (to !== undefined) reached.add(to);
  return [...reached];
}

/** Nothing in the file loads what is not followed: a computed name, an alias, a file that is not here. */
function isPlain({ code }: JsSource, loads: readonly Load[], { libraries, devLibraries }: PackageJson): boolean {
  if (/\b(?:require|import)\s*\(\s*[^"'`)\s]|\brequire\.context|import\.meta\.glob|\breaddirSync\b|\bglob\b/.test(code)) return false;
  return loads.every(({ name, to }) => to !== undefined || (!name.startsWith('.') && !/^(?:@\/|~|#|src\/)/.test(name)) || /\.(?:json|css|html|txt|node|graphql|proto)$/.test(name) || Object.hasOwn(libraries, name) || Object.hasOwn(devLibraries, name));
}

function entryOf(manifest: PackageJson, process: Process, files: Files, byPath: ReadonlyMap<string, JsSource>): JsSource | undefined {
  const named = process.entry ?? (process.runner === 'nest' ? 'src/main.ts' : process.runner === 'node' || process.runner === 'nodemon' ? manifest.main : undefined);
  if (named === undefined || named.startsWith('-')) return undefined;
  const folder = folderOf(manifest.path);
  const text = named.replace(/^\/(?:[\w.-]+\/)*?(?=[\w.-]+\.\w+$)/, '');
  for (const guess of [named, text]) {
    for (const name of [guess, guess.replace(/^(?:\.\/)?(?:dist|build|out|lib)\//, 'src/'), guess.replace(/^(?:\.\/)?(?:dist|build|out|lib)\//, '')]) {
      for (const ending of ['', '.ts', '.js', '/index.ts', '/index.js']) {
        for (const candidate of [`${name}${ending}`, `${name.replace(/\.[cm]?js$/, '')}.ts`]) {
          const path = candidate.startsWith('/') ? undefined : files.resolve(folder, candidate);
          const found = path === undefined ? undefined : byPath.get(path);
          if (found !== undefined) return found;
        }
      }
    }
  }
  return undefined;
}

function loadsOf(source: JsSource, files: Files, byPath: ReadonlyMap<string, JsSource>): readonly Load[] {
  return Array.from(source.code.matchAll(LOADS)).flatMap((match): readonly Load[] => {
    if (match[4] !== undefined) return [];
    const name = match[2] ?? match[6] ?? '';
    const line = source.code.slice(source.code.lastIndexOf('\n', match.index) + 1, match.index);
    const top = /^(?:(?:const|let|var)\s[\w{}\s,:$]*=\s*|(?:const|let|var)\{[^}]*\}\s*=\s*)?$/.test(line) && !/^import\s*\(/.test(match[0]);
    const to = name.startsWith('.') ? own(files, folderOf(source.path), name, byPath) : undefined;
    return [{ name, at: match.index, top, isImport: match[3] !== undefined, ...(to === undefined ? {} : { to }) }];
  });
}

function own(files: Files, folder: Path, name: string, byPath: ReadonlyMap<string, JsSource>): JsSource | undefined {
  for (const base of [name, name.replace(/\.[cm]?jsx?$/, '')]) {
    for (const ending of ENDINGS) {
      const path = files.resolve(folder, `${base}${ending}`);
      const found = path === undefined ? undefined : byPath.get(path);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

// ── calls and values ────────────────────────────────────────────────────────

export interface JsCall {
  readonly source: JsSource;
  readonly index: number;
  readonly args: readonly string[];
}

/** Calls of what `call` matches (flag g; it ends with the parenthesis), in the order of the text. */
export function callsOf(source: JsSource, call: RegExp): readonly JsCall[] {
  return Array.from(source.code.matchAll(call), (match): JsCall => ({ source, index: match.index, args: splitAt(source.code, match.index + match[0].length - 1) }));
}

/** The properties of an object literal: name → expression ('' name for a spread). */
export function propertiesOf(text: string): readonly { readonly name: string; readonly text: string }[] {
  const open = text.trim();
  if (!open.startsWith('{')) return [];
  return splitAt(open, 0).map((part) => {
    const named = /^\[?(["'`]?)([\w.-]+)\1\]?\s*:\s*([\s\S]*)$/.exec(part);
    if (named?.[2] !== undefined && named[3] !== undefined) return { name: named[2], text: named[3].trim() };
    return /^\w+$/.test(part) ? { name: part, text: part } : { name: '', text: part };
  });
}

/** The package that a name of the file comes from, and what it is called there. */
export function importedFrom({ code }: JsSource, local: string): { readonly from: string; readonly name: string } | undefined {
  for (const match of code.matchAll(/\bimport\s+(?:type\s+)?(?:\w+\s*,\s*)?\{([^{}]*)\}\s*from\s*["']([^"'\n]+)["']|\b(?:const|let|var)\s*\{([^{}]*)\}\s*=\s*require\s*\(\s*["']([^"'\n]+)["']/g)) {
    for (const part of (match[1] ?? match[3] ?? '').split(',')) {
      const named = /^(?:type\s+)?(\w+)(?:\s*:\s*(\w+)|\s+as\s+(\w+))?$/.exec(part.trim());
      if (named?.[1] !== undefined && (named[2] ?? named[3] ?? named[1]) === local) return { from: match[2] ?? match[4] ?? '', name: named[1] };
    }
  }
  return undefined;
}

/** A string, a constant of the file, a variable of the environment with what stands in for it; undefined = not known. */
export function jsSaid(expression: string, source: JsSource, depth = 0): Said | undefined {
  const text = expression.trim().replace(/(?<!\s)\s+as\s+\w+$/, '').replace(/(?<=[\w\])])!$/, '');
  if (depth > 4) return undefined;
  const literal = /^(["'])((?:[^"'\\\n]|\\.)*)\1$/.exec(text) ?? /^(`)([^`$]*)`$/.exec(text);
  if (literal !== null) return { value: literal[2] ?? '' };
  const env = /^process\.env(?:\.(\w+)|\[\s*["'](\w+)["']\s*\])$/.exec(text);
  if (env !== null) return { env: env[1] ?? env[2] ?? '' };
  const or = text.slice(1).search(/\|\||\?\?/) + 1;
  if (or > 0 && text.slice(or + 2).trim() !== '') {
    const first = jsSaid(text.slice(0, or), source, depth + 1);
    const second = jsSaid(text.slice(or + 2), source, depth + 1);
    if (first === undefined) return undefined;
    if ('value' in first) return first.value === '' ? second : first;
    return second !== undefined && 'value' in second ? { ...first, fallback: first.fallback ?? second.value } : second === undefined ? undefined : first;
  }
  const template = /^`\$\{([^{}]+)\}([^`$]*)`$/.exec(text) ?? /^([\w.]+)\s*\+\s*["']([^"'\n]*)["']$/.exec(text);
  if (template?.[1] !== undefined) {
    const first = jsSaid(template[1], source, depth + 1);
    const then = template[2] ?? '';
    return first === undefined ? undefined : 'value' in first ? { value: first.value + then } : { ...first, then: (first.then ?? '') + then };
  }
  if (!/^\w+$/.test(text)) return undefined;
  const assigned = Array.from(source.code.matchAll(new RegExp(`\\b(?:const|let|var)\\s+${nameForRegExp(text)}(?:\\s*:\\s*\\w+)?\\s*=\\s*([^;\\s][^;\\n]*(?:\\n\\s+(?:\\|\\||\\?\\?)[^;\\n]+)*)`, 'g')));
  return assigned.length === 1 && !new RegExp(`(?<![\\w.])${nameForRegExp(text)}\\s*=(?![=>])`).test(source.code.replaceAll(assigned[0]?.[0] ?? '', '')) ? jsSaid(assigned[0]?.[1] ?? '', source, depth + 1) : undefined;
}

export const lineOf = ({ code }: JsSource, index: number): number => code.slice(0, index).split('\n').length;

/** A place in a source as it may be shown: its line, secrets taken out. */
export function seenAt(files: Files, source: JsSource, index: number): Evidence {
  const line = lineOf(source, index);
  return lineAt(files, { path: source.path, line }, source.code.split('\n')[line - 1] ?? '');
}

/** package.json without the scripts that start Node.js another way than the container does: `start` with `-r ./tracing.js` is nothing to `node app.js`. */
function withoutOtherStarts(text: string, { start }: Service): string {
  if (start === undefined || !/^(?:node|nodemon|ts-node|tsx)$/.test(start.real[0] ?? '')) return text;
  const real = start.real.join(' ');
  return text.replaceAll(/"[\w:.-]+"\s*:\s*"((?:[^"\\]|\\.)*)"/g, (all, script: string) => (inOrder([/(?:^|\s)(?:node|nodemon|ts-node|tsx)(?=\s)/g, /\s(?:-r|--require|--import)[\s=]/g]).test(script) && !script.includes(real) ? '' : all));
}

/** Whether a file is named where something other than code could load it: the command, package.json, a Dockerfile, a variable, a configuration. */
export function isNamedElsewhere(service: Service, files: Files, { path }: JsSource, code: NodeCode): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.[cm]?[jt]sx?$/, '').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const word = new RegExp(`(?:^|[^\\w-])${nameForRegExp(name)}(?:\\.[cm]?[jt]sx?)?(?:$|[^\\w-])`);
  const folder = folderOf(code.manifest.path);
  const texts = [code.manifest.path, service.build?.dockerfile, ...['nodemon.json', 'ecosystem.config.js', 'pm2.json', 'nest-cli.json', '.mocharc.json', 'Procfile', 'webpack.config.js', 'tsup.config.ts', 'vite.config.ts', 'rollup.config.js'].map((file) => join(folder, file)), ...files.find(folder, /\.(?:sh|ya?ml|toml|tf)$/, 3)];
  return [...texts.map((file) => (file === undefined ? '' : file === code.manifest.path ? withoutOtherStarts(files.text(file) ?? '', service) : (files.text(file) ?? ''))), ...(service.start?.argv ?? []), ...(service.start?.real ?? []), ...service.env.map(({ value }) => value ?? '')].some((text) => word.test(text));
}
