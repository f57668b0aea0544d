/** Telemetry that is promised by the manifest or the command and is not inside. Pure. */
import type { Inside, Subject } from '../../types.ts';

export interface Lacking {
  /** A package or a program. */
  readonly name: string;
  readonly is: 'package' | 'program';
  /** Without it nothing is sent; else only part of what could be. */
  readonly stops: boolean;
}

const TELEMETRY = /^(?:@opentelemetry\/|opentelemetry-|honeycomb-opentelemetry$|@honeycombio\/opentelemetry-node$)/;
/** Instrumentation of one library: without it, spans of that library alone are absent, save where it is the server's. */
const OF_A_LIBRARY = /(?:^opentelemetry-instrumentation-|^@opentelemetry\/instrumentation-)(.+)$/;
const SERVERS = /^(?:flask|django|fastapi|starlette|wsgi|asgi|tornado|aiohttp-server|celery|http|express|koa|hapi|fastify|nestjs-core|restify)$/;

/** [] also where the look inside cannot be trusted: a bundled server, a virtual environment that was not found. */
export function lacking({ service, instrumented }: Subject, inside: Inside): readonly Lacking[] {
  const libraries = Object.keys(service.app?.libraries ?? {});
  const missing = new Set(inside.missing);
  const others = libraries.filter((name) => !TELEMETRY.test(name));
  // It must be the place where the app has its packages: one of the others was seen there.
  const seen = others.length > 0 ? others.some((name) => inside.packages[name] !== undefined) : inside.runtime !== undefined && Object.keys(inside.packages).length > 0;
  const packages = seen ? libraries.filter((name) => TELEMETRY.test(name) && missing.has(name)) : [];
  const program = 'opentelemetry-instrument';
  return [
    ...(instrumented.by === 'wrapper' && missing.has(program) && inside.runtime !== undefined ? [{ name: program, is: 'program' as const, stops: true }] : []),
    ...packages.map((name): Lacking => {
      const of = OF_A_LIBRARY.exec(name)?.[1];
      return { name, is: 'package', stops: of === undefined || SERVERS.test(of) };
    }),
  ];
}

/** At most three names of a list. */
export const few = (names: readonly string[]): string => (names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', '));
