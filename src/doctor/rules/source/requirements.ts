/** What the code imports and the manifest does not bring, and lines of a requirements file that pip cannot read. */
import { folderOf, join } from '../../../workspace/path.ts';
import { readPackageJson } from '../../../languages/node/manifest.ts';
import { broughtBy, distributionOf } from '../../../languages/python/wired.ts';
import { readRequirements as logicalLines } from '../../../formats/requirements-lines.ts';
import type { Evidence, Files, Op, Path, Service } from '../../../types.ts';
import { nodeCode, seenAt, type NodeCode } from '../../code/node-code.ts';
import { pythonCode, seen, type Statement } from '../../code/python-code.ts';
import { lineAt } from '../../evidence.ts';
import { verdictsOn } from '../../indexed.ts';
import { rule } from '../../rule.ts';
import { mayStartInside } from '../../subjects.ts';
import type { Facts, Rule, Subject } from '../../types.ts';
import { each, type Draft } from '../files/each.ts';
import { distance } from '../files/known-names.ts';
import { lockedIn, lockOf } from '../files/locked.ts';
import { pythonImage } from '../files/python-image.ts';
import { fixOrInit } from '../files/verdict-ops.ts';
import { conflictIn } from './broken-code.ts';

// ── lines that are no requirement ───────────────────────────────────────────

export interface BadLine {
  readonly path: Path;
  readonly line: number;
  /** Index among the file's logical lines, and the text of it. */
  readonly at: number;
  readonly text: string;
  readonly says: string;
  /** What belongs there instead: [] = nothing. */
  readonly instead: readonly string[];
}

/** The requirements files that the image installs from: the manifest, and what it includes with -r. */
function requirementFiles({ app }: Service, files: Files): readonly Path[] {
  const first = app?.manifest?.format === 'requirements-txt' ? app.manifest.path : undefined;
  const found = new Set<Path>(first === undefined ? [] : [first]);
  for (const path of found) {
    for (const { text } of logicalLines(files.text(path) ?? '').lines) {
      const name = /^(?:-r|--requirement)[=\s]*(\S+)/.exec(text)?.[1];
      const target = name === undefined ? undefined : files.resolve(folderOf(path), name);
      if (target !== undefined && found.size < 20) found.add(target);
    }
  }
  return [...found];
}

const PREFIX = 'opentelemetry';

/** Lines of the requirements files at which pip stops. */
export function badLines(service: Service, files: Files): readonly BadLine[] {
  return requirementFiles(service, files).flatMap((path) => {
    const text = files.text(path) ?? '';
    if (conflictIn(text) !== undefined) return [];
    return logicalLines(text).lines.flatMap((line, at): readonly BadLine[] => {
      const bad = badLine(line.text);
      return bad === undefined ? [] : [{ ...bad, path, line: line.line, at, text: line.text }];
    });
  });
}

function badLine(text: string): Pick<BadLine, 'says' | 'instead'> | undefined {
  if (/^@[\w-]+\/[\w-]+/.test(text)) return { says: 'is a package of npm, not of Python', instead: [] };
  const command = /^(?:pip3?|python3?\s+-m\s+pip)\s+install\s+(\S.*)$/.exec(text);
  if (command !== null) {
    const words = (command[1] ?? '').split(/\s+/).filter((word) => /^[A-Za-z]/.test(word));
    return { says: 'is a command, not a requirement', instead: words };
  }
  if (/^(?:npm|yarn|apt(?:-get)?|gp|RUN|export|from|import|conda)\s+\S/.test(text)) return { says: 'is no requirement', instead: [] };
  const [name = '', rest = ''] = [/^[A-Za-z0-9][\w.-]*/.exec(text)?.[0], text.replace(/^[A-Za-z0-9][\w.-]*/, '')];
  const joined = /^([\w.-]{0,100}[A-Za-z0-9])(opentelemetry-(?:api|sdk|distro|exporter|instrumentation|propagator|semantic|proto|util)[\w.-]*)$/i.exec(name);
  if (joined?.[1] !== undefined && joined[2] !== undefined) return { says: 'is two packages in one line', instead: [joined[1], `${joined[2]}${rest}`] };
  const two = /^([A-Za-z][\w.-]*==[\d.]+)(opentelemetry-[a-z].*)$/.exec(text);
  if (two?.[1] !== undefined && two[2] !== undefined) return { says: 'is two packages in one line', instead: [two[1], two[2]] };
  const [head = '', second = '', ...more] = name.toLowerCase().split('-');
  if (second === '') return undefined;
  const meant = head !== PREFIX && head.length > 9 && distance(head, PREFIX) <= 2 ? PREFIX : head;
  const kind = meant === PREFIX && second !== 'instrumentation' && second.length > 10 && distance(second, 'instrumentation') <= 2 ? 'instrumentation' : second;
  const rests = kind === 'exporter' && /^(?:oltp|otpl|otel)$/.test(more[0] ?? '') && more.length > 1 ? ['otlp', ...more.slice(1)] : more;
  const whole = [meant, kind, ...rests].join('-');
  return whole === name.toLowerCase() || meant !== PREFIX ? undefined : { says: `is no package; ${whole} is`, instead: [`${whole}${rest}`] };
}

/** One line for one line can be changed safely; two for one cannot. */
function mended({ path, at, text, instead }: BadLine): readonly Op[] {
  const [only] = instead;
  if (only === undefined) return [{ op: 'edit', path, format: 'requirements-txt', change: { do: 'remove', at: [at], was: text } }];
  return instead.length === 1 ? [{ op: 'edit', path, format: 'requirements-txt', change: { do: 'replace', at: [at], was: text, value: only } }] : [];
}

const line = rule({
  id: 'source.requirements-line',
  hop: 'source',
  title: 'A line of the requirements file is no requirement',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['ERROR: No matching distribution found for flask-corsopentelemetry-distro', "ERROR: Invalid requirement: '@opentelemetry/api'", "ERROR: Invalid requirement: 'pip install opentelemetry-api'", 'failed to solve: process "/bin/sh -c pip3 install -r requirements.txt" did not complete successfully: exit code: 1'],
    why: 'pip reads one package a line and stops at the first line that it cannot read, so the image is not built, and the old one goes on running. A file without an end of line at its end is how two names become one.',
    check: ['docker compose build SERVICE 2>&1 | grep -i error', 'tail -5 requirements.txt'],
    fix: ['One package a line, its name as on pypi.org.'],
    links: ['https://pip.pypa.io/en/stable/reference/requirements-file-format/'],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, ({ service }) => badLines(service, files).slice(0, 3).map((bad): Draft => ({
    says: `"${bad.text.slice(0, 80)}" in ${bad.path} ${bad.says}: pip stops there, and no new image is built.`,
    because: [lineAt(files, { path: bad.path, line: bad.line }, bad.text)],
    do: bad.instead.length === 0 ? `take ${bad.path}:${bad.line} out` : `${bad.instead.join('\n')}   (${bad.path}:${bad.line})`,
    ops: mended(bad),
    about: `line:${bad.path}:${bad.line}`,
  }))),
});

// ── imports without a package ───────────────────────────────────────────────

/** Libraries that bring OpenTelemetry along, though their name does not say so. */
const MAY_BRING = /^(?:google-cloud-|azure-|fastapi$|chromadb$|mlflow|litellm|langchain|langgraph|llama-index|crewai|autogen|semantic-kernel|pydantic-ai|haystack|openlit|prefect|dagster|dapr|ray$|apache-airflow|temporalio|strands|mcp$|openai-agents|guardrails|promptflow|snowflake|databricks|couchbase|elasticsearch$|nemo|vllm|sglang|litestar|strawberry|weaviate|arize|ddtrace|sentry)/;

const missing = rule({
  id: 'source.import-missing',
  hop: 'source',
  title: 'The code imports an OpenTelemetry package that the manifest does not name',
  from: ['workspace', 'subjects', 'judged'],
  also: ['inside'],
  page: {
    symptoms: ["ModuleNotFoundError: No module named 'opentelemetry'", "ModuleNotFoundError: No module named 'opentelemetry.instrumentation.flask'", "Error: Cannot find module '@opentelemetry/sdk-node'"],
    why: 'The import runs when the service starts. The package is in nothing that the image installs, so the process ends there.',
    check: ['docker compose logs SERVICE | grep -E "ModuleNotFoundError|Cannot find module"', 'grep -n opentelemetry requirements.txt package.json'],
    fix: ['npx otel-setup doctor --fix', 'docker compose up -d --build'],
  },
  find: (facts) => each(facts, (subject) => [...lackingInPython(subject, facts), ...lackingInNode(subject, facts)].slice(0, 2)),
});

type Seen = Pick<Facts, 'workspace' | 'judged'> & Partial<Pick<Facts, 'inside'>>;

function lackingInPython({ service }: Subject, { workspace: { files }, judged, inside }: Seen): readonly Draft[] {
  const { app } = service;
  if (app?.language !== 'python' || mayStartInside(app) || badLines(service, files).length > 0) return [];
  const image = pythonImage(service, files);
  const declared = [...image.packages.keys()];
  if (!image.complete || image.bootstraps || declared.some((name) => MAY_BRING.test(name))) return [];
  const have = new Set(declared.flatMap((name) => [name, ...broughtBy(name)]));
  const code = pythonCode(service, files);
  const lacking = new Map<string, Statement>();
  for (const at of code.statements) {
    if (!code.loaded.includes(at.source) || at.within !== undefined || at.guarded || at.main) continue;
    for (const { module, name } of code.bindings(at.source).filter((one) => one.at === at)) {
      const distribution = distributionOf(module) ?? (name === undefined ? undefined : distributionOf(`${module}.${name}`));
      if (distribution === undefined || have.has(distribution) || lacking.has(distribution)) continue;
      // Only names that are certain to be a distribution: its module may lie in another.
      if (distribution.startsWith('opentelemetry-instrumentation-') && !judged.some(({ need }) => need.kind === 'package' && need.name === distribution) && lockOf(service, files) === undefined && !/^opentelemetry-instrumentation-(?:flask|django|fastapi|starlette|requests|httpx|urllib3?|sqlalchemy|psycopg2?|redis|celery|pymongo|botocore|logging|wsgi|asgi|grpc|aiohttp-client|jinja2|sqlite3)$/.test(distribution)) continue;
      if (lockedIn(service, files, distribution) !== undefined || (inside ?? []).some((one) => one.service === service.name && Object.hasOwn(one.packages, distribution))) continue;
      lacking.set(distribution, at);
    }
  }
  const alongside = new Set([...lacking.keys()].flatMap((name) => broughtBy(name)));
  const names = [...lacking].filter(([name]) => !alongside.has(name));
  const [first] = names;
  if (first === undefined) return [];
  const ops = names.flatMap(([name]) => verdictsOn(judged, service.name).find((one) => one.need.kind === 'package' && one.need.name === name && one.verdict.is === 'absent')?.verdict).flatMap((verdict) => (verdict?.is === 'absent' ? verdict.ops : []));
  const list = names.map(([name]) => name);
  return [{
    says: `The code of ${service.name} imports ${list.join(', ')}, and nothing that its image installs brings ${list.length === 1 ? 'it' : 'them'}: the import ends the process.`,
    because: names.slice(0, 3).map(([, at]) => seen(files, at)).concat(app.manifest === undefined ? [] : [{ where: { path: app.manifest.path }, says: `no ${list.join(', ')} in it` }]),
    do: ops.length > 0 ? fixOrInit(ops, service.name) : `${list.join('\n')}   (one a line, in ${app.manifest?.path ?? 'what the image installs'})`,
    ops,
    about: `package:${first[0]}`,
  }];
}

function lackingInNode({ service }: Subject, { workspace: { files }, inside }: Seen): readonly Draft[] {
  const code = service.app?.language === 'node' ? nodeCode(service, files) : undefined;
  if (code?.entry === undefined || service.app === undefined) return [];
  for (const source of code.reached) {
    for (const load of code.loads(source)) {
      const name = /^(?:@opentelemetry\/[\w-]+|@honeycombio\/opentelemetry-node)/.exec(load.name)?.[0];
      if (name === undefined || !load.top || !isLacking(name, service, code, files) || (/\.[cm]?tsx?$/.test(source.path) && /\/(?:api|semantic-conventions)$/.test(name))) continue;
      if ((inside ?? []).some((one) => one.service === service.name && Object.hasOwn(one.packages, name))) continue;
      const because: readonly Evidence[] = [seenAt(files, source, load.at), { where: { path: code.manifest.path }, says: `no ${name} in it` }];
      return [{
        says: `${source.path} loads ${name}, and ${code.manifest.path} does not name it: the process ends there.`,
        because,
        do: `${{ pnpm: 'pnpm add', yarn: 'yarn add', bun: 'bun add' }[code.manifest.manager] ?? 'npm install'} ${name}   (in ${folderOf(code.manifest.path) === '' ? 'the workspace' : folderOf(code.manifest.path)})`,
        about: `package:${name}`,
      }];
    }
  }
  return [];
}

/** Neither declared here or in a package.json above, nor brought by another package: the lock file says that exactly; without one, nothing declared has to do with OpenTelemetry. */
function isLacking(name: string, service: Service, { manifest }: NodeCode, files: Files): boolean {
  if (Object.hasOwn(manifest.libraries, name) || Object.hasOwn(manifest.devLibraries, name)) return false;
  const text = files.text(manifest.path) ?? '';
  if (text.includes(`"${name}"`)) return false;
  for (let folder = folderOf(manifest.path); folder !== ''; ) {
    folder = folderOf(folder);
    const above = readPackageJson(files, join(folder, 'package.json'));
    if (above !== undefined && (Object.hasOwn(above.libraries, name) || Object.hasOwn(above.devLibraries, name))) return false;
  }
  if (lockOf(service, files) !== undefined) return lockedIn(service, files, name) === undefined;
  return !Object.keys({ ...manifest.libraries, ...manifest.devLibraries }).some((library) => /opentelemetry|honeycomb|sentry|otel|telemetry|tracing|datadog|newrelic|dd-trace|prisma|next|@google-cloud|@azure|apollo|nest|elastic|splunk|logfire/.test(library));
}

export const requirements: readonly Rule[] = [line, missing];
