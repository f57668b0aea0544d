/** The code reads `.env` after OpenTelemetry was started: the exporter was made without the variables that stand in it. */
import type { Files } from '../../../types.ts';
import { settingAt } from '../../evidence.ts';
import { nodeCode, seenAt } from '../../code/node-code.ts';
import { rule } from '../../rule.ts';
import type { Rule, Setting, Subject } from '../../types.ts';
import { each, type Draft } from '../files/each.ts';
import { MAKES, STARTS } from './order.ts';

const NAMES = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'];

const dotenvLate = rule({
  id: 'source.dotenv-late',
  hop: 'source',
  title: '.env is read after OpenTelemetry was started',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['connect ECONNREFUSED 127.0.0.1:4318, although .env names another endpoint', "missing 'x-honeycomb-team' header", 'console.log(process.env.OTEL_EXPORTER_OTLP_ENDPOINT) shows the right value'],
    why: "An exporter reads its variables once, when it is made. With require('./tracing') above require('dotenv').config() that is before dotenv has put them there, so the exporter sends to localhost, or without the key.",
    check: ["grep -n \"tracing\\|dotenv\" app.js   (which one comes first?)"],
    fix: ["require('dotenv').config();", "require('./tracing');", 'in this order, at the top of the entry file; or node --env-file=.env, or env_file: in the compose file'],
    links: ['https://github.com/motdotla/dotenv#-usage'],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => inNode(subject, files)),
});

function inNode({ service, instrumented, settings }: Subject, files: Files): readonly Draft[] {
  const code = service.app?.language === 'node' && instrumented.by === 'code' ? nodeCode(service, files) : undefined;
  if (code?.entry === undefined || !code.exact) return [];
  const { entry } = code;
  const wired = code.reached.filter((source) => MAKES.test(source.code) && STARTS.test(source.code));
  const tracing = wired.length === 1 ? wired[0] : undefined;
  const words = [...(service.start?.argv ?? []), ...(service.start?.real ?? []), settings.get('NODE_OPTIONS')?.value ?? ''].join(' ');
  // Only one file reads `.env`, the entry itself; nothing reads it before the first line.
  if (tracing === undefined || tracing === entry || /dotenv|--env-file/.test(words) || code.reached.some((source) => source !== entry && /\bdotenv\b|\bloadEnvFile\b/.test(source.code)) || /\bloadEnvFile\b/.test(entry.code)) return [];
  const loads = code.loads(entry);
  const first = loads.find(({ to }) => to === tracing);
  const dotenv = loads.find(({ name }) => name === 'dotenv' || name === 'dotenv/config');
  // An endpoint or header that the code writes itself may come from anywhere.
  if (first === undefined || dotenv === undefined || !first.top || dotenv.at < first.at || /\b(?:url|headers)\s*[:,}]/.test(tracing.code)) return [];
  const late = NAMES.flatMap((name): readonly Setting[] => {
    const setting = settings.get(name);
    return setting !== undefined && typeof setting.where === 'object' && /(?:^|\/)\.env$/.test(setting.where.path) && !service.env.some((one) => one.name === name) ? [setting] : [];
  });
  if (late.length === 0) return [];
  return [{
    says: `${tracing.path} starts OpenTelemetry before dotenv reads .env: ${late.map(({ name }) => name).join(' and ')} ${late.length === 1 ? 'is' : 'are'} not set at that time.`,
    because: [seenAt(files, entry, first.at), seenAt(files, entry, dotenv.at), ...late.slice(0, 2).map((setting) => settingAt(files, setting))],
    do: `move the line with dotenv to the top of ${entry.path}, above the one that loads ${tracing.path.slice(tracing.path.lastIndexOf('/') + 1)}`,
    about: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  }];
}

export const dotenvOrder: readonly Rule[] = [dotenvLate];
