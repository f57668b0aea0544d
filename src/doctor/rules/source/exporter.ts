/** What the code itself gives to its exporter: an address, headers, a variable that the container does not have. */
import { inCode } from '../../in-code.ts';
import { rule } from '../../rule.ts';
import type { Evidence } from '../../../types.ts';
import type { Rule, Subject } from '../../types.ts';
import { each, type Draft } from '../files/each.ts';

/** The environment decides nothing where something else starts the SDK: then the code's exporter is not the one that sends. */
const codeSends = ({ instrumented }: Subject): boolean => instrumented.by === 'code';

const path = rule({
  id: 'source.endpoint-path',
  hop: 'source',
  title: 'The address in the code lacks /v1/traces',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Failed to export span batch code: 404, reason: Not Found', 'Failed to export spans batch code: 404', 'OTLPExporterError: Not Found'],
    why: 'An HTTP exporter appends /v1/traces only to OTEL_EXPORTER_OTLP_ENDPOINT as it reads it itself. An address that the code gives (`endpoint=`, `url:`) is requested as it stands, also when it was read from that variable.',
    check: ['grep -rn "OTLPSpanExporter(\\|OTLPTraceExporter(" --include=*.py --include=*.js --include=*.ts .'],
    fix: ['Leave the argument out: the exporter reads OTEL_EXPORTER_OTLP_ENDPOINT by itself.', 'Or write it whole: https://api.honeycomb.io/v1/traces'],
    links: ['https://opentelemetry.io/docs/specs/otel/protocol/exporter/'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, (subject) => {
    const code = inCode(subject.service, workspace.files);
    const { endpoint, protocol } = subject.sending;
    if (!codeSends(subject) || code.endpoint === undefined || code.exporters.length !== 1 || protocol.value === 'grpc' || endpoint.from !== code.endpoint.at || endpoint.url === undefined || !URL.canParse(endpoint.url)) return [];
    const url = new URL(endpoint.url);
    // Only what is known to answer on that path alone: Honeycomb, and a Collector's usual port.
    if (url.pathname.replace(/\/$/, '') !== '' || !(subject.sending.to.backend === 'honeycomb' || url.port === '4318')) return [];
    return [{
      says: `The exporter in the code is given ${endpoint.url}, and requests exactly that: traces are taken at /v1/traces only.`,
      because: [code.endpoint.at],
      do: code.endpoint.env === undefined ? `${endpoint.url.replace(/\/$/, '')}/v1/traces   (in the code, instead of ${endpoint.url})` : `take the argument out: the exporter reads OTEL_EXPORTER_OTLP_ENDPOINT by itself and appends /v1/traces`,
      about: 'endpoint-in-code',
    }];
  }),
});

const notPassed = rule({
  id: 'source.variable-not-passed',
  hop: 'source',
  title: 'The code reads a variable that the container does not get',
  from: ['workspace', 'subjects'],
  also: ['containers'],
  page: {
    symptoms: ['Failed to export span batch code: 401, reason: Unauthorized', 'KeyError: \'HONEYCOMB_API_KEY\'', 'Spans go to localhost: Connection refused'],
    why: 'A container sees only the variables that its service is given. A key in your shell, in `.env` or in `gp env` fills ${…} in the compose file; the code in the container reads it only if the compose file passes it on.',
    check: ['docker compose exec SERVICE env | grep -E "HONEYCOMB|OTEL"'],
    fix: ['environment:\n  HONEYCOMB_API_KEY: "${HONEYCOMB_API_KEY}"'],
    links: ['https://docs.docker.com/compose/how-tos/environment-variables/set-environment-variables/'],
  },
  find: ({ workspace, subjects, containers }) => each({ subjects }, (subject) => {
    const { service, settings, unsure, sending } = subject;
    const code = inCode(service, workspace.files);
    if (!codeSends(subject) || unsure.length > 0 || service.origin !== 'compose' || code.exporters.length > 1 || service.env.some(({ where }) => where === 'container')) return [];
    const header = code.headerPairs?.find(({ name }) => name === 'x-honeycomb-team')?.value;
    const wanted = [
      ...(header !== undefined && 'env' in header && header.fallback === undefined && sending.to.backend === 'honeycomb' ? [{ name: header.env, at: code.headers, what: 'the key' }] : []),
      ...(code.endpoint?.env !== undefined && code.endpoint.env.fallback === undefined && code.endpoint.env.then !== undefined ? [{ name: code.endpoint.env.env, at: code.endpoint.at, what: 'the address' }] : []),
    ];
    const defined = service.definedIn.at(-1);
    return wanted.flatMap(({ name, at, what }): readonly Draft[] => {
      if (settings.has(name) || at === undefined || service.env.some((one) => one.name === name)) return [];
      const runs = (containers ?? []).find((one) => one.service === service.name && one.state === 'running');
      if (runs !== undefined && (runs.env[name] ?? '') !== '') return [];
      const because: readonly Evidence[] = [at, ...(defined === undefined ? [] : [{ where: defined, says: `no ${name} in its environment` }])];
      return [{
        says: `The code reads ${what} from ${name}, and ${service.name} is not given that variable.`,
        because,
        do: `${name}: "\${${name}}"   (under environment: of ${service.name})`,
        about: name,
      }];
    });
  }),
});

export const exporting: readonly Rule[] = [path, notPassed];
