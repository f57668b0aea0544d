/** Findings as annotations of GitHub Actions. Pure. */
import { annotation } from '../../ui/annotation.ts';
import type { Line } from '../types.ts';

const LEVELS = { broken: 'error', crashed: 'error', warn: 'warning', skipped: 'notice', ok: undefined, blocked: undefined } as const;

/** One line for each finding; several that were skipped for one reason are one notice. */
export function githubOf(lines: readonly Line[]): readonly string[] {
  const out = lines.flatMap((line) => {
    const level = LEVELS[line.status];
    if (level === undefined) return [];
    const place = line.because.map(({ where }) => where).find((where) => typeof where !== 'string');
    const text = `${line.service === undefined ? '' : `${line.service}: `}${line.says}${line.do === undefined ? '' : ` Do: ${line.do}`}`;
    return [annotation(level, text, { place, title: `otel-setup ${line.status === 'skipped' ? line.hop : line.rule}` })];
  });
  return [...new Set(out)];
}
