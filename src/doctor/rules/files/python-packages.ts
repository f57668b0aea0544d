/** A wrapped Python service whose image lacks what the wrapper needs. */
import { cluesOf } from '../../../languages/python/clues.ts';
import { frameworkOf } from '../../../languages/python/frameworks.ts';
import { compareVersions, exactVersion } from '../../../languages/python/requirement.ts';
import { nameForRegExp } from '../../../patterns.ts';
import type { Evidence, Files, Path, Service } from '../../../types.ts';
import { folderOf } from '../../../workspace/path.ts';
import { rule } from '../../rule.ts';
import { badLines } from '../source/requirements.ts';
import type { Facts, Rule, Subject } from '../../types.ts';
import { runsAt } from './command.ts';
import { each, type Draft } from './each.ts';
import { hasDistro, hasExporter, hasVendors, hasWrapper, pythonImage, type PythonImage } from './python-image.ts';
import { fixOrInit, openOps } from './verdict-ops.ts';

type Seen = Pick<Facts, 'workspace' | 'subjects' | 'judged'> & Partial<Pick<Facts, 'inside'>>;

interface Lack {
  readonly name: string;
  readonly means: string;
}

/** What the wrapper lacks in the image, the gravest first; [] also where the image may hold more than was read. */
function lacks(image: PythonImage, { sending }: Subject): readonly Lack[] {
  if (!image.complete) return [];
  if (!hasWrapper(image)) return [{ name: 'opentelemetry-distro', means: 'opentelemetry-instrument is not in the image: the container does not start' }];
  if (!hasDistro(image)) return [{ name: 'opentelemetry-distro', means: 'the wrapper starts no SDK without it, so no span is made' }];
  // console and none need no package.
  const otlp = sending.exporter === undefined || /\botlp/.test(sending.exporter.value);
  return hasExporter(image) || !otlp ? [] : [{ name: 'opentelemetry-exporter-otlp-proto-http', means: 'the spans have no exporter that could send them' }];
}

/** Wrapped, with no wiring in its code. */
const isWrapped = ({ instrumented, service }: Subject): boolean => instrumented.by === 'wrapper' && service.app?.language === 'python' && service.app.wired === undefined;

function isInside({ inside }: Seen, service: string, name: string): boolean {
  return (inside ?? []).some((one) => one.service === service && Object.hasOwn(one.packages, name));
}

/** Another file of packages, near the service, that has it: the image does not install from that one. */
function otherManifest(files: Files, service: Service, name: string): Evidence | undefined {
  const own = service.app?.manifest?.path;
  const near = [...new Set<Path>([service.dir, ...(service.build === undefined ? [] : [service.build.context]), folderOf(service.dir)])];
  for (const folder of near) {
    for (const path of files.find(folder, /^(?:requirements[\w.-]*\.(?:txt|in)|pyproject\.toml|Pipfile|setup\.py|setup\.cfg|environment\.ya?ml)$/, folder === service.dir ? 3 : 1)) {
      const at = path === own ? -1 : (files.text(path) ?? '').split('\n').findIndex((line) => new RegExp(`^[^#]*(?<![\\w-])${nameForRegExp(name)}(?![\\w-])`, 'i').test(line));
      if (at >= 0) return { where: { path, line: at + 1 }, says: (files.text(path) ?? '').split('\n')[at]?.trim().slice(0, 120) ?? name };
    }
  }
  return undefined;
}

function wrappedLacks(facts: Seen, say: (subject: Subject, lack: Lack, other: Evidence | undefined) => readonly Draft[]): ReturnType<typeof each> {
  return each(facts, (subject) => {
    // A line at which pip stops is the cause of what is missing: a rule of its own.
    if (!isWrapped(subject) || badLines(subject.service, facts.workspace.files).length > 0) return [];
    const [lack] = lacks(pythonImage(subject.service, facts.workspace.files), subject);
    if (lack === undefined || isInside(facts, subject.service.name, lack.name)) return [];
    return say(subject, lack, otherManifest(facts.workspace.files, subject.service, lack.name));
  });
}

const wrongManifest = rule({
  id: 'files.wrong-manifest',
  hop: 'files',
  title: 'The packages stand in a file that the image does not install from',
  from: ['workspace', 'subjects', 'judged'],
  also: ['inside'],
  page: {
    symptoms: ['exec: "opentelemetry-instrument": executable file not found in $PATH: unknown', 'ModuleNotFoundError: No module named \'opentelemetry\''],
    why: 'The Dockerfile names the file that it installs from (`pip install -r requirements/prod.txt`). Packages in another one never reach the image.',
    check: ['grep -n "install" Dockerfile', 'docker compose run --rm --no-deps SERVICE pip list | grep -i opentelemetry'],
    fix: ['Move the opentelemetry lines into the file that the Dockerfile installs from.', 'docker compose up -d --build'],
  },
  find: (facts) => wrappedLacks(facts, ({ service }, { name, means }, other) => {
    const manifest = service.app?.manifest?.path;
    if (other === undefined || manifest === undefined || typeof other.where === 'string') return [];
    const ops = openOps(facts.judged, service.name);
    return [{
      says: `${name} is in ${other.where.path}, but the image of ${service.name} installs from ${manifest}: ${means}.`,
      because: [other, ...(service.start === undefined ? [] : [runsAt(service.start)])],
      do: `add the opentelemetry lines of ${other.where.path} to ${manifest}`,
      ops,
      about: `package:${name}`,
    }];
  }),
});

const missing = rule({
  id: 'files.package-missing',
  hop: 'files',
  title: 'A package that the wrapper needs is declared nowhere',
  from: ['workspace', 'subjects', 'judged'],
  also: ['inside'],
  page: {
    symptoms: ['exec: "opentelemetry-instrument": executable file not found in $PATH: unknown', 'RuntimeError: Requested component \'otlp_proto_http\' not found in entry point \'opentelemetry_traces_exporter\'', 'Failed to auto initialize OpenTelemetry', 'No spans, no message.'],
    why: 'opentelemetry-instrument comes with opentelemetry-distro, which starts the SDK, and an exporter sends what it makes. Each is a package of its own.',
    check: ['docker compose run --rm --no-deps SERVICE pip list | grep -i opentelemetry'],
    fix: ['npx otel-setup doctor --fix', 'docker compose up -d --build'],
    links: ['https://opentelemetry.io/docs/zero-code/python/'],
  },
  find: (facts) => wrappedLacks(facts, ({ service }, { name, means }, other) => {
    if (other !== undefined) return [];
    const ops = openOps(facts.judged, service.name);
    const manifest = service.app?.manifest?.path;
    return [{
      says: `${name} is not among the packages of ${service.name}: ${means}.`,
      because: [...(service.start === undefined ? [] : [runsAt(service.start)]), ...(manifest === undefined ? [] : [{ where: { path: manifest }, says: `no ${name} in it` }])],
      do: ops.length > 0 ? fixOrInit(ops, service.name) : `add ${name} to ${manifest ?? 'the packages of the image'}`,
      ops,
      about: `package:${name}`,
    }];
  }),
});

/** FastAPI traces itself once a provider is there, from this release on (measured). */
const NATIVE = '0.143';

const instrumentation = rule({
  id: 'files.instrumentation-missing',
  hop: 'files',
  title: 'The instrumentation of the web framework is not installed',
  from: ['workspace', 'subjects', 'judged'],
  also: ['inside'],
  page: {
    symptoms: ['No span of any request; perhaps spans of database or HTTP calls, each a trace of its own.', 'Django under an ASGI server: no spans at all.'],
    why: 'The wrapper only patches libraries for which an instrumentation package is installed: opentelemetry-instrumentation-flask for Flask, -django (and -asgi under an ASGI server) for Django.',
    check: ['docker compose exec SERVICE pip list | grep opentelemetry-instrumentation'],
    fix: ['npx otel-setup doctor --fix', 'docker compose up -d --build'],
  },
  find: (facts) => each(facts, (subject) => {
    const { service } = subject;
    if (!isWrapped(subject)) return [];
    const image = pythonImage(service, facts.workspace.files);
    if (!image.complete || image.bootstraps || hasVendors(image) || lacks(image, subject).length > 0) return [];
    const clues = cluesOf(service, facts.workspace.files);
    const found = frameworkOf(clues);
    if (found === undefined || /^(?:starlette|wsgi)$/.test(found.framework.id) || isNative(found.framework.id, image)) return [];
    const absent = found.framework.instrumentations(clues).map((name) => `opentelemetry-instrumentation-${name}`).filter((name) => !image.packages.has(name) && !isInside(facts, service.name, name));
    const [first] = absent;
    if (first === undefined) return [];
    const none = ![...image.packages.keys()].some((name) => name.startsWith('opentelemetry-instrumentation-'));
    const ops = openOps(facts.judged, service.name, ({ kind }) => kind === 'package');
    return [{
      ...(none || first.endsWith('-asgi') ? {} : { status: 'warn' as const }),
      says: `${first} is not among the packages of ${service.name}: requests to ${found.framework.id} make no spans.`,
      because: [found.seen, ...(service.start === undefined ? [] : [runsAt(service.start)])],
      do: ops.length > 0 ? fixOrInit(ops, service.name) : `add ${first} to ${service.app?.manifest?.path ?? 'the packages of the image'}`,
      ops,
      about: `package:${first}`,
    }];
  }),
});

function isNative(framework: string, { packages }: PythonImage): boolean {
  if (framework !== 'fastapi') return false;
  const exact = exactVersion(packages.get('fastapi') ?? '');
  return exact === undefined || compareVersions(exact, NATIVE) >= 0;
}

export const pythonPackages: readonly Rule[] = [wrongManifest, missing, instrumentation];
