import { oneLine as clean } from '../ui/redact.ts';
import type { ServiceCount } from './counts.ts';
import type { KeptSpan } from './span.ts';
import { columnsOf, fit, pad } from './width.ts';

/** Depth at which a tree is not indented any further. */
const DEEPEST_INDENT = 12;

const COLUMNS: readonly { readonly title: string; readonly always: boolean; of(count: ServiceCount): number }[] = [
  { title: 'spans', always: true, of: (count) => count.spans },
  { title: 'errors', always: true, of: (count) => count.errors },
  { title: 'repeated', always: false, of: (count) => count.repeated },
  { title: 'metrics', always: false, of: (count) => count.dataPoints },
  { title: 'logs', always: false, of: (count) => count.logRecords },
];

/**
 * The live table, one line a service, at most `width` columns: service, spans, errors, last operation. Columns for
 * data points, log records and repeated spans only where there are any. Pure; names are cleaned of control characters.
 */
export function serviceTable(services: readonly ServiceCount[], width = 80): readonly string[] {
  const numbers = COLUMNS.filter(({ always, of }) => always || services.some((count) => of(count) > 0));
  const names = services.map((count) => oneLine(count.service));
  const nameWidth = Math.min(Math.floor(width * 0.4), Math.max(7, ...names.map(columnsOf)));
  const numberWidths = numbers.map(({ title, of }) => Math.max(title.length, ...services.map((count) => String(of(count)).length)));
  const rest = width - nameWidth - numberWidths.reduce((all, one) => all + one + 2, 0) - 2;
  const line = (name: string, cells: readonly string[], last: string): string =>
    [pad(name, nameWidth), ...cells.map((cell, index) => cell.padStart(numberWidths[index] ?? 0)), fit(last, rest)].join('  ').trimEnd();
  return [
    line('service', numbers.map(({ title }) => title), 'last operation'),
    ...services.map((count, index) => line(names[index] ?? '', numbers.map(({ of }) => String(of(count))), oneLine(count.last))),
  ];
}

/**
 * One trace as an indented tree, a line a span, at most `width` columns: service, name, duration, ERROR with the
 * status text. Children in order of their start. A span whose parent did not arrive (it may be the caller's,
 * who does not send here) stands at the left. Pure.
 */
export function traceTree(spans: readonly KeptSpan[], width = 80): readonly string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const children = new Map<string, KeptSpan[]>();
  const roots: KeptSpan[] = [];
  for (const span of spans) {
    const siblings = byId.has(span.parentId) && span.parentId !== span.spanId ? (children.get(span.parentId) ?? []) : roots;
    if (siblings !== roots) children.set(span.parentId, siblings);
    siblings.push(span);
  }
  const serviceWidth = Math.min(Math.floor(width * 0.3), Math.max(0, ...spans.map((span) => columnsOf(oneLine(span.service)))));
  const lines: string[] = [];
  const drawn = new Set<string>();
  const draw = (first: readonly KeptSpan[]): void => {
    // A stack of our own: a trace can be deeper than the call stack.
    const stack = sorted(first).map((span) => ({ span, depth: 0 })).toReversed();
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (drawn.has(next.span.spanId)) continue;
      drawn.add(next.span.spanId);
      lines.push(spanLine(next.span, next.depth, serviceWidth, width));
      const depth = next.depth + 1;
      for (const child of sorted(children.get(next.span.spanId) ?? []).toReversed()) stack.push({ span: child, depth });
    }
  };
  draw(roots);
  // Spans that are each other's parents hang on no root.
  draw(spans.filter((span) => !drawn.has(span.spanId)));
  return lines;
}

function spanLine(span: KeptSpan, depth: number, serviceWidth: number, width: number): string {
  const time = duration(span.endNs - span.startNs).padStart(9);
  const indent = '  '.repeat(Math.min(depth, DEEPEST_INDENT));
  const error = span.error ? `  ERROR${span.message === '' ? '' : ` ${oneLine(span.message)}`}` : '';
  const nameWidth = width - serviceWidth - 2 - time.length - 2;
  const full = `${indent}${oneLine(span.name) || '(no name)'}`;
  const name = columnsOf(full + error) > nameWidth && error !== '' ? `${fit(full, Math.max(12, nameWidth - 10))}${error}` : full + error;
  return `${pad(oneLine(span.service), serviceWidth)}  ${time}  ${fit(name, nameWidth)}`.trimEnd();
}

const sorted = (spans: readonly KeptSpan[]): KeptSpan[] => spans.toSorted((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0));

/** 950 µs, 12.3 ms, 4.56 s, 3 min 20 s. Below zero (clocks apart): '?'. */
export function duration(ns: bigint): string {
  if (ns < 0n) return '?';
  const micro = Number(ns) / 1e3;
  if (micro < 999.5) return `${Math.round(micro)} µs`;
  if (micro < 999_950) return `${(micro / 1e3).toFixed(1)} ms`;
  if (micro < 59_995_000) return `${(micro / 1e6).toFixed(2)} s`;
  const seconds = Math.round(micro / 1e6);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Text of a sender on one line, without control characters. */
const oneLine = (text: string): string => clean(text.replaceAll(/\s+/g, ' ')).trim();
