import { importedAt } from './sources.ts';
import { exactVersion, versionFits } from './requirement.ts';
import type { Clues } from './clues.ts';
import type { PinSet } from './pins.ts';

/** Not chosen by a library's name: servers (a framework names them), the standard library, and what only adds noise or hides logs. */
const NOT_BY_NAME = new Set([
  'flask', 'django', 'fastapi', 'starlette', 'falcon', 'pyramid', 'tornado', 'aiohttp-server', 'asgi', 'wsgi',
  'logging', 'asyncio', 'threading', 'system-metrics', 'dbapi', 'exceptions', 'sqlite3', 'urllib',
  'jinja2', 'click', 'asyncclick', 'structlog', 'aws-lambda',
]);

/** Libraries that bring an instrumented one along under another name. */
const BRINGS: Readonly<Record<string, readonly string[]>> = {
  boto3: ['botocore'],
  'flask-sqlalchemy': ['sqlalchemy'],
  sqlmodel: ['sqlalchemy'],
  'flask-pymongo': ['pymongo'],
  motor: ['pymongo'],
  mongoengine: ['pymongo'],
  'flask-mysqldb': ['mysqlclient'],
  'flask-redis': ['redis'],
  'django-redis': ['redis'],
  'psycopg-binary': ['psycopg'],
  'psycopg-pool': ['psycopg'],
};

/** Instrumentations for what a service calls, and what the user should know about them. */
export interface Clients {
  readonly names: readonly string[];
  readonly notes: readonly string[];
}

/**
 * One instrumentation for each HTTP client, database driver and queue that the manifest declares, from the set's own
 * table. A library pinned outside the range that its instrumentation fits is left out, with a note.
 */
export function clientsOf(clues: Clues, set: PinSet): Clients {
  const declared: Record<string, string> = { ...clues.libraries };
  for (const [library, brought] of Object.entries(BRINGS)) {
    if (Object.hasOwn(clues.libraries, library)) for (const name of brought) declared[name] ??= '';
  }
  const names: string[] = [];
  const notes: string[] = [];
  for (const [instrumentation, fits] of Object.entries(set.libraries)) {
    if (NOT_BY_NAME.has(instrumentation)) continue;
    // tortoise-orm's entry also names pydantic, which every FastAPI service has.
    const here = fits.filter(({ name }) => Object.hasOwn(declared, name) && name !== 'pydantic');
    if (here.length === 0 || (instrumentation === 'redis' && isBrokerOnly(clues))) continue;
    const outside = here.find(({ name, spec }) => {
      const version = exactVersion(declared[name] ?? '');
      return version !== undefined && !versionFits(version, spec);
    });
    if (outside === undefined) names.push(instrumentation);
    else notes.push(`${outside.name} ${exactVersion(declared[outside.name] ?? '') ?? ''} is outside of what its instrumentation fits (${outside.spec}): its calls make no spans of their own.`);
  }
  const usesDriver = names.some((name) => /^(?:psycopg2?|asyncpg|mysql|mysqlclient|pymysql|pymssql|aiopg)$/.test(name));
  if (importedAt(clues.sources, 'sqlite3') !== undefined || (names.includes('sqlalchemy') && !usesDriver)) names.push('sqlite3');
  if (importedAt(clues.sources, 'urllib.request') !== undefined) names.push('urllib');
  if (names.includes('sqlalchemy') && exactVersion(declared['sqlalchemy'] ?? '') === undefined) {
    const spec = set.libraries['sqlalchemy']?.[0]?.spec;
    if (usesDriver && spec !== undefined) notes.push(`The SQLAlchemy instrumentation fits ${spec}; with a newer one the queries still show as spans of the driver.`);
  }
  return { names: names.filter((name) => set.version(`opentelemetry-instrumentation-${name}`) !== undefined), notes };
}

/** Redis is only Celery's broker: its instrumentation would fill each trace with the worker's polling. */
function isBrokerOnly(clues: Clues): boolean {
  if (!Object.hasOwn(clues.libraries, 'celery')) return false;
  return importedAt(clues.sources, 'redis') === undefined && importedAt(clues.sources, 'django_redis') === undefined && importedAt(clues.sources, 'flask_redis') === undefined;
}

/** Packages of propagators that OTEL_PROPAGATORS names: under the wrapper a missing one ends the app at start (measured). */
export const PROPAGATORS: Readonly<Record<string, string>> = {
  xray: 'opentelemetry-propagator-aws-xray',
  b3: 'opentelemetry-propagator-b3',
  b3multi: 'opentelemetry-propagator-b3',
  jaeger: 'opentelemetry-propagator-jaeger',
};
