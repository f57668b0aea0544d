/** What a Collector's log says of spans that did not get through. Pure; loads the doctor's log lines. */
import { matchLine, weightOf } from '../../doctor/log-lines/index.ts';
import { safeLine } from '../../doctor/log-lines/safe.ts';
import { ruleOf } from '../../doctor/rules/index.ts';

export interface Complaint {
  readonly says: string;
  readonly then: string;
}

/** The first line about the way out. @param otherwise what to do: the whole log explained. */
export function complaintIn(log: readonly string[], otherwise: string): Complaint | undefined {
  for (const line of log) {
    const id = matchLine(line)?.rule;
    if (id === undefined || weightOf(line, id) !== 'way') continue;
    const title = ruleOf(id)?.title;
    return { says: title === undefined ? safeLine(line) : title.replace(/\.$/, ''), then: otherwise };
  }
  return undefined;
}
