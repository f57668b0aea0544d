/** What the services' logs say of telemetry, since their last start; of one that ended, its last words. */
import { redact } from '../../ui/redact.ts';
import type { Tools } from '../../types.ts';
import { safeLine } from '../log-lines/safe.ts';
import type { Container, Facts, Logged, Probe } from '../types.ts';
import { watched } from '../watched.ts';
import { lastWords, type LogEntry, readLog } from './logs/read.ts';
import { sideBySide } from './side-by-side.ts';

const LIMIT_MS = 10_000;
const LINES = '2000';
/** What an SDK has against its settings it says when it starts, which may be long ago and many lines back. */
const START_MS = 90_000;
const MOST = 20;

export const logs: Probe<'logs'> = {
  fact: 'logs',
  title: 'reading the logs',
  from: ['engine', 'subjects', 'containers'],
  touches: 'containers',
  ms: 25_000,
  async run({ subjects, containers }, tools): Promise<Facts['logs']> {
    const { matchLine } = await import('../log-lines/index.ts');
    const names = new Set(watched(subjects).map(({ subject }) => subject.service.name));
    const read = containers.filter(({ service, started }) => started > 0 && names.has(service));
    const found = await sideBySide(read, async (container): Promise<readonly Logged[]> => {
      const entries = await entriesOf(container, tools);
      return kept(container, entries, (line) => matchLine(line)?.rule);
    });
    return found.flat();
  },
};

async function entriesOf({ id, started }: Container, tools: Tools): Promise<readonly LogEntry[]> {
  const ask = async (...words: string[]): Promise<readonly LogEntry[]> => {
    const { code, out, err } = await tools.exec(['docker', 'logs', '--timestamps', '--since', seconds(started), '--tail', LINES, ...words, id], { ms: LIMIT_MS });
    return code === 0 ? readLog(out, err) : [];
  };
  const [first, last] = await Promise.all([tools.now() - started > START_MS ? ask('--until', seconds(started + START_MS)) : [], ask()]);
  const before = last[0]?.at ?? 0;
  return [...first.filter(({ at }) => at === undefined || at < before), ...last];
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** The latest line of each rule, and how a container that ended ended. Secrets of its own environment and keys by their shape are taken out. */
export function kept(container: Pick<Container, 'service' | 'state' | 'env'>, entries: readonly LogEntry[], ruleOf: (line: string) => string | undefined): readonly Logged[] {
  const secrets = Object.values(container.env).flatMap((value) => [value, ...value.split(/[=,\s]+/)]).filter((value) => /[0-9A-Za-z]{16,}/.test(value) && !value.includes('/'));
  const logged = ({ line, at }: LogEntry, rule?: string): Logged => ({
    service: container.service,
    line: safeLine(redact(line, secrets)),
    ...(at === undefined ? {} : { at }),
    ...(rule === undefined ? {} : { rule }),
  });
  const latest = new Map<string, LogEntry>();
  for (const entry of entries) {
    const rule = ruleOf(entry.line);
    if (rule !== undefined) latest.set(rule, entry);
  }
  const matched = [...latest].slice(-MOST).map(([rule, entry]) => logged(entry, rule));
  const ended = container.state === 'exited' || container.state === 'restarting' || container.state === 'dead';
  return [...matched, ...(ended ? lastWords(entries).map((entry) => logged(entry)) : [])];
}
