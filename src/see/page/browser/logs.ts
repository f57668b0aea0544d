import type { LogRow, SeriesRow } from '../api.ts';
import { colourOf } from './colours.ts';
import { byId, h, svg } from './dom.ts';
import { amount, moment } from './format.ts';
import { ask } from './live.ts';
import { addressOf } from './place.ts';

/** Logs and metrics: what arrived, in a plain list. */

const LEVELS = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'];

export async function showLogs(): Promise<void> {
  const logs = await ask<readonly LogRow[]>('logs');
  byId('logs-empty', HTMLElement).hidden = logs.length > 0;
  byId('logs-in', HTMLElement).hidden = logs.length === 0;
  byId('log-rows', HTMLElement).replaceChildren(...logs.map(logRow));
}

function logRow(log: LogRow): HTMLElement {
  const level = LEVELS[Math.ceil(log.severity / 4)] ?? '';
  const attributes = log.attributes.map(([key, value]) => `${key}=${value}`).join('  ');
  return h(
    'tr',
    {},
    h('td', { class: 'time' }, moment(log.at, Date.now())),
    h('td', { class: log.severity >= 17 ? 'bad' : 'more' }, `${log.severity >= 17 ? '✕ ' : log.severity >= 13 ? '! ' : ''}${log.level || level}`),
    h('td', {}, h('span', { class: `chip ${colourOf(log.service)}` }, log.service)),
    h('td', { class: 'body' }, log.body, attributes === '' ? undefined : h('span', { class: 'more attributes' }, attributes)),
    h('td', {}, log.traceId === '' ? undefined : h('a', { href: addressOf({ trace: log.traceId, span: log.spanId }) }, 'trace')),
  );
}

export async function showMetrics(): Promise<void> {
  const series = await ask<readonly SeriesRow[]>('metrics');
  byId('metrics-empty', HTMLElement).hidden = series.length > 0;
  byId('metrics-in', HTMLElement).hidden = series.length === 0;
  byId('metric-rows', HTMLElement).replaceChildren(...series.toSorted((a, b) => (a.service + a.name < b.service + b.name ? -1 : 1)).map(seriesRow));
}

function seriesRow(series: SeriesRow): HTMLElement {
  const values = series.points.map(([, value]) => value);
  const last = values.at(-1) ?? 0;
  const mean = series.kind === 'gauge' || series.kind === 'sum' ? '' : ' (mean)';
  return h(
    'tr',
    {},
    h('td', {}, h('span', { class: `chip ${colourOf(series.service)}` }, series.service)),
    h('td', { class: 'body' }, series.name, h('span', { class: 'more attributes' }, series.attributes.map(([key, value]) => `${key}=${value}`).join('  '))),
    h('td', {}, line(values)),
    h('td', { class: 'number' }, `${amount(last, series.unit)}${mean}`),
    h('td', { class: 'number more' }, `${amount(Math.min(...values), series.unit)} – ${amount(Math.max(...values), series.unit)}`),
  );
}

/** A simple line; the numbers beside it say where it is. */
function line(values: readonly number[]): SVGSVGElement {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = (value: number): number => 22 - (high === low ? 10 : ((value - low) / (high - low)) * 20);
  const x = (index: number): number => 1 + (index / Math.max(1, values.length - 1)) * 138;
  const picture = svg('svg', { viewBox: '0 0 140 24', width: 140, height: 24, class: 'spark', 'aria-hidden': 'true' });
  picture.append(values.length === 1 ? svg('circle', { cx: 70, cy: 12, r: 2.5 }) : svg('polyline', { points: values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ') }));
  return picture;
}
