/** Logs and metrics that arrived: bounded lists, read when the page shows them. */
import { shorten } from '../otlp-limits.ts';
import { isObject, listOf, valueText } from './value-text.ts';
import type { LogRow, SeriesRow } from './api.ts';

const MOST_LOGS = 5_000;
const MOST_SERIES = 1_000;
const MOST_POINTS = 120;
/** UTF-16 units of one text, attributes of one row. */
const LONGEST = 4_096;
const MOST_ATTRIBUTES = 64;
/** UTF-16 units of all logs, and of the names and attributes of all series: a default log record has under 1,000. */
const MOST_TEXT = 16 * 1024 * 1024;

export class SignalStore {
  #logs: LogRow[] = [];
  #logText = 0;
  #seriesText = 0;
  readonly #series = new Map<string, Omit<SeriesRow, 'points'> & { readonly points: [number, number][] }>();

  get logCount(): number {
    return Math.min(this.#logs.length, MOST_LOGS);
  }
  get seriesCount(): number {
    return this.#series.size;
  }
  /** The newest first. */
  logs(most = 500): readonly LogRow[] {
    return this.#logs.slice(-most).toReversed();
  }
  series(): readonly SeriesRow[] {
    return [...this.#series.values()];
  }

  /** @param request ExportLogsServiceRequest as OTLP/JSON. */
  addLogs(request: unknown): void {
    for (const { item: record, service } of itemsOf(request, 'Logs', 'logRecords')) {
      const row: LogRow = {
        at: microseconds(record['timeUnixNano']) || microseconds(record['observedTimeUnixNano']),
        service,
        severity: Number(record['severityNumber'] ?? 0),
        level: cut(text(record['severityText'])),
        body: cut(record['body'] === undefined ? text(record['eventName']) : valueText(record['body'])),
        traceId: shorten(text(record['traceId']), 32),
        spanId: shorten(text(record['spanId']), 16),
        attributes: attributesOf(record['attributes']),
      };
      this.#logs.push(row);
      this.#logText += lengthOf(row);
      if (this.#logs.length > MOST_LOGS * 1.2 || this.#logText > MOST_TEXT) this.#trimLogs();
    }
  }

  #trimLogs(): void {
    let from = Math.max(0, this.#logs.length - MOST_LOGS);
    this.#logText = this.#logs.slice(from).reduce((sum, row) => sum + lengthOf(row), 0);
    // A fifth less than the most: this is not done for every row.
    for (; this.#logText > MOST_TEXT * 0.8 && from < this.#logs.length - 1; from++) this.#logText -= lengthOf(this.#logs[from]);
    this.#logs = this.#logs.slice(from);
  }

  /** @param request ExportMetricsServiceRequest as OTLP/JSON. Series beyond the most are left out: the first ones stay comparable. */
  addMetrics(request: unknown): void {
    for (const { item: metric, service } of itemsOf(request, 'Metrics', 'metrics')) {
      for (const kind of ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary']) {
        const data = metric[kind];
        if (!isObject(data)) continue;
        for (const point of listOf(data['dataPoints']).filter(isObject)) this.#addPoint(service, metric, kind, point);
      }
    }
  }

  #addPoint(service: string, metric: Readonly<Record<string, unknown>>, kind: string, point: Readonly<Record<string, unknown>>): void {
    const value = valueOf(point);
    if (value === undefined) return;
    const attributes = attributesOf(point['attributes']).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const name = cut(text(metric['name']));
    const key = JSON.stringify([service, name, kind, attributes]);
    let series = this.#series.get(key);
    if (series === undefined) {
      if (this.#series.size >= MOST_SERIES || this.#seriesText + key.length > MOST_TEXT) return;
      this.#seriesText += key.length;
      series = { service, name, unit: cut(text(metric['unit'])), kind, attributes, points: [] };
      this.#series.set(key, series);
    }
    series.points.push([microseconds(point['timeUnixNano']), value]);
    if (series.points.length > MOST_POINTS) series.points.shift();
  }
}

/** Of a number its value, of a histogram or summary the mean. */
function valueOf(point: Readonly<Record<string, unknown>>): number | undefined {
  const given = point['asDouble'] ?? point['asInt'];
  const [sum, count] = [Number(point['sum'] ?? 0), Number(point['count'] ?? 0)];
  const value = given === undefined ? (count === 0 ? Number.NaN : sum / count) : Number(given);
  return Number.isFinite(value) ? value : undefined;
}

function itemsOf(request: unknown, signal: 'Logs' | 'Metrics', items: string): readonly { readonly service: string; readonly item: Readonly<Record<string, unknown>> }[] {
  if (!isObject(request)) return [];
  return listOf(request[`resource${signal}`]).filter(isObject).flatMap((group) => {
    const resource = isObject(group['resource']) ? attributesOf(group['resource']['attributes']) : [];
    const service = resource.find(([key]) => key === 'service.name')?.[1].trim() || 'unknown_service';
    return listOf(group[`scope${signal}`]).filter(isObject).flatMap((scoped) => listOf(scoped[items]).filter(isObject).map((item) => ({ service, item })));
  });
}

const attributesOf = (list: unknown): readonly (readonly [string, string])[] => listOf(list).slice(0, MOST_ATTRIBUTES).filter(isObject).map((pair) => [cut(text(pair['key'])), cut(valueText(pair['value']))] as const);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const cut = (shown: string): string => shorten(shown, LONGEST);
const lengthOf = (row: LogRow | undefined): number => (row === undefined ? 0 : row.attributes.reduce((sum, [key, value]) => sum + key.length + value.length, row.body.length + row.service.length + row.level.length + 200));
const microseconds = (nano: unknown): number => (typeof nano === 'string' && /^\d{1,20}$/.test(nano) ? Number(BigInt(nano) / 1000n) : 0);
