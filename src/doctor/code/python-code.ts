/** A service's Python as the doctor reads it: which files run, where each statement stands, what a name means, what a call is given. Pure over Files. */
import { cluesOf, type Clues } from '../../languages/python/clues.ts';
import { oncePerService } from '../../languages/once.ts';
import type { LogicalLine } from '../../languages/python/source.ts';
import { moduleSource, reachableFrom, type PySource } from '../../languages/python/sources.ts';
import { nameForRegExp } from '../../patterns.ts';
import type { Evidence, Files } from '../../types.ts';
import { lineAt } from '../evidence.ts';

/** One logical line in its surroundings. */
export interface Statement extends LogicalLine {
  readonly source: PySource;
  /** The outermost function or method that it is in, and whether something calls that by itself: a decorator, a class, a hook's name. */
  readonly within?: { readonly name: string; readonly hooked: boolean };
  /** Under `try`, `if` or `with`: it need not run, or need not end the program where it fails. */
  readonly guarded: boolean;
}
export interface Binding {
  readonly local: string;
  /** Absolute: 'opentelemetry.trace'. */
  readonly module: string;
  /** What of it: 'set_tracer_provider'; undefined = the module itself. */
  readonly name?: string;
  readonly at: Statement;
}
export interface PythonCode {
  readonly clues: Clues;
  readonly sources: readonly PySource[];
  readonly statements: readonly Statement[];
  /** What the process imports when it starts, the entry first; [] = the entry is not known. */
  readonly loaded: readonly PySource[];
  /** `loaded`, and what is imported later, inside of functions; all files where the entry is not known. */
  readonly reachable: readonly PySource[];
  bindings(source: PySource): readonly Binding[];
}

/** Functions that a server, a framework or Python itself calls by their name. */
const HOOKS = /^(?:main|post_fork|post_worker_init|pre_fork|on_starting|when_ready|post_request|worker_\w+|setup|register|ready|configure|handler|lambda_handler|create_app|make_app|get_app|application|app|lifespan|on_startup|startup|init_app|includeme|__\w+__)$/;
const BLOCK = /^(?:async\s+)?(def|class|if|elif|else|try|except|finally|with|for|while|match|case)\b/;

export const pythonCode = oncePerService((service, files): PythonCode => {
  const clues = cluesOf(service, files);
  const { sources, process } = clues;
  const all = new Map(sources.map((source) => [source, statementsOf(source)]));
  const bound = new Map<PySource, readonly Binding[]>();
  const bindings = (source: PySource): readonly Binding[] => {
    const known = bound.get(source) ?? (all.get(source) ?? []).flatMap((one) => bindingsOf(one));
    bound.set(source, known);
    return known;
  };
  const { entry } = process;
  const configs = sources.filter(({ module }) => /(?:^|\.)(?:gunicorn(?:\.conf|_conf|_config)?|sitecustomize|usercustomize)$/.test(module));
  return {
    clues, sources, bindings,
    statements: [...all.values()].flat(),
    loaded: entry === undefined ? [] : loadedFrom(sources, entry, (source) => all.get(source) ?? [], process.server === 'python'),
    reachable: entry === undefined ? sources : [...new Set([entry, ...configs].flatMap((one) => reachableFrom(sources, one)))],
  };
});

/** The files that run when the entry is imported (or run): imports of modules at the left margin, or in a `try` there. */
function loadedFrom(sources: readonly PySource[], entry: PySource, statements: (source: PySource) => readonly Statement[], isRun: boolean): readonly PySource[] {
  const loaded = new Set([entry]);
  for (const source of loaded) {
    for (const one of statements(source)) {
      if (one.within !== undefined || (one.main && !(isRun && source === entry))) continue;
      for (const { name } of source.imports.filter(({ line }) => line === one.line)) {
        for (let dot = name.indexOf('.'); ; dot = name.indexOf('.', dot + 1)) {
          const found = moduleSource(sources, dot < 0 ? name : name.slice(0, dot));
          if (found !== undefined) loaded.add(found);
          if (dot < 0) break;
        }
      }
    }
  }
  return [...loaded];
}

function statementsOf(source: PySource): readonly Statement[] {
  const blocks: { readonly indent: number; readonly kind: string; readonly name: string; readonly decorated: boolean }[] = [];
  let decorated = false;
  return source.lines.map((line): Statement => {
    while (blocks.length > 0 && (blocks.at(-1)?.indent ?? 0) >= line.indent) blocks.pop();
    const outermost = blocks.find(({ kind }) => kind === 'def');
    const inClass = blocks.some(({ kind }) => kind === 'class');
    const guarded = blocks.some(({ kind }) => kind !== 'def' && kind !== 'class');
    const kind = BLOCK.exec(line.code)?.[1];
    if (kind !== undefined) blocks.push({ indent: line.indent, kind, name: /^(?:async\s+)?(?:def|class)\s+(\w+)/.exec(line.code)?.[1] ?? '', decorated });
    decorated = line.code.startsWith('@') || (decorated && kind === undefined);
    return {
      ...line, source, guarded,
      ...(outermost === undefined ? {} : { within: { name: outermost.name, hooked: outermost.decorated || inClass || HOOKS.test(outermost.name) } }),
    };
  });
}

function bindingsOf(at: Statement): readonly Binding[] {
  const from = /^from\s+([\w.]+)\s+import\s+(\S.*)$/.exec(at.code);
  if (from?.[1] !== undefined && from[2] !== undefined) {
    const module = from[1].startsWith('.') ? (at.source.imports.find(({ line }) => line === at.line)?.name ?? '') : from[1];
    return from[2].replaceAll(/[()]/g, ' ').split(',').flatMap((part): readonly Binding[] => {
      const named = /^\s*(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(part);
      return named?.[1] === undefined ? [] : [{ local: named[2] ?? named[1], module, name: named[1], at }];
    });
  }
  const plain = /^import\s+(\S.*)$/.exec(at.code)?.[1];
  return (plain ?? '').split(',').flatMap((part): readonly Binding[] => {
    const named = /^\s*([\w.]+)(?:\s+as\s+(\w+))?\s*$/.exec(part);
    if (named?.[1] === undefined) return [];
    return named[2] === undefined ? [{ local: named[1].split('.')[0] ?? '', module: named[1].split('.')[0] ?? '', at }] : [{ local: named[2], module: named[1], at }];
  });
}

// ── calls ───────────────────────────────────────────────────────────────────

export interface Argument {
  /** undefined = by position. */
  readonly name?: string;
  readonly text: string;
}

/** The arguments of the first call of what `callee` matches in a text; undefined = there is none. */
export function argumentsOf(text: string, callee: RegExp): readonly Argument[] | undefined {
  const match = callee.exec(text);
  const open = match === null ? -1 : text.indexOf('(', match.index + match[0].length - 1);
  return open < 0 ? undefined : splitAt(text, open).map((part): Argument => {
    const named = /^([A-Za-z_]\w*)\s*=(?!=)\s*([\s\S]*)$/.exec(part);
    return named?.[1] === undefined || named[2] === undefined ? { text: part } : { name: named[1], text: named[2] };
  });
}

/** What stands between the bracket at `open` and its end, cut at the commas that are in no other bracket and no string. */
export function splitAt(text: string, open: number): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let i = open; i < text.length; ) {
    const char = text[i] ?? '';
    if (char === '"' || char === "'" || char === '`') {
      const quote = char !== '`' && text.startsWith(char.repeat(3), i) ? char.repeat(3) : char;
      let end = i + quote.length;
      while (end < text.length && !text.startsWith(quote, end)) end += text[end] === '\\' ? 2 : 1;
      i = end + quote.length;
      continue;
    }
    if ('([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char)) {
      depth -= 1;
      if (depth === 0) {
        parts.push(text.slice(from, i));
        break;
      }
    } else if (char === ',' && depth === 1) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
    i += 1;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

// ── values ──────────────────────────────────────────────────────────────────

/** What an expression comes to, as far as the text shows. */
export type Said =
  | { readonly value: string }
  /** The environment decides; `fallback` where it says nothing; `then` is put behind it ('/v1/traces'). */
  | { readonly env: string; readonly fallback?: string; readonly then?: string };

const STRING = /^[rbu]{0,2}(?:"""([\s\S]*?)"""|'''([\s\S]*?)'''|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')$/i;
const ENV = /^(?:os\.)?(?:environ\s*\[\s*(["'])(\w+)\1\s*\]|(?:getenv|environ\.get)\s*\(\s*(["'])(\w+)\3\s*(?:,([\s\S]*))?\))$/;

/** A literal, a constant of the module (or of one of the service's own that it is imported from), a variable of the environment; undefined = not known. */
export function said(expression: string, source: PySource, code: PythonCode, depth = 0): Said | undefined {
  const text = unwrapped(expression.trim());
  if (depth > 4) return undefined;
  const literal = STRING.exec(text);
  if (literal !== null) return { value: literal.slice(1).find((one) => one !== undefined) ?? '' };
  const env = ENV.exec(text);
  if (env !== null) {
    const fallback = env[5] === undefined || env[5].trim() === '' ? undefined : said(env[5], source, code, depth + 1);
    return { env: env[2] ?? env[4] ?? '', ...(fallback !== undefined && 'value' in fallback ? { fallback: fallback.value } : {}) };
  }
  const either = /\sor\s+("[^"']*"|'[^"']*')$/.exec(text);
  if (either?.[1] !== undefined && either.index > 0) {
    const first = said(text.slice(0, either.index), source, code, depth + 1);
    const second = said(either[1], source, code, depth + 1);
    if (first !== undefined && 'env' in first && second !== undefined && 'value' in second) return { ...first, fallback: first.fallback ?? second.value };
  }
  const formatted = /^f(["'])([\s\S]*)\1$/.exec(text);
  if (formatted?.[2] !== undefined) return filled(formatted[2], source, code, depth);
  const sum = /^(\S+)\s*\+\s*(["'])([^"']*)\2$/.exec(text);
  if (sum?.[1] !== undefined) return followed(said(sum[1], source, code, depth + 1), sum[3] ?? '');
  return /^\w+$/.test(text) ? constant(text, source, code, depth) : undefined;
}

function unwrapped(text: string): string {
  const inner = /^\(([\s\S]*)\)$/.exec(text)?.[1];
  return inner !== undefined && splitAt(text, 0).length === 1 && !inner.includes(')') ? inner.trim() : text;
}

function followed(first: Said | undefined, then: string): Said | undefined {
  if (first === undefined) return undefined;
  return 'value' in first ? { value: first.value + then } : { ...first, then: (first.then ?? '') + then };
}

/** f"{BASE}/v1/traces": one name at most may come from the environment, at the beginning. */
function filled(text: string, source: PySource, code: PythonCode, depth: number): Said | undefined {
  let whole: Said = { value: '' };
  for (const part of text.split(/(\{[^{}]*\})/).filter((one) => one !== '')) {
    const one = part.startsWith('{') ? said(part.slice(1, -1), source, code, depth + 1) : { value: part };
    if (one === undefined) return undefined;
    if ('value' in one) whole = followed(whole, one.value) ?? whole;
    else if ('value' in whole && whole.value === '') whole = one;
    else return undefined;
  }
  return whole;
}

function constant(name: string, source: PySource, code: PythonCode, depth: number): Said | undefined {
  const assigned = source.lines.flatMap((line) => {
    const match = new RegExp(`^${nameForRegExp(name)}\\s*(?::[^=]+)?=(?!=)\\s*(\\S[\\s\\S]*)$`).exec(line.text);
    return match?.[1] === undefined ? [] : [match[1]];
  });
  if (assigned.length > 1) return undefined;
  if (assigned[0] !== undefined) return said(assigned[0], source, code, depth + 1);
  const imported = code.bindings(source).find(({ local }) => local === name);
  const home = imported?.name === undefined ? undefined : moduleSource(code.sources, imported.module);
  return home === undefined || imported?.name === undefined || home === source ? undefined : constant(imported.name, home, code, depth + 1);
}

/** A statement as it may be shown: its first line, secrets taken out. */
export function seen(files: Files, { source, line, text }: Pick<Statement, 'source' | 'line' | 'text'>): Evidence {
  return lineAt(files, { path: source.path, line }, text.split('\n')[0] ?? '');
}

/** Whether a word stands in any of the service's code, other than where it is defined or imported. */
export function isUsed(code: PythonCode, name: string): boolean {
  const word = new RegExp(`\\b${nameForRegExp(name)}\\b`);
  return code.statements.some(({ code: text, text: whole }) => word.test(text) && !new RegExp(`^(?:async\\s+)?def\\s+${nameForRegExp(name)}\\b`).test(text) && !/^(?:from|import)\b/.test(text)
    || (!word.test(text) && new RegExp(`["'.:]${nameForRegExp(name)}["'(]`).test(whole)));
}
