import { cluesOf } from './clues.ts';
import { isReached, type PySource } from './sources.ts';
import type { Files, Service } from '../../types.ts';

/** `@app.route('/x')` (Flask; GET unless `methods` says otherwise), `@router.get("/x")` (FastAPI, Flask 2). */
const DECORATED = /^@(\w+)\.(route|get|api_route)\s*\(\s*(?:(?:rule|path)\s*=\s*)?[rR]?(["'])(.*?)\3([\s\S]*)$/;
/** `bp = Blueprint('bp', __name__, url_prefix='/api')`, `router = APIRouter(prefix='/api')`. */
const GROUP = /^(\w+)\s*(?::[^=]+)?=\s*(?:\w+\.)?(?:Blueprint|APIRouter)\s*\(([\s\S]*)$/;
/** `app.register_blueprint(bp, url_prefix='/api')`, `app.include_router(items.router, prefix='/items')`. */
const MOUNTED = /\.(?:register_blueprint|include_router)\s*\(\s*([\w.]+)([\s\S]*)$/;
/** Django: `path('x/', view)`, `re_path` is left out: its text is a pattern. */
const DJANGO = /\bpath\s*\(\s*[rR]?(?:"([^"\n]*)"|'([^'\n]*)')\s*,\s*(include\s*\(\s*(?:\(\s*)?(["'])([\w.]+)\4)?/g;
const PREFIX = /\b(?:url_)?prefix\s*=\s*(?:"([^"\n]*)"|'([^'\n]*)')/;
const prefixOf = (text: string): string | undefined => {
  const [, double, single] = PREFIX.exec(text) ?? [];
  return double ?? single;
};

/** Routes of Flask, FastAPI, Starlette's decorators and Django's urlpatterns that the service's code shows. */
export function pythonRoutes(service: Service, files: Files): readonly string[] {
  const { sources, process } = cluesOf(service, files);
  const reached = sources.filter((source) => isReached(sources, source, process.entry));
  const mounts = mountsIn(reached);
  // Django finds its urls.py by a name in its settings: nothing imports it.
  return [...reached.flatMap((source) => decorated(source, mounts)), ...django(sources)];
}

/** Prefix under which a group of routes is mounted, by the name that it is mounted with: 'bp', 'items.router'. */
function mountsIn(sources: readonly PySource[]): ReadonlyMap<string, string> {
  const mounts = new Map<string, string>();
  for (const { lines } of sources) {
    for (const { text } of lines) {
      const found = MOUNTED.exec(text);
      const prefix = prefixOf(found?.[2] ?? '');
      if (found?.[1] !== undefined && prefix !== undefined) mounts.set(found[1], prefix);
    }
  }
  return mounts;
}

function decorated({ lines, module }: PySource, mounts: ReadonlyMap<string, string>): readonly string[] {
  const groups = new Map<string, string>();
  const last = module.slice(module.lastIndexOf('.') + 1);
  return lines.flatMap(({ text }) => {
    const group = GROUP.exec(text);
    if (group?.[1] !== undefined) {
      const own = prefixOf(group[2] ?? '');
      // Flask takes the prefix of the registration instead of the blueprint's; FastAPI puts one before the other.
      const mounted = mounts.get(group[1]) ?? mounts.get(`${last}.${group[1]}`);
      groups.set(group[1], /Blueprint/.test(text) ? (mounted ?? own ?? '') : `${mounted ?? ''}${own ?? ''}`);
      return [];
    }
    const [, name = '', kind, , route, rest = ''] = DECORATED.exec(text) ?? [];
    if (route === undefined || /[<{]/.test(route)) return [];
    const methods = /\bmethods\s*=\s*([[({][^\])}]*)/.exec(rest)?.[1];
    if (kind !== 'get' && methods !== undefined && !/["']GET["']/i.test(methods)) return [];
    return [`${groups.get(name) ?? ''}/${route}`];
  });
}

function django(sources: readonly PySource[]): readonly string[] {
  const tables = sources.filter(({ lines }) => lines.some(({ code }) => /^urlpatterns\b/.test(code)));
  const included = new Set<string>();
  const entries = new Map(tables.map((source) => [source.module, source.lines.flatMap(({ text }) => [...text.matchAll(DJANGO)].map((match) => ({ route: match[1] ?? match[2] ?? '', includes: match[5], wraps: match[3] !== undefined })))]));
  for (const list of entries.values()) for (const { includes } of list) if (includes !== undefined) included.add(includes);
  const walk = (module: string, before: string, depth: number): readonly string[] =>
    depth > 4 ? [] : (entries.get(module) ?? []).flatMap(({ route, includes, wraps }) => {
      if (/[<{]/.test(route)) return [];
      if (includes !== undefined) return walk(includes, `${before}${route}`, depth + 1);
      return wraps ? [] : [`${before}${route}`];
    });
  return tables.filter(({ module }) => !included.has(module)).flatMap(({ module }) => walk(module, '/', 0));
}
