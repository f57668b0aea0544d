/** The instrumentation of HTTP is switched off in the code: no request begins a trace. */
import type { Files } from '../../../types.ts';
import { callsOf, isNamedElsewhere, nodeCode, propertiesOf, seenAt } from '../../code/node-code.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { each, type Draft } from '../files/each.ts';
import { wiresItself } from './provider.ts';

const NAME = '@opentelemetry/instrumentation-http';
/** It makes the span of a request itself. */
const OWN_SPANS = new Set(['next', 'hono']);
/** Without braces in between: the options of this one alone. */
const OFF_IN_BUNDLE = /(['"`])@opentelemetry\/instrumentation-http\1\s*:\s*\{[^{}]*\benabled\s*:\s*false\b/;
const isOff = (options: string): boolean => propertiesOf(options).some(({ name, text }) => name === 'enabled' && text === 'false');

const httpOff = rule({
  id: 'source.http-off',
  hop: 'source',
  title: 'The instrumentation of HTTP is switched off in the code',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['No span for a request, though the SDK starts.', 'Spans of the framework or the database only, each a trace of its own; nothing connects two services.'],
    why: 'In Node.js the HTTP instrumentation makes the span of a request, reads the traceparent header of the caller and writes it into calls to others. Frameworks only add to that span. Switched off ({ enabled: false }), often by an example that meant the noisy one of the file system, nothing begins a trace.',
    check: ["grep -rn -A3 'instrumentation-http' --include=*.js --include=*.ts . | grep -v node_modules"],
    fix: [`Take the line '${NAME}': { enabled: false } away.`, "To leave out health checks: '@opentelemetry/instrumentation-http': { ignoreIncomingRequestHook: (request) => request.url === '/health' }"],
    links: ['https://www.npmjs.com/package/@opentelemetry/instrumentation-http'],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => inNode(subject, files)),
});

function inNode({ service, instrumented }: Subject, files: Files): readonly Draft[] {
  const code = service.app?.language === 'node' && !OWN_SPANS.has(service.app.framework ?? '') && wiresItself({ service, instrumented }) ? nodeCode(service, files) : undefined;
  if (code === undefined) return [];
  const live = code.sources.filter((source) => code.reached.includes(source) || isNamedElsewhere(service, files, source, code));
  const made = live.flatMap((source) => callsOf(source, /\bnew\s+(?:\w+\.)?HttpInstrumentation\s*\(/g).map(({ index, args }) => ({ source, index, off: isOff(args[0] ?? '') })));
  const bundled = live.flatMap((source) => callsOf(source, /\bgetNodeAutoInstrumentations\s*\(/g).map(({ index, args }) => ({ source, index, off: OFF_IN_BUNDLE.test(args[0] ?? '') })));
  const all = [...made, ...bundled];
  const [first] = all;
  // One that is on is enough.
  if (first === undefined || !all.every(({ off }) => off)) return [];
  const at = Math.max(first.index, first.source.code.indexOf(NAME, first.index));
  const plain = service.app?.framework === undefined || service.app.framework === 'http';
  return [{
    ...(plain ? {} : { status: 'warn' }),
    says: plain ? `The HTTP instrumentation is switched off in ${first.source.path}: no request makes a span.` : `The HTTP instrumentation is switched off in ${first.source.path}: no request makes a span of its own, and nothing connects the service with others.`,
    because: [seenAt(files, first.source, at)],
    do: `take the { enabled: false } of ${NAME} away   (in ${first.source.path})`,
    about: 'wiring',
  }];
}

export const httpInstrumentation: readonly Rule[] = [httpOff];
