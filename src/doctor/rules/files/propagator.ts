/** OTEL_PROPAGATORS with a name whose package is not there: Python then refuses to start the app. */
import { settingAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Rule } from '../../types.ts';
import { each } from './each.ts';
import { readsOthersCode } from './heeds.ts';
import { replaced } from './replaced.ts';

/** Name → the distribution that has it (entry points opentelemetry_propagator); '' = opentelemetry-api itself. */
const PACKAGES: Readonly<Record<string, string>> = {
  tracecontext: '', baggage: '', none: '',
  b3: 'opentelemetry-propagator-b3', b3multi: 'opentelemetry-propagator-b3', jaeger: 'opentelemetry-propagator-jaeger',
  xray: 'opentelemetry-propagator-aws-xray', 'xray-lambda': 'opentelemetry-propagator-aws-xray', ottrace: 'opentelemetry-propagator-ot-trace', gcp: 'opentelemetry-propagator-gcp',
};
/** Distributions that bring propagators along. */
const BRINGS = /^(?!opentelemetry-(?:api|sdk$|distro|exporter|instrumentation|semantic|proto|util)).*(?:telemetry|otel|observab|tracing|azure-monitor|lightstep)/;

const propagators = rule({
  id: 'files.propagator',
  hop: 'files',
  title: 'A propagator is named whose package is not installed',
  from: ['workspace', 'subjects'],
  also: ['inside', 'containers'],
  page: {
    symptoms: ['ValueError: Propagator xray not found. It is either misspelled or not installed.', 'the container exits with 1', 'Go: unknown propagator'],
    why: 'Python looks for every name of OTEL_PROPAGATORS as soon as OpenTelemetry is imported, and ends the process where one is not found. Only tracecontext, baggage and none come with it.',
    check: ['docker compose logs SERVICE | grep Propagator', 'docker compose exec SERVICE pip list | grep propagator'],
    fix: ['OTEL_PROPAGATORS: "tracecontext,baggage"', 'or the package: opentelemetry-propagator-aws-xray in requirements.txt'],
    links: ['https://opentelemetry.io/docs/languages/sdk-configuration/general/#otel_propagators'],
  },
  find: (facts) => each(facts, (subject) => {
    const { service } = subject;
    const { app } = service;
    const setting = subject.settings.get('OTEL_PROPAGATORS');
    if (setting === undefined || app?.language !== 'python' || app.manifest === undefined) return [];
    if (subject.instrumented.by === 'no' || subject.instrumented.by === 'unknown' || readsOthersCode(service)) return [];
    const inside = facts.inside?.find((one) => one.service === service.name)?.packages;
    const names = [...Object.keys(app.libraries), ...Object.keys(inside ?? {})];
    const words = setting.value.split(',').map((word) => word.trim()).filter((word) => word !== '');
    const lost = words.filter((word) => (PACKAGES[word] === undefined ? !names.some((name) => BRINGS.test(name)) : PACKAGES[word] !== '' && !names.includes(PACKAGES[word]) && !names.some((name) => BRINGS.test(name) && !name.startsWith('opentelemetry-propagator-'))));
    const [word] = lost;
    if (word === undefined) return [];
    const up = facts.containers?.some((one) => one.service === service.name && one.state === 'running' && one.env[setting.name] === setting.value) === true;
    const kept = ['tracecontext', ...words.filter((one) => !lost.includes(one) && one !== 'tracecontext')].join(',');
    const needs = PACKAGES[word];
    return [{
      ...(up ? { status: 'warn' as const } : {}),
      says: `${setting.name} names ${lost.join(', ')}, ${needs === undefined ? 'which Python does not know' : `but ${needs} is not installed`}: Python ends the process at its start.`,
      because: [settingAt(facts.workspace.files, setting)],
      do: needs === undefined ? `${setting.name}: "${kept}"` : `add ${needs} to ${app.manifest.path}, or write ${setting.name}: "${kept}"`,
      ops: needs === undefined ? replaced(facts.workspace, service, setting, kept) : [],
      about: setting.name,
    }];
  }),
});

export const propagator: readonly Rule[] = [propagators];
