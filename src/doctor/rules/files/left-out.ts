/** Settings by which an instrumentation leaves out what it should trace: all requests, or the framework itself. */
import type { Service, Workspace } from '../../../types.ts';
import { settingAt } from '../../evidence.ts';
import { mentioned } from '../../../workspace/mentions.ts';
import { rule } from '../../rule.ts';
import type { Rule, Setting, Subject } from '../../types.ts';
import { each, type Draft } from './each.ts';
import { readsOthersCode } from './heeds.ts';
import { removed, replaced } from './replaced.ts';

/** Frameworks whose instrumentation looks for the pattern in the whole address (http://host:port/path) of a request. */
const BY_ADDRESS: readonly string[] = ['flask', 'django', 'fastapi', 'starlette', 'falcon', 'pyramid', 'tornado'];
/** Patterns that every address has in it; nothing else is taken for one, whatever it may match. */
const EVERY = /^(?:|\/|\^|\$|\/\*|\^?\/?\.[*+]?\$?|\^?http(?:s\?)?(?::\/?\/?)?(?:\.[*+])?\$?)$/;

const itemsOf = ({ value }: Setting): readonly string[] => value.split(',').map((item) => item.trim());

/** The one that decides: the framework's own variable hides the general one, even where it is blank (util/http of opentelemetry-python-contrib). */
function excludedIn({ service, settings }: Subject): Setting | undefined {
  const framework = service.app?.framework ?? '';
  if (service.app?.language !== 'python' || !BY_ADDRESS.includes(framework)) return undefined;
  const setting = settings.get(`OTEL_PYTHON_${framework.toUpperCase()}_EXCLUDED_URLS`) ?? settings.get('OTEL_PYTHON_EXCLUDED_URLS');
  return setting === undefined || setting.value === '' ? undefined : setting;
}

const excluded = rule({
  id: 'files.urls-excluded',
  hop: 'files',
  title: 'A pattern of EXCLUDED_URLS leaves out every request',
  from: ['workspace', 'subjects'],
  also: ['containers'],
  page: {
    symptoms: ['no span, no message', 'Instrumenting of flask failed … error: nothing to repeat at position 0', 'a health check was to be left out, and now everything is'],
    why: 'OTEL_PYTHON_EXCLUDED_URLS (and OTEL_PYTHON_FLASK_EXCLUDED_URLS and the like) is a list of regular expressions. A request is left out where one of them is found anywhere in its whole address, http://host:port/path. "/" is in every address, and so is the empty pattern that a comma at the end makes: "health,". A pattern that begins with "*" is none: the instrumentation does not start.',
    check: ['docker compose exec SERVICE env | grep EXCLUDED_URLS'],
    fix: ['OTEL_PYTHON_EXCLUDED_URLS: "/health$,/metrics$"', 'docker compose up -d SERVICE'],
    links: ['https://opentelemetry.io/docs/zero-code/python/configuration/#excluded-urls'],
  },
  find: (facts) => each(facts, (subject) => {
    const setting = excludedIn(subject);
    if (setting === undefined || subject.instrumented.by === 'no') return [];
    const items = itemsOf(setting);
    const every = items.filter((item) => EVERY.test(item));
    const none = items.filter((item) => /^[*+?]/.test(item));
    if (every.length === 0 && none.length === 0) return [];
    const good = items.filter((item) => !every.includes(item)).map((item) => (none.includes(item) ? item.replace(/^[*+?]+/, '') : item)).filter((item) => !EVERY.test(item));
    // Code may hand its own list to the instrumentation, and another app's code may be in the same folder.
    const certain = subject.instrumented.by !== 'unknown' && !readsOthersCode(subject.service) && mentioned(subject.service, facts.workspace.files, /\bexcluded_urls\s*=/) === undefined;
    const shown = every.find((item) => item !== '') ?? none[0];
    const says = every.length === 0 ? `begins a pattern with "${none[0]?.[0] ?? '*'}", which is no regular expression: the instrumentation of ${subject.service.app?.framework ?? 'the framework'} does not start`
      : shown === undefined || every.every((item) => item === '') ? 'has an empty pattern (a comma too many), which is found in every address: every request is left out'
      : `has the pattern "${shown.slice(0, 40)}", which is found in every address: every request is left out`;
    return [{
      ...(certain ? { of: setting } : { status: 'warn' as const }),
      says: `${setting.name} ${says}.`,
      because: [settingAt(facts.workspace.files, setting)],
      do: good.length === 0 ? `take ${setting.name} away` : `${setting.name}: "${good.join(',')}"`,
      ops: good.length === 0 ? removed(facts.workspace, subject.service, setting) : replaced(facts.workspace, subject.service, setting, good.join(',')),
      about: setting.name,
    }];
  }),
});

/** What gives an app's requests their spans, by framework; FastAPI's and Starlette's newest releases speak for themselves. */
const REQUESTS: Readonly<Record<string, readonly string[]>> = { flask: ['flask'], django: ['django'] };

const disabled = rule({
  id: 'files.instrumentation-disabled',
  hop: 'files',
  title: 'The instrumentation of the framework is switched off',
  from: ['workspace', 'subjects'],
  also: ['containers'],
  page: {
    symptoms: ['no span of a request, no message'],
    why: 'OTEL_PYTHON_DISABLED_INSTRUMENTATIONS names the libraries that opentelemetry-instrument leaves alone; "*" is all of them. With the web framework in it no request has a span. Node.js has OTEL_NODE_DISABLED_INSTRUMENTATIONS, and OTEL_NODE_ENABLED_INSTRUMENTATIONS, which leaves alone all that it does not name.',
    check: ['docker compose exec SERVICE env | grep INSTRUMENTATIONS'],
    fix: ['take the framework out of the list', 'docker compose up -d SERVICE'],
    links: ['https://opentelemetry.io/docs/zero-code/python/configuration/#disabling-specific-instrumentations', 'https://opentelemetry.io/docs/zero-code/js/configuration/#enabling-and-disabling-instrumentations'],
  },
  find: (facts) => each(facts, (subject) => {
    const { service, settings, instrumented } = subject;
    if (service.app?.language === 'node') return onlyOthers(subject, facts.workspace);
    const setting = settings.get('OTEL_PYTHON_DISABLED_INSTRUMENTATIONS');
    const own = REQUESTS[service.app?.framework ?? ''];
    if (setting === undefined || own === undefined || service.app?.language !== 'python' || instrumented.by !== 'wrapper') return [];
    const items = itemsOf(setting);
    const all = items.includes('*');
    const off = items.filter((item) => own.includes(item));
    if (!all && off.length === 0) return [];
    // The code may instrument by itself what the wrapper leaves alone.
    if (mentioned(service, facts.workspace.files, /\b\w+Instrumentor\b|\bOpenTelemetryMiddleware\b/) !== undefined) return [];
    const rest = items.filter((item) => item !== '' && item !== '*' && !own.includes(item));
    return [{
      ...(all || !othersToo(service, own) ? { of: setting } : { status: 'warn' as const }),
      says: `${setting.name} switches ${all ? 'every instrumentation' : `the instrumentation of ${off.join(', ')}`} off: requests have no spans.`,
      because: [settingAt(facts.workspace.files, setting)],
      do: rest.length === 0 ? `take ${setting.name} away` : `${setting.name}: "${rest.join(',')}"`,
      ops: rest.length === 0 ? removed(facts.workspace, service, setting) : replaced(facts.workspace, service, setting, rest.join(',')),
      about: setting.name,
    }];
  }),
});

/** OTEL_NODE_ENABLED_INSTRUMENTATIONS that names nothing which this service uses: auto-instrumentations-node then makes no span at all. */
function onlyOthers(subject: Subject, workspace: Workspace): readonly Draft[] {
  const { service, settings, instrumented } = subject;
  const setting = settings.get('OTEL_NODE_ENABLED_INSTRUMENTATIONS');
  const own = Object.keys(service.app?.libraries ?? {}).filter((name) => !name.startsWith('@opentelemetry/')).map((name) => name.replace(/^@/, '').split('/')[0] ?? '');
  const items = setting === undefined ? [] : itemsOf(setting).filter((item) => item !== '');
  // 'redis-4', 'nestjs-core', 'aws-sdk': near enough to a library of its own. What Node.js itself has may be in use.
  const used = items.some((item) => /^(?:http|undici|net|dns|fs|grpc|runtime-node)$/.test(item) || own.some((name) => name !== '' && (item.startsWith(name) || name.startsWith(item) || item.includes(name))));
  if (setting === undefined || items.length === 0 || used || (instrumented.by !== 'preload' && instrumented.by !== 'code') || readsOthersCode(service)) return [];
  if (instrumented.by === 'code' && (mentioned(service, workspace.files, /\bgetNodeAutoInstrumentations\b/) === undefined || mentioned(service, workspace.files, /\bnew\s+\w+Instrumentation\b/) !== undefined)) return [];
  return [{
    // Spans that the code makes by hand come all the same.
    ...(mentioned(service, workspace.files, /\bstart(?:Active)?Span\b/) === undefined ? { of: setting } : { status: 'warn' as const }),
    says: `${setting.name} is "${setting.value.slice(0, 60)}": only these are instrumented, and ${service.name} uses none of them.`,
    because: [settingAt(workspace.files, setting)],
    do: `${setting.name}: "http,${service.app?.framework ?? 'express'},${items.join(',')}"`,
    ops: replaced(workspace, service, setting, `http,${service.app?.framework ?? 'express'},${items.join(',')}`),
    about: setting.name,
  }];
}

/** Calls that it makes have spans all the same: then something arrives. */
const othersToo = ({ app }: Service, own: readonly string[]): boolean =>
  Object.keys(app?.libraries ?? {}).some((name) => name.startsWith('opentelemetry-instrumentation-') && !own.some((one) => name.endsWith(`-${one}`)) && !/-(?:wsgi|asgi|dbapi|logging|threading|system-metrics)$/.test(name));

export const leftOut: readonly Rule[] = [excluded, disabled];
