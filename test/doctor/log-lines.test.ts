import { describe, expect, it } from 'vitest';

import { matchLine, patterns, textOf } from '../../src/doctor/log-lines/index.ts';
import { safeLine } from '../../src/doctor/log-lines/safe.ts';
import { rules } from '../../src/doctor/rules/index.ts';
import { known } from './log-lines/known.ts';
import { innocent } from './log-lines/innocent.ts';

const KEY = 'hcaik_01hq000000000000000000000000000000000000000000000000000000';
const CONFIGURATION_KEY = 'abcDEF0123456789ghijKL';
const colour = (text: string) => `${String.fromCharCode(27)}[33m${text}${String.fromCharCode(27)}[0m`;
const led = (line: string) => matchLine(line)?.rule;

describe.each(known)('$of', ({ lines }) => {
  it.each(lines)('%s ← %s', (rule, line) => expect(led(line)).toBe(rule));
});

it('lines of an app that are nobody’s business', () => {
  expect(innocent.flatMap((line) => (led(line) === undefined ? [] : [`${led(line)} ← ${line}`]))).toEqual([]);
  expect(innocent.length).toBeGreaterThanOrEqual(40);
  expect(known.flatMap(({ lines }) => lines).length).toBeGreaterThanOrEqual(60);
});

describe('whatever stands around a line', () => {
  const plain = known.flatMap(({ lines }) => lines);
  it.each<readonly [string, (line: string) => string]>([
    ['Compose’s prefix', (line) => `backend-flask-1  | ${line}`],
    ['Compose’s prefix in colour', (line) => `${colour('backend-1  |')} ${line}`],
    ['a time of docker logs', (line) => `2026-11-21T15:44:06.123456789Z ${line}`],
    ['Python’s logging', (line) => `2026-11-21 15:44:06,123 ERROR [opentelemetry.exporter] [__init__.py:231] - ${line}`],
    ['a JSON log', (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-21T15:44:06.1Z' })],
    ['a JSON log of structlog', (line) => JSON.stringify({ event: line, level: 'error' })],
    ['colours', colour],
    ['a carriage return', (line) => `${line}\r`],
  ])('%s', (_, around) => {
    expect(plain.flatMap(([rule, line]) => (led(around(line)) === rule ? [] : [`${led(around(line)) ?? 'nothing'}, not ${rule} ← ${around(line)}`]))).toEqual([]);
    expect(innocent.flatMap((line) => (led(around(line)) === undefined ? [] : [`${led(around(line))} ← ${around(line)}`]))).toEqual([]);
  });
  it('the length byte in front of Honeycomb’s sentence', () => {
    for (const byte of [String.fromCharCode(0x12), '!', `${String.fromCharCode(0x12)}!`, '\\x12!', '\\u0012!']) expect(led(`reason: ${byte}missing 'x-honeycomb-team' header`)).toBe('export.no-key');
  });
});

describe('the table of patterns', () => {
  it('every pattern has a line that it, and no earlier one, explains', () => {
    const used = new Set(known.flatMap(({ lines }) => lines.map(([, line]) => matchLine(line)?.entry)));
    expect(patterns.filter((pattern) => !used.has(pattern)).map(({ rule, match }) => `${rule} ${match.source}`)).toEqual([]);
  });
  it('has no flags: no pattern remembers where it was, and words are verbatim', () => {
    expect(patterns.filter(({ match }) => match instanceof RegExp && match.flags !== '').map(({ match }) => match.source)).toEqual([]);
  });
  it('leads only to rules that exist (a rule named here is awaited from its author)', () => {
    const ids = new Set(rules.map(({ id }) => id));
    expect([...new Set(patterns.map(({ rule }) => rule))].filter((id) => !ids.has(id)).toSorted()).toEqual([]);
  });
});

describe('it stays cheap', () => {
  it('a hostile line ends: no pattern runs away', () => {
    for (const piece of ['Failed to export ', 'Header format invalid! "', 'x-honeycomb-team: ', 'Exporting failed.', ': 4', '{"stack":"', 'opentelemetry-', '"input"="\\']) expect(() => led(piece.repeat(20_000))).not.toThrow();
  });
  it('what stands far behind the beginning is not looked at', () => expect(textOf('a'.repeat(1_000_000)).length).toBeLessThan(10_000));
});

describe('a line as it is shown', () => {
  it.each([
    [`Header format invalid! Header values in environment variables must be URL encoded per the OpenTelemetry Protocol Exporter specification or a comma separated list of name=value occurrences: x-honeycomb-team:${KEY}`],
    [`Header format invalid! … occurrences: "x-honeycomb-team=${CONFIGURATION_KEY}"`],
    [`Header format invalid! Header values in environment variables must be URL encoded per the OpenTelemetry Protocol Exporter specification or a comma separated list of name=value occurrences: ${CONFIGURATION_KEY}`],
    [`2026/11/21 15:49:32 internal_logging.go:50: "msg"="parse headers" "error"="missing '=" "input"="x-honeycomb-team:${CONFIGURATION_KEY}"`],
    [`2026/11/21 15:49:32 internal_logging.go:50: "msg"="parse headers" "error"="missing '=" "input"="${CONFIGURATION_KEY}"`],
    [`{"stack":"OTLPExporterError: Unauthorized","headers":"{\\"x-honeycomb-team\\":\\"${KEY}\\"}"}`],
    [`Failed to export: Authorization: Bearer ${CONFIGURATION_KEY}ab`],
    [`env: OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team=${CONFIGURATION_KEY}`],
    [`unknown API key ${CONFIGURATION_KEY}`],
    ['unknown API key cAnArYcAnArYcAnArYcAnA'],
    [`401 for key ${KEY}`],
    ['x-honeycomb-team=0123456789abcdef0123456789abcdef'],
    [`${'a'.repeat(280)} x-honeycomb-team=${KEY}`],
  ])('holds no key: %s', (line) => {
    const shown = safeLine(line);
    for (const secret of [KEY, CONFIGURATION_KEY, '0123456789abcdef0123456789abcdef', 'cAnArYcAnArYcAnArYcAnA']) for (const part of [secret, secret.slice(4, 18)]) expect(shown).not.toContain(part);
    expect(shown.length).toBeLessThan(400);
  });
  it('and nothing that steers a terminal', () => {
    const escape = String.fromCharCode(27);
    expect(safeLine(`${escape}[2J${escape}]0;title${String.fromCharCode(7)}Failed to export spans batch code: 401, reason: Unauthorized\u202e`)).not.toMatch(new RegExp(`[${escape}${String.fromCharCode(7)}\u202e]`));
  });
  it('says what is no secret as it is', () => {
    for (const line of ['Failed to export spans batch code: 401, reason: Unauthorized', 'missing \'x-honeycomb-team\' header', 'class OpenTelemetrySdkAuto is not found', 'traces export: Post "http://localhost:4318/v1/traces": dial tcp 127.0.0.1:4318: connect: connection refused']) expect(safeLine(line)).toBe(line);
  });
});
