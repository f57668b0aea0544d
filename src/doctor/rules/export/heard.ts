/** A rule whose evidence is a log line: of each service the latest one that leads to it. */
import { isAftermath, weightOf } from '../../log-lines/index.ts';
import type { Weight } from '../../log-lines/pattern.ts';
import { safeLine } from '../../log-lines/safe.ts';
import { rule } from '../../rule.ts';
import type { Finding, Logged, Page, Reach, Rule } from '../../types.ts';

interface Heard {
  readonly id: `export.${string}`;
  readonly title: string;
  readonly page: Page;
  /** Which of the lines are this rule's; default: those that lead to it. */
  readonly hears?: (rule: string) => boolean;
  says(service: string, line: Logged): string;
  do(service: string, line: Logged): string;
}

/** @returns a rule that speaks where `docker compose logs` has one of its lines. */
export function heard({ id, title, page, hears = (led) => led === id, says, do: todo }: Heard): Rule {
  return rule({
    id, hop: 'export', title, page, from: ['logs'], also: ['reach', 'sent'],
    find: ({ logs, reach = [], sent = [] }) => latest(logs.filter((line) => line.rule !== undefined && hears(line.rule))).flatMap((line): readonly Finding[] => {
      if (isAftermath(line.rule ?? id, new Set(logs.flatMap(({ service, rule: led }) => (service === line.service && led !== undefined ? [led] : []))))) return [];
      const weight = weightOf(line.line, line.rule ?? id);
      if (weight === 'way' && wasAsked(line.service, [...reach, ...sent])) return [];
      return [{ service: line.service, status: STATUS[weight], says: says(line.service, line), because: [{ where: 'container', says: told(line) }], do: todo(line.service, line) }];
    }),
  });
}

/** What was sent may have got through since, on a second try: certain is only that an SDK which did not start sends nothing. */
const STATUS: Readonly<Record<Weight, Finding['status']>> = { start: 'broken', way: 'warn', note: 'warn' };

/** A request that was sent on the same way just now tells more than an old line about it. */
const wasAsked = (service: string, requests: readonly Reach[]): boolean => requests.some((one) => one.service === service && one.got.is !== 'unknown');

/** The last line of each service and rule; what comes without a time is taken in its order. */
function latest(lines: readonly Logged[]): readonly Logged[] {
  const last = new Map<string, Logged>();
  for (const line of lines) {
    const key = `${line.service}\n${line.rule ?? ''}`;
    if ((line.at ?? Infinity) >= (last.get(key)?.at ?? -Infinity)) last.set(key, line);
  }
  return [...last.values()];
}

const told = ({ at, line }: Logged): string => `${at === undefined ? '' : `${new Date(at).toISOString().slice(0, 19)}Z `}${safeLine(line)}`;
