/** What people read: pure, from data to lines of at most 80 columns where that can be. Nothing is said by colour or sign alone. */
import type { Change, EditReport, Evidence, Host, Op, Patch, Place, Plan, Service, ServiceReport, Workspace } from '../types.ts';
import { oneLine } from './redact.ts';

const HOSTS: Readonly<Record<Host, string>> = { gitpod: 'Gitpod', ona: 'Ona', codespaces: 'Codespaces', ci: 'CI', local: 'this machine' };
const NAMES: Readonly<Record<string, string>> = {
  python: 'Python', node: 'Node.js', browser: 'browser', flask: 'Flask', django: 'Django', fastapi: 'FastAPI', starlette: 'Starlette', wsgi: 'WSGI', celery: 'Celery',
  express: 'Express', fastify: 'Fastify', koa: 'Koa', nest: 'NestJS', nestjs: 'NestJS', go: 'Go', java: 'Java', ruby: 'Ruby', php: 'PHP', dotnet: '.NET', rust: 'Rust',
};
/** 'fastapi' → 'FastAPI'; an unknown name stays as it is. */
export const titleOf = (id: string): string => NAMES[id] ?? oneLine(id);

export const placeOf = (place: Place): string => (typeof place === 'string' ? place : `${oneLine(place.path)}${place.line === undefined ? '' : `:${place.line}`}`);
const placesOf = (because: readonly Evidence[]) => [...new Set(because.map(({ where }) => placeOf(where)))].slice(0, 3).join(', ');

/** Breaks at blanks; continuation lines start with `indent` blanks. A word that is too long (a link) stays whole. */
export function wrap(text: string, indent: number, columns = 80): string[] {
  const lines: string[] = [];
  const start = /^ */.exec(text)?.[0] ?? '';
  let line = start;
  for (const word of text.slice(start.length).split(/( +)/)) {
    if (line.length + word.length <= columns || line.trim() === '') {
      line += word;
    } else if (word.trim() !== '') {
      lines.push(line.trimEnd());
      line = ' '.repeat(indent) + word;
    }
  }
  return [...lines, line.trimEnd()];
}

/** What was found: one line a service, with the places that say so. */
export function found(workspace: Workspace, services: readonly ServiceReport[], columns = 80): string[] {
  const width = Math.min(24, Math.max(0, ...services.map(({ name }) => name.length)));
  const byName = new Map(workspace.services.map((service) => [service.name, service]));
  const none = workspace.services.length > 0 ? 'no compose file: this folder is one service' : 'no compose file, and nothing that is started (package.json, Procfile, manage.py, app.py)';
  const files = workspace.compose.length === 0 ? none : workspace.compose.map(oneLine).join(', ');
  return [
    '',
    `  ${files} · ${HOSTS[workspace.host]}`,
    ...(workspace.alsoThere.length === 0 ? [] : wrap(`  not loaded by \`docker compose up\`, left alone: ${workspace.alsoThere.map(oneLine).join(', ')}`, 4, columns)),
    ...services.flatMap((report) => {
      const what = report.action === 'skip' ? oneLine(report.reason) : `${whatItIs(report, byName.get(report.name))}${report.because.length === 0 ? '' : `  (${placesOf(report.because)})`}`;
      return wrap(`    ${oneLine(report.name).padEnd(width)}  ${what}`, width + 6, columns);
    }),
    ...workspace.unsure.flatMap(({ where, says }) => wrap(`  not followed: ${oneLine(says)} (${placeOf(where)})`, 4, columns)),
    '',
  ];
}

function whatItIs({ language, framework }: ServiceReport, service: Service | undefined): string {
  if (language === undefined) return 'not recognised';
  const runtime = `${titleOf(language)}${service?.app?.runtime === undefined ? '' : ` ${oneLine(service.app.runtime)}`}`;
  return framework === undefined || framework === language ? runtime : `${titleOf(framework)}, ${runtime}`;
}

/** What is stuck or has a note: the reason, and what to paste where. */
export function remarks(services: readonly ServiceReport[], columns = 80): string[] {
  return services.flatMap(({ name, action, reason, notes, paste }) => [
    ...(action === 'manual' ? wrap(`  ! ${oneLine(name)}: not done by otel-setup: ${oneLine(reason)}`, 4, columns) : []),
    ...(paste === undefined || action !== 'manual' ? [] : [`    Paste into ${oneLine(paste.into)}:`, ...paste.text.split('\n').map((line) => `      ${oneLine(line.replaceAll('\t', '    '))}`.trimEnd())]),
    ...(action === 'skip' ? [] : notes.flatMap((note) => wrap(`  Note, ${oneLine(name)}: ${oneLine(note)}`, 4, columns))),
  ]);
}

/** Lock files that a dry run leaves to their package managers, each with the command. */
export function following(plan: Plan, offline: boolean): { readonly path: string; readonly why: string }[] {
  const made = new Set<string>(plan.patches.map(({ path }) => path));
  const locks = plan.ops.flatMap((op) => (op.op === 'lock' ? op.writes.map((path) => ({ path, op })) : []));
  const also = offline ? ', and with --offline not at all: its services would be left out' : '';
  return locks.filter(({ path }) => !made.has(path)).map(({ path, op }) => ({ path, why: `\`${op.argv.join(' ')}\`, not run in a dry run${also}` }));
}

/** What the plan does, one line a file: where, how many lines, what for. */
export function planLines(plan: Plan, workspace: Workspace): string[] {
  const rows = plan.patches.map((patch) => [`${oneLine(patch.path)}${lineOf(patch, workspace)}`, countOf(patch), whyOf(patch, plan.ops)] as const);
  for (const op of plan.ops) if (op.op === 'store') rows.push([op.store === 'gp-env' ? 'gp env' : op.store, 'new', `${op.name}, for every new workspace (gp takes it as an argument)`]);
  const width = Math.min(40, Math.max(0, ...rows.map(([where]) => where.length)));
  return rows.flatMap(([where, count, why]) => wrap(`  ${where.padEnd(width)}  ${count.padStart(4)}  ${why}`, width + 10));
}

const linesIn = (text: string) => text.split('\n').length - 1;
function lineOf({ path, before, splices }: Patch, { files }: Workspace): string {
  const [first] = splices;
  const text = files.text(path);
  if (before === null || first === undefined || text === undefined) return '';
  const put = first.put.startsWith('\n') ? 1 : 0;
  return `:${linesIn(text.slice(0, first.at)) + 1 + put}`;
}
function countOf({ before, kind, splices }: Patch): string {
  if (before === null) return 'new';
  if (kind === 'lock') return 'lock';
  const added = splices.reduce((sum, { put }) => sum + linesIn(put), 0);
  return added === 0 ? 'edit' : `+${added}`;
}

/** A few words for everything that happens to a file: 'OTEL_*, NODE_OPTIONS for api, web; pinned packages'. */
function whyOf(patch: Patch, ops: readonly Op[]): string {
  if (patch.kind === 'lock') return 'lock file, brought up to date by its package manager';
  const variables = new Map<string, Set<string>>();
  const services = new Map<string, Set<string>>();
  const noted = (what: string, service: string) => void services.set(what, (services.get(what) ?? new Set()).add(service));
  for (const op of ops) {
    if (op.op === 'create' && op.path === patch.path) noted('starts the tracing', '');
    if (op.op !== 'edit' || op.path !== patch.path) continue;
    const service = op.change.at[0] === 'services' ? oneLine(String(op.change.at[1])) : '';
    const variable = variableOf(op.format, op.change);
    if (variable === undefined) noted(changeWords(op.format, op.change, op.path), service);
    else variables.set(service, (variables.get(service) ?? new Set()).add(variable));
  }
  const all = new Map<string, Set<string>>();
  for (const [service, names] of variables) {
    const what = [...names].toSorted(byOtelFirst).join(', ');
    all.set(what, (all.get(what) ?? new Set()).add(service));
  }
  return [...all, ...services].map(([what, names]) => `${what}${names.has('') ? '' : ` for ${[...names].join(', ')}`}`).join('; ') || 'changed';
}

const byOtelFirst = (a: string, b: string) => Number(b.startsWith('OTEL_')) - Number(a.startsWith('OTEL_'));
/** What a change to an environment is called; undefined = it is no such change. */
function variableOf(format: string, change: Change): string | undefined {
  const name = String(change.at.at(-1));
  if (format === 'compose' ? change.at[2] !== 'environment' : format !== 'dotenv' || (change.do === 'set' && typeof change.value !== 'string')) return undefined;
  return name.startsWith('OTEL_') ? 'OTEL_*' : oneLine(name);
}
function changeWords(format: string, change: Change, path: string): string {
  if (format === 'dotenv') return 'the key, for this workspace';
  if (format === 'ignore-file') return `keeps the key out of ${path.endsWith('.dockerignore') ? 'the image' : 'git'}`;
  if (change.at[2] === 'extra_hosts') return 'the way to this machine';
  if (change.do === 'prefix') return change.words.some((word) => word.includes('==')) ? 'pinned packages' : `starts with ${oneLine(change.words.join(' '))}`;
  if (['requirements-txt', 'package-json', 'toml'].includes(format)) return 'pinned packages';
  const value = 'value' in change && typeof change.value === 'string' ? oneLine(change.value) : '';
  if (format === 'dockerfile') return `copies ${value.split(' ')[1] ?? 'a file'} into the image`;
  return change.at[2] === 'command' ? `a command of its own, with ${value.split(' ')[0] ?? ''} in front` : oneLine(String(change.at.at(-1)));
}

/** One line a file or store, as `edits` of --json has them. */
export const editLines = (edits: readonly EditReport[]): string[] => edits.map(({ path, status, why }) => `  ${status.padEnd(9)}  ${oneLine(path)}  ${oneLine(why)}`);
