/**
 * OTEL_EXPORTER_OTLP_HEADERS as it is written: 'name=value,name=value', names and values percent-encoded, nothing around
 * it (specification of the OTLP exporter).
 */
import { KEY } from '../../../backends/honeycomb/index.ts';
import { nameForRegExp } from '../../../patterns.ts';
import type { Op, Service, Workspace } from '../../../types.ts';
import { join } from '../../../workspace/path.ts';
import { settingAt } from '../../evidence.ts';
import { mentioned } from '../../../workspace/mentions.ts';
import { rule } from '../../rule.ts';
import { headerPairs } from '../../sending.ts';
import type { Container, Rule, Setting, Subject } from '../../types.ts';
import { each } from './each.ts';
import { landing } from './landing.ts';
import { standsElsewhere } from './plumbing.ts';
import { replaced } from './replaced.ts';

const NAMES = ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'];
const TEAM = 'x-honeycomb-team';
const LINE = `OTEL_EXPORTER_OTLP_HEADERS: "${TEAM}=\${${KEY}}"`;
const SPEC = 'https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables';
const HONEYCOMB = 'https://docs.honeycomb.io/send-data/opentelemetry/';

/** The header variables of a service, where the environment decides. */
function headersOf({ sending, settings }: Subject): readonly Setting[] {
  if (sending.headers.from !== undefined && !('value' in sending.headers.from)) return [];
  return NAMES.flatMap((name) => settings.get(name) ?? []);
}

/** The one that the exporter takes: the signal's before the general one. */
const effective = (subject: Subject): Setting | undefined => headersOf(subject).find(({ value }) => value.trim() !== '');
/** Nothing is known to stand between the service and Honeycomb that holds the key. */
const straight = ({ sending: { to } }: Subject): boolean => to.backend === 'honeycomb';

/** Instead of what is written, the same with `=`: only where the text in the file is known exactly. */
function withEquals(workspace: Workspace, subject: Subject, setting: Setting): readonly Op[] {
  return setting.raw === null ? [] : replaced(workspace, subject.service, setting, unquoted(setting.raw).replace(/^(\s*[\w-]+)\s*:\s*/, '$1='));
}

/** '"a=b"', `'a=b'`, 'a="b"' → a=b. */
const unquoted = (text: string): string => text.trim().replace(/^(["'])([\s\S]*)\1$/, '$2').replace(/=(["'])([^"',]*)\1/g, '=$2');

const colon = rule({
  id: 'files.header-colon',
  hop: 'files',
  title: 'A header is written with ":" where OTLP wants "="',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['Header format invalid! Header values in environment variables must be URL encoded per the OpenTelemetry Protocol Exporter specification', 'Failed to export span batch code: 401, reason: Unauthorized', 'java: Invalid map property: otel.exporter.otlp.headers', '.NET: Headers provided in an invalid format.', 'Node.js: nothing at all; the request goes out without the header'],
    why: 'OTEL_EXPORTER_OTLP_HEADERS is a list of name=value. "x-honeycomb-team: KEY" is how HTTP and curl write a header; SDKs drop it, so the request arrives without a key.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP_HEADERS'],
    fix: [LINE],
    links: [SPEC],
  },
  find: (facts) => each(facts, (subject) => headersOf(subject).flatMap((setting) => (/^\s*["']?[\w-]+\s*:/.test(setting.value)
    ? [{
        of: setting,
        says: `${setting.name} is written with ":", which no SDK reads: the request goes out without the key.`,
        because: [settingAt(facts.workspace.files, setting)],
        do: `${setting.name}: "${TEAM}=\${${KEY}}"`,
        ops: withEquals(facts.workspace, subject, setting),
        about: setting.name,
      }]
    : []))),
});

const quoted = rule({
  id: 'files.header-quoted',
  hop: 'files',
  title: 'The quotes around a header are part of its value',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['Header format invalid! Header values in environment variables must be URL encoded per the OpenTelemetry Protocol Exporter specification', 'TypeError [ERR_INVALID_HTTP_TOKEN]: Header name must be a valid HTTP token', 'Failed to export span batch code: 401, reason: Unauthorized'],
    why: 'In a list of Compose, `- NAME="value"` is one text: the quotes reach the container. The same goes for a value that is quoted twice. SDKs then find no header, or one whose name or value begins with a quote.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP_HEADERS', 'a quote behind the first "=" is one too many'],
    fix: [`- "OTEL_EXPORTER_OTLP_HEADERS=${TEAM}=\${${KEY}}"`, LINE],
    links: [SPEC],
  },
  find: (facts) => each(facts, (subject) => headersOf(subject).flatMap((setting) => {
    const around = /^\s*["']/.test(setting.value);
    if (!around && !/(?:^|,)\s*[\w-]+\s*=\s*["']/.test(setting.value)) return [];
    return [{
      of: setting,
      says: `The quotes of ${setting.name} reach the container: the SDK ${around ? 'finds no header in it' : 'sends a key that begins with a quote'}.`,
      because: [settingAt(facts.workspace.files, setting)],
      do: `write the value of ${setting.name} without quotes of its own: ${TEAM}=\${${KEY}}`,
      ops: setting.raw === null ? [] : replaced(facts.workspace, subject.service, setting, unquoted(setting.raw)),
      about: setting.name,
    }];
  })),
});

const overridden = rule({
  id: 'files.header-overridden',
  hop: 'files',
  title: 'The header of the traces hides the one with the key',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['Failed to export span batch code: 401, reason: Unauthorized', 'metrics or logs arrive, traces do not'],
    why: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS replaces OTEL_EXPORTER_OTLP_HEADERS for traces, it does not add to it (JavaScript alone merges the two). A key that stands only in the general one is not sent with spans.',
    check: ['docker compose exec SERVICE env | grep _HEADERS'],
    fix: [`OTEL_EXPORTER_OTLP_TRACES_HEADERS: "${TEAM}=\${${KEY}},other=value"`, 'or take OTEL_EXPORTER_OTLP_TRACES_HEADERS away'],
    links: [SPEC],
  },
  find: (facts) => each(facts, (subject) => {
    const [own, general] = NAMES.map((name) => headersOf(subject).find((one) => one.name === name));
    if (own === undefined || general === undefined || !straight(subject) || subject.service.app?.language === 'node') return [];
    if (own.value.trim() === '' || namesOf(own).includes(TEAM) || !namesOf(general).includes(TEAM)) return [];
    return [{
      of: own,
      says: `${own.name} replaces ${general.name}, so spans go out without the key that stands in the general one.`,
      because: [settingAt(facts.workspace.files, own), settingAt(facts.workspace.files, general)],
      do: `add the key to it: ${own.name}: "${TEAM}=\${${KEY}},${namesOf(own).map((name) => `${name}=…`).join(',')}"`,
      about: own.name,
    }];
  }),
});

const namesOf = ({ value }: Setting): readonly string[] => headerPairs(value).map(({ name }) => name);

/** Names under which people put the key; Honeycomb looks at one alone. */
const MEANT = /honeycomb|^api[-_]?key$|^authorization$|team/i;

const wrongName = rule({
  id: 'files.header-name',
  hop: 'files',
  title: 'The header with the key has another name than x-honeycomb-team',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['Failed to export span batch code: 401, reason: Unauthorized', "missing 'x-honeycomb-team' header"],
    why: 'Honeycomb looks for the key in one header: x-honeycomb-team. Under any other name, or as a value without a name, it is not seen.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP_HEADERS'],
    fix: [LINE],
    links: [HONEYCOMB],
  },
  find: (facts) => each(facts, (subject) => {
    const setting = effective(subject);
    if (setting === undefined || !straight(subject) || subject.sending.headers.pairs.some(({ name }) => name === TEAM)) return [];
    // Colons and quotes have rules of their own.
    if (/^\s*["']|^\s*[\w-]+\s*:/.test(setting.value)) return [];
    const names = namesOf(setting);
    const meant = names.find((name) => MEANT.test(name) && !/dataset/.test(name));
    const says = names.length === 0 ? `${setting.name} is no list of name=value: no header is sent.`
      : meant === undefined ? `${setting.name} has no ${TEAM}: Honeycomb gets no key.`
      : `${setting.name} names the header "${meant}"; Honeycomb looks for the key in ${TEAM} alone.`;
    const renamedTo = setting.raw === null || meant === undefined ? [] : replaced(facts.workspace, subject.service, setting, setting.raw.replace(new RegExp(`(^|,)\\s*${nameForRegExp(meant)}\\s*=`, 'i'), `$1${TEAM}=`));
    return [{ of: setting, says, because: [settingAt(facts.workspace.files, setting)], do: `${setting.name}: "${TEAM}=\${${KEY}}"`, ops: renamedTo, about: setting.name }];
  }),
});

const blank = rule({
  id: 'files.header-blank',
  hop: 'files',
  title: 'The header is there, the key in it comes out empty',
  from: ['workspace', 'subjects'],
  also: ['containers'],
  page: {
    symptoms: ['The "HONEYCOMB_API_KEY" variable is not set. Defaulting to a blank string.', 'Failed to export span batch code: 401, reason: Unauthorized', 'Ruby: unexpected configuration error due to …'],
    why: '${HONEYCOMB_API_KEY} is filled in by Compose when the container is made, from the shell that runs `docker compose up` and from the .env file beside the compose file; an env_file or a .env in the service\'s own folder does not count. Where neither has it, the header goes out without a key.',
    check: ['docker compose config | grep -c "x-honeycomb-team=$"', 'npx otel-setup status'],
    fix: ['put HONEYCOMB_API_KEY=… into the .env file beside the compose file', 'in Gitpod: eval "$(gp env -e)", then `docker compose up -d`'],
    links: ['https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/'],
  },
  find: (facts) => each(facts, (subject) => {
    const { service, sending, settings, unsure } = subject;
    const setting = effective(subject) ?? headersOf(subject).find(({ name }) => !hidesAnother(service, name)) ?? distributionKey(subject);
    if (setting === undefined || sending.to.backend === 'local' || sending.to.backend === 'compose') return [];
    const team = headerPairs(setting.value).find(({ name }) => name === TEAM);
    const empty = setting.value.trim() === '' || (team !== undefined && team.value.trim() === '');
    if (!empty || (settings.get(setting.name) === undefined && unsure.length > 0)) return [];
    const variable = service.env.findLast(({ name }) => name === setting.name)?.blank[0];
    const dotenv = join(facts.workspace.projectDir, '.env');
    const running = hasKey(facts.containers, subject, setting.name);
    return [{
      ...(running ? { status: 'warn' as const } : {}),
      says: variable === undefined ? `${setting.name} has no key in it.`
        : `\${${variable}} comes out empty, so ${service.name} gets ${setting.name} without a key.${running ? ' The running container has one: the next `docker compose up` from this shell would lose it.' : ''}`,
      because: [settingAt(facts.workspace.files, setting)],
      do: `put ${variable ?? KEY}=your-key into ${dotenv}${variable === undefined ? `, and \${${KEY}} into ${setting.name}` : ''}`,
      about: `secret:${variable ?? KEY}`,
    }];
  }),
});

/** Its entry hides a value of an env_file or the image: that has a rule of its own (files.blank). */
const hidesAnother = ({ env }: Service, name: string): boolean => env.some((one) => one.name === name && one.value !== undefined && one.value.trim() !== '');

/** Honeycomb's own distributions read the key itself. */
function distributionKey({ sending, settings }: Subject): Setting | undefined {
  const { from } = sending.headers;
  return from !== undefined && !('value' in from) && sending.headers.pairs.length === 0 && sending.protocol.from === 'code' ? settings.get(KEY) : undefined;
}

/** The service's container runs with a key: it was made from another shell. */
function hasKey(containers: readonly Container[] | undefined, { service }: Subject, name: string): boolean {
  const value = containers?.find((one) => one.service === service.name && one.state === 'running')?.env[name];
  return value !== undefined && (name === KEY ? value.trim() !== '' : headerPairs(value).some((pair) => pair.name === TEAM && pair.value.trim() !== ''));
}

const missing = rule({
  id: 'files.header-missing',
  hop: 'files',
  title: 'Nothing gives the header with the key',
  from: ['workspace', 'subjects', 'judged'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['Failed to export span batch code: 401, reason: Unauthorized', "missing 'x-honeycomb-team' header", 'Node.js: nothing at all unless OTEL_LOG_LEVEL=error'],
    why: 'Spans go to Honeycomb, and Honeycomb answers 401 to a request without a key. A variable HONEYCOMB_API_KEY in the container alone does nothing: SDKs read the header from OTEL_EXPORTER_OTLP_HEADERS.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP'],
    fix: [LINE],
    links: [HONEYCOMB],
  },
  find: (facts) => each(facts, (subject) => {
    const { service, sending, unsure } = subject;
    if (!straight(subject) || sending.headers.from !== undefined || unsure.length > 0 || headersOf(subject).length > 0 || standsElsewhere(facts.workspace, service, 'OTEL_EXPORTER_OTLP_HEADERS')) return [];
    // The key may be put into the request where nobody looked: a helper, a secret file, a gateway's own header.
    const said = mentioned(service, facts.workspace.files, /x-honeycomb-team|HONEYCOMB_(?:API_?KEY|WRITEKEY)/i);
    if (said !== undefined) return [];
    const read = service.app?.language === 'python' || service.app?.language === 'node' || subject.instrumented.by === 'agent';
    const { from } = sending.endpoint;
    const endpoint = typeof from === 'object' && 'value' in from ? from : undefined;
    return [{
      ...(read ? { of: { name: 'OTEL_EXPORTER_OTLP_HEADERS', value: '' } } : { status: 'warn' as const }),
      says: `${service.name} sends to Honeycomb, but nothing gives it the header with the key: Honeycomb answers 401.`,
      because: endpoint === undefined ? [] : [settingAt(facts.workspace.files, endpoint)],
      do: `add to the environment of ${service.name}: ${LINE}`,
      ops: landing(facts.judged, service.name, 'OTEL_EXPORTER_OTLP_HEADERS'),
      about: 'OTEL_EXPORTER_OTLP_HEADERS',
    }];
  }),
});

export const headerForm: readonly Rule[] = [colon, quoted, overridden, wrongName, blank, missing];
