/** Findings as annotations of GitHub Actions. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Annotation } from '../../ui/annotation.ts';
import type { Line } from '../types.ts';

const LEVELS = { broken: 'error', crashed: 'error', warn: 'warning', skipped: 'notice', ok: undefined, blocked: undefined } as const;

/** One for each finding; several that were skipped for one reason are one notice. */
export function githubOf(lines: readonly Line[]): readonly Annotation[] {
  const out = lines.flatMap((line): Annotation[] => {
    const level = LEVELS[line.status];
    if (level === undefined) return [];
    const place = line.because.map(({ where }) => where).find((where) => typeof where !== 'string');
    const text = `${line.service === undefined ? '' : `${line.service}: `}${line.says}${line.do === undefined ? '' : ` Do: ${line.do}`}`;
    return [{ level, text, title: `otel-setup ${line.status === 'skipped' ? line.hop : line.rule}`, ...(place === undefined ? {} : { place }) }];
  });
  return out.filter((one, at) => out.findIndex((other) => isDeepStrictEqual(one, other)) === at);
}
