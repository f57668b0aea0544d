/** Nothing starts OpenTelemetry: in the whole workspace, or in a service that has its variables already. */
import { exactVersion } from '../../../languages/python/requirement.ts';
import { cluesOf } from '../../../languages/python/clues.ts';
import { processOf } from '../../../languages/node/process.ts';
import { jsSources } from '../../../languages/node/source.ts';
import { nameForRegExp } from '../../../patterns.ts';
import type { Evidence, Files, Path, Service } from '../../../types.ts';
import { nameOf } from '../../../workspace/path.ts';
import { indexed } from '../../indexed.ts';
import { rule } from '../../rule.ts';
import type { Facts, Rule, Subject } from '../../types.ts';
import { isOfficial } from './base-image.ts';
import { runsAt, shownWords, startsAt } from './command.ts';
import { each } from './each.ts';
import { tracedFromOutside } from './outside.ts';
import { isOther, preloadsOf } from './preloads.ts';
import { fixOrInit, openOps } from './verdict-ops.ts';

/** What a service of another language says of OpenTelemetry in its own manifest. */
const MANIFESTS = /^(?:go\.mod|pom\.xml|build\.gradle(?:\.kts)?|build\.sbt|Gemfile|composer\.json|.*\.(?:cs|fs|vb)proj|Cargo\.toml|mix\.exs)$/;

function speaksElsewhere({ dir }: Service, files: Files): boolean {
  return files.find(dir, MANIFESTS, 4).some((path) => /opentelemetry|otel|honeycomb/i.test(files.text(path) ?? ''));
}

/** No service that could be traced has any sign, and every usual way was looked at. */
export function nothingSetUp({ workspace, subjects }: Pick<Facts, 'workspace' | 'subjects'>): boolean {
  const expected = subjects.filter((subject) => subject.expected);
  return expected.some(({ instrumented }) => instrumented.by === 'no')
    && expected.every(({ signs, unsure, instrumented, service }) => signs.length === 0 && unsure.length === 0
      && (instrumented.by === 'no' || (service.app !== undefined && !/^(?:python|node)$/.test(service.app.language) && !speaksElsewhere(service, workspace.files))))
    && !expected.some((subject) => startsUnseen(subject, workspace.files))
    && !tracedFromOutside(workspace);
}

/** Runs to its end and is gone: a migration, a seed, tests. */
export function isOneShot({ start }: Service): boolean {
  return /\b(?:migrate|makemigrations|collectstatic|createsuperuser|loaddata|upgrade|db:(?:migrate|seed)|seed|pytest|jest|vitest|mocha|lint|build|install)\b/.test(start?.real.join(' ') ?? '');
}

const tracedWith = indexed<Subject>(({ expected, service, instrumented: { by } }) => (expected && (by === 'wrapper' || by === 'preload' || by === 'code') ? service.app?.manifest?.path : undefined));

/** Another service of the same manifest that is traced: the packages are there because of that one. */
export function siblingOf(subject: Subject, subjects: readonly Subject[]): Subject | undefined {
  const path = subject.service.app?.manifest?.path;
  return path === undefined ? undefined : tracedWith(subjects, path).find((other) => other !== subject);
}

/** Its code touches the SDK in some way: what is wrong with that is a matter of the source's own rules. */
export function touchesSdk({ service }: Subject, files: Files): boolean {
  if (service.app?.language === 'python') return cluesOf(service, files).sources.some(({ imports }) => imports.some(({ name }) => /^(?:opentelemetry\.(?:sdk|instrumentation|exporter|distro)|honeycomb)/.test(name)));
  const manifest = service.app?.manifest;
  return manifest !== undefined && jsSources(files, manifest.path).some(({ code }) => /@opentelemetry\/(?:sdk|instrumentation|auto|exporter)|@honeycombio\/|@vercel\/otel/.test(code));
}

const SERVERS = /^(?:flask|django|gunicorn|uvicorn|hypercorn|granian|daphne|fastapi|celery|uwsgi|waitress-serve|python)$/;
const RUNNERS = /^(?:node|nodejs|nodemon|tsx|ts-node|ts-node-dev|tsnd|next|nest|pm2-runtime|babel-node)$/;

/** The server's own command is known: no make target, supervisor or script that was not followed. */
function isUnderstood(service: Service, files: Files): boolean {
  if (service.app?.language === 'python') return SERVERS.test(cluesOf(service, files).process.server);
  return RUNNERS.test(processOf(service).runner);
}

/** Files that start programs, or say with which options. */
const STARTERS = /\.(?:sh|bash|conf|ini|cfg)$|^(?:Makefile|Procfile|justfile|Taskfile\.ya?ml|ecosystem\.config\.[cm]?js|nodemon\.json|\.npmrc|\.pm2\.json|process\.ya?ml)$/;

const startersKnown = new WeakMap<Files, Map<Path, boolean>>();

/** One of them below a folder names OpenTelemetry or a preload. */
function hasStarter(dir: Path, files: Files): boolean {
  const known = startersKnown.get(files) ?? new Map<Path, boolean>();
  startersKnown.set(files, known);
  const found = known.get(dir) ?? files.find(dir, STARTERS, 3).some((path) => /opentelemetry|otel|--(?:import|require)\b/i.test(files.text(path) ?? ''));
  known.set(dir, found);
  return found;
}

/** Ways that leave no trace in a command: FastAPI's own, a preload of an unknown name, a module that Python loads by itself. */
function startsUnseen(subject: Subject, files: Files): boolean {
  const { service, settings } = subject;
  if (preloadsOf(subject, files).some((preload) => !isOther(preload))) return true;
  if (hasStarter(service.dir, files)) return true;
  if (service.app?.language !== 'python') return false;
  const fastapi = service.app.libraries['fastapi'];
  if (fastapi !== undefined) {
    if (/^(?:1|true|yes|on)$/i.test(settings.get('FASTAPI_OTEL_AUTO_CONFIGURE')?.value ?? '')) return true;
    if (/^0\.142(?:\.|$)/.test(exactVersion(fastapi) ?? '')) return true;
    if (cluesOf(service, files).sources.some(({ lines }) => lines.some(({ text }) => /auto_configure/.test(text)))) return true;
  }
  return settings.has('PYTHONPATH') && /auto_instrumentation|otel/.test(settings.get('PYTHONPATH')?.value ?? '');
}

/** Its process is instrumented in the container that runs now, whatever the files say. */
export function runsInstrumented(inside: Facts['inside'] | undefined, service: string): boolean {
  return (inside ?? []).some((one) => one.service === service && one.from === 'container' && one.processes.some(({ env, argv }) => /auto_instrumentation/.test(env['PYTHONPATH'] ?? '') || /otel|opentelemetry|tracing|instrumentation/i.test(env['NODE_OPTIONS'] ?? '') || /opentelemetry-instrument|-javaagent:\S{0,300}opentelemetry/.test(argv.join(' '))));
}

const idleKnown = new WeakMap<Subject, boolean>();

/** It has signs, and nothing starts OpenTelemetry in it as far as the usual ways go. Found out once for the rules that ask. */
export function isIdle(subject: Subject, files: Files): boolean {
  const idle = idleKnown.get(subject) ?? findIdle(subject, files);
  idleKnown.set(subject, idle);
  return idle;
}

function findIdle(subject: Subject, files: Files): boolean {
  // `otel-setup run` starts a service of this machine, and puts what is needed in front of its command.
  if (subject.service.origin === 'folder' && Object.keys(subject.service.app?.libraries ?? {}).some((name) => name === 'opentelemetry-distro' || name === '@opentelemetry/sdk-node')) return false;
  return subject.expected && subject.instrumented.by === 'no' && subject.service.start !== undefined && !isOneShot(subject.service) && isUnderstood(subject.service, files) && !startsUnseen(subject, files) && !touchesSdk(subject, files);
}

const nothing = rule({
  id: 'files.nothing-set-up',
  hop: 'files',
  title: 'Nothing is set up for OpenTelemetry yet',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['The app works, and no data set appears in Honeycomb.', 'No log line names OpenTelemetry.'],
    why: 'No service of the compose file has OTEL_* variables, OpenTelemetry packages or a call that starts it, so no span is made.',
    check: ['docker compose config | grep OTEL_', 'grep -ri opentelemetry --include=requirements*.txt --include=package.json --include=pyproject.toml .'],
    fix: ['npx otel-setup init', 'docker compose up -d --build'],
  },
  find: ({ workspace, subjects }) => {
    if (!nothingSetUp({ workspace, subjects })) return [];
    const because = subjects.filter(({ expected, service }) => expected && service.start !== undefined).slice(0, 3).flatMap(({ service }): Evidence[] => (service.start === undefined ? [] : [runsAt(service.start)]));
    return [{
      status: 'broken',
      says: 'No service has OTEL_* variables, OpenTelemetry packages or a call that starts it: nothing makes spans.',
      because,
      do: 'npx otel-setup init',
      about: 'set-up',
    }];
  },
});

/** The image's other job: a script that neither the CMD names nor has the name of a server's file (`python generate_config.py`). */
function isAnotherProgram(real: readonly string[], cmd: string): boolean {
  const script = /^(?:python[\d.]*|node|nodejs)$/.test(nameOf(real[0] ?? '')) ? real.find((word) => /\.(?:py|[cm]?[jt]s)$/.test(word)) : undefined;
  const name = nameOf(script ?? '').replace(/\.\w+$/, '');
  return script !== undefined && !/^(?:app|application|main|server|run|manage|wsgi|asgi|index|start)$/.test(name) && !new RegExp(`\\b${nameForRegExp(name)}\\b`).test(cmd);
}

const overridden = rule({
  id: 'files.wrapper-overridden',
  hop: 'files',
  title: 'The compose file starts the service without the wrapper that the image has',
  from: ['workspace', 'subjects', 'judged'],
  also: ['inside'],
  page: {
    symptoms: ['No spans and no message, although the Dockerfile starts with `opentelemetry-instrument` (or `node --import …`).'],
    why: 'A `command:` in the compose file replaces the whole CMD of the Dockerfile, the wrapper with it.',
    check: ['docker compose config --format json | grep -A8 \'"command"\'', 'docker compose exec SERVICE cat /proc/1/cmdline | tr "\\0" " "'],
    fix: ['Put the same words in front of the `command:` in the compose file: command: opentelemetry-instrument flask run'],
    links: ['https://docs.docker.com/reference/compose-file/services/#command'],
  },
  find: ({ workspace, subjects, judged, inside }) => each({ subjects }, (subject) => {
    const { start, build, name } = subject.service;
    const cmd = build?.stage?.cmd;
    if (start === undefined || cmd === undefined || !isIdle(subject, workspace.files)) return [];
    const line = cmd.argv.join(' ');
    const wrapped = /(?:^|[\s;&|/])opentelemetry-instrument\s/.test(line) || /--(?:require|import)[\s=]+\S{0,300}(?:otel|opentelemetry|tracing|instrumentation)/.test(line);
    if (!wrapped || start.where.path === cmd.where.path || isAnotherProgram(start.real, line)) return [];
    const words = /opentelemetry-instrument/.test(line) ? `opentelemetry-instrument ${shownWords(start.real)}` : shownWords(cmd.argv);
    return [{
      ...(runsInstrumented(inside, name) ? { status: 'warn' as const } : {}),
      says: `${start.where.path} gives ${name} a command of its own, without what starts OpenTelemetry in the Dockerfile's CMD.`,
      because: [startsAt(start), { where: cmd.where, says: shownWords(cmd.argv) }],
      do: `command: ${words}`,
      ops: openOps(judged, name),
      about: 'set-up',
    }];
  }),
});

const unwrapped = rule({
  id: 'files.wrapper-missing',
  hop: 'files',
  title: 'The packages are there, and the command is not wrapped',
  from: ['workspace', 'subjects', 'judged'],
  also: ['inside'],
  page: {
    symptoms: ['No spans, no message: the app runs as before.'],
    why: 'opentelemetry-distro does nothing by itself. Its program `opentelemetry-instrument`, in front of the server\'s command, loads it before the app.',
    check: ['docker compose exec SERVICE cat /proc/1/cmdline | tr "\\0" " "'],
    fix: ['CMD ["opentelemetry-instrument", "flask", "run", "--host=0.0.0.0"]', 'command: opentelemetry-instrument gunicorn app:app'],
    links: ['https://opentelemetry.io/docs/zero-code/python/'],
  },
  find: ({ workspace, subjects, judged, inside }) => each({ subjects }, (subject) => {
    const { start, app, name } = subject.service;
    if (start === undefined || app?.language !== 'python' || !Object.hasOwn(app.libraries, 'opentelemetry-distro') || !isIdle(subject, workspace.files)) return [];
    // The same packages serve a sibling that is wrapped: this one may be left out on purpose.
    if (siblingOf(subject, subjects) !== undefined) return [];
    return [{
      ...(certain(subject.service) && !runsInstrumented(inside, name) ? {} : { status: 'warn' as const }),
      says: `${name} has the OpenTelemetry packages, and its command is not started with opentelemetry-instrument: nothing makes spans.`,
      because: [runsAt(start), { where: app.manifest === undefined ? 'image' : { path: app.manifest.path }, says: 'opentelemetry-distro' }],
      do: `opentelemetry-instrument ${shownWords(start.real)}`,
      ops: openOps(judged, name),
      about: 'set-up',
    }];
  }),
});

/** Somebody's own base image may start OpenTelemetry by itself (an entrypoint, PYTHONPATH, NODE_OPTIONS). */
const certain = (service: Service): boolean => isOfficial(service, service.app?.language === 'node' ? 'node' : 'python');

const worker = rule({
  id: 'files.worker-unwrapped',
  hop: 'files',
  title: 'A worker is not traced though the web service of the same code is',
  from: ['workspace', 'subjects', 'judged'],
  also: ['inside'],
  page: {
    symptoms: ['Traces end where the web service hands a task over; the task itself has no span.'],
    why: 'Each process needs its own start of OpenTelemetry: the wrapper in front of gunicorn does nothing for `celery worker`.',
    check: ['docker compose config --format json | grep -A6 \'"command"\''],
    fix: ['command: opentelemetry-instrument celery -A app worker', 'Leave it as it is if the tasks need no traces: otel-setup doctor --ignore files.worker-unwrapped'],
  },
  find: ({ workspace, subjects, judged, inside }) => each({ subjects }, (subject) => {
    const { start, app, name } = subject.service;
    if (start === undefined || app?.framework !== 'celery' || !isIdle(subject, workspace.files) || runsInstrumented(inside, name)) return [];
    const sibling = siblingOf(subject, subjects);
    if (sibling === undefined) return [];
    return [{
      status: 'warn' as const,
      says: `${name} runs the same code as ${sibling.service.name}, which is traced, and is not started with opentelemetry-instrument: its tasks make no spans.`,
      because: [runsAt(start), ...(sibling.instrumented.at === undefined ? [] : [sibling.instrumented.at])],
      do: `opentelemetry-instrument ${shownWords(start.real)}`,
      ops: openOps(judged, name),
      about: 'set-up',
    }];
  }),
});

const idle = rule({
  id: 'files.not-instrumented',
  hop: 'files',
  title: 'OTEL_* is set, and nothing starts OpenTelemetry',
  from: ['workspace', 'subjects', 'judged'],
  also: ['inside'],
  page: {
    symptoms: ['No spans, no message: the variables are there and nobody reads them.'],
    why: 'OTEL_* variables tell an SDK what to do. Without the packages, and a wrapper, a preload or a call in the code that starts them, there is no SDK.',
    check: ['docker compose exec SERVICE pip list | grep -i opentelemetry', 'docker compose exec SERVICE npm ls @opentelemetry/sdk-node'],
    fix: ['npx otel-setup init', 'docker compose up -d --build'],
    links: ['https://opentelemetry.io/docs/zero-code/'],
  },
  find: ({ workspace, subjects, judged, inside }) => nothingSetUp({ workspace, subjects }) ? [] : each({ subjects }, (subject) => {
    const { start, app, name } = subject.service;
    if (start === undefined || app === undefined || !isIdle(subject, workspace.files)) return [];
    // The app itself was left alone on purpose.
    if (subject.signs.length === 0 && tracedFromOutside(workspace)) return [];
    // Only what it shares with a sibling speaks for it: a manifest, an env_file.
    if (siblingOf(subject, subjects) !== undefined) return [];
    const ops = openOps(judged, name);
    const sign = subject.signs[0];
    return [{
      ...(certain(subject.service) && !runsInstrumented(inside, name) ? {} : { status: 'warn' as const }),
      says: sign === undefined ? `Nothing starts OpenTelemetry in ${name}.` : `${name} has ${sign.says}, and nothing starts OpenTelemetry in it: no wrapper, no preload, no call in its code.`,
      because: [...(sign === undefined ? [] : [sign]), runsAt(start)],
      do: fixOrInit(ops, name),
      ops,
      about: 'set-up',
    }];
  }),
});

export const setUp: readonly Rule[] = [nothing, overridden, unwrapped, worker, idle];
