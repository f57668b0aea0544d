/** A sampler in the code that keeps no trace. */
import type { Evidence, Files } from '../../../types.ts';
import { callsOf, isNamedElsewhere, nodeCode, seenAt } from '../../code/node-code.ts';
import { seen } from '../../code/python-code.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { each, type Draft } from '../files/each.ts';
import { ownWiring, wiresItself } from './provider.ts';

/** The whole expression: a choice between two samplers is not followed. What a parent decides is left to it; without one, none of these keeps anything. */
const PYTHON_OFF = /^(?:\w+\.)*(?:ALWAYS_OFF|DEFAULT_OFF|StaticSampler\(\s*(?:\w+\.)*Decision\.DROP\s*\)|(?:TraceIdRatioBased|ParentBasedTraceIdRatio)\(\s*(?:rate\s*=\s*)?0(?:\.0*)?\s*\)|ParentBased\(\s*(?:root\s*=\s*)?(?:\w+\.)*ALWAYS_OFF\s*\))$/;
const NODE_OFF = /^\s*new\s+(?:\w+\.)?(?:AlwaysOffSampler\s*\(\s*\)|TraceIdRatioBasedSampler\s*\(\s*0(?:\.0*)?\s*\)|ParentBasedSampler\s*\(\s*\{\s*root\s*:\s*new\s+(?:\w+\.)?AlwaysOffSampler\s*\(\s*\)\s*(?:,\s*)?\}\s*\))\s*[,}]/;

const samplerOff = rule({
  id: 'source.sampler-off',
  hop: 'source',
  title: 'The sampler in the code drops every trace',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['no span, no message', 'span.is_recording() is False'],
    why: 'A provider that is made with a sampler asks it for every trace. ALWAYS_OFF (AlwaysOffSampler in Node.js), or a share of 0, keeps none; OTEL_TRACES_SAMPLER is not read then.',
    check: ['grep -rniE "sampler|ALWAYS_OFF" --include=*.py --include=*.js --include=*.ts .'],
    fix: ['Python: provider = TracerProvider()', 'Node.js: take the line with `sampler:` away', 'Without a sampler of its own the provider keeps every trace.'],
    links: ['https://opentelemetry.io/docs/languages/python/sampling/', 'https://opentelemetry.io/docs/languages/js/sampling/'],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => [...inPython(subject, files), ...inNode(subject, files)].slice(0, 1)),
});

function inPython(subject: Subject, files: Files): readonly Draft[] {
  const made = ownWiring(subject, files)?.live.filter(({ kind }) => kind === 'make-provider') ?? [];
  const [only] = made;
  // The first by position is the sampler; where several providers are made, another one may be the app's.
  const sampler = only?.args.find(({ name }, i) => name === 'sampler' || (name === undefined && i === 0))?.text.trim();
  if (only === undefined || made.length > 1 || only.at.guarded || only.runs !== 'yes' || sampler === undefined || !PYTHON_OFF.test(sampler)) return [];
  return [dropped(sampler, seen(files, only.at))];
}

function inNode({ service, instrumented }: Subject, files: Files): readonly Draft[] {
  const code = service.app?.language === 'node' && wiresItself({ service, instrumented }) ? nodeCode(service, files) : undefined;
  if (code === undefined) return [];
  const live = code.sources.filter((source) => code.reached.includes(source) || isNamedElsewhere(service, files, source, code));
  const made = live.flatMap((source) => callsOf(source, /\bnew\s+(?:\w+\.)?(?:NodeSDK|NodeTracerProvider|BasicTracerProvider)\b\s*\(/g).map((call) => ({ source, call })));
  const [only] = made;
  if (only === undefined || made.length > 1) return [];
  const text = only.source.code.slice(only.call.index);
  const at = /[{,]\s*sampler\s*:/.exec(text);
  if (at === null || !NODE_OFF.test(text.slice(at.index + at[0].length))) return [];
  return [dropped(/new\s+(?:\w+\.)?(\w+)/.exec(text.slice(at.index))?.[1] ?? 'sampler', seenAt(files, only.source, only.call.index + at.index + at[0].length))];
}

const dropped = (sampler: string, at: Evidence): Draft => ({
  says: `The code makes its provider with the sampler ${sampler.slice(0, 60)}: every trace is dropped.`,
  because: [at],
  do: `take the sampler out there: without one, every trace is kept`,
  about: 'OTEL_TRACES_SAMPLER',
});

export const samplers: readonly Rule[] = [samplerOff];
