/** How numbers read on the page. Pure. */

/** Nanoseconds: 950 µs, 12.3 ms, 4.56 s, 3 min 20 s, 2 h 5 min. */
export function duration(ns: number): string {
  if (ns < 0 || !Number.isFinite(ns)) return '?';
  if (ns < 999) return `${Math.round(ns)} ns`;
  if (ns < 999_500) return `${Math.round(ns / 1e3)} µs`;
  if (ns < 99_950_000) return `${(ns / 1e6).toFixed(ns < 9_995_000 ? 2 : 1)} ms`;
  if (ns < 999_500_000) return `${Math.round(ns / 1e6)} ms`;
  if (ns < 59_995_000_000) return `${(ns / 1e9).toFixed(2)} s`;
  const seconds = Math.round(ns / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** Microseconds since 1970 → 14:03:22.118 in the reader's time zone. */
export function clock(at: number): string {
  const date = new Date(at / 1000);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** The day too where it is not that of `now` (milliseconds). */
export function moment(at: number, now: number): string {
  const date = new Date(at / 1000);
  const same = date.toDateString() === new Date(now).toDateString();
  return same ? clock(at) : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(at).slice(0, 8)}`;
}

const ENGLISH = new Intl.NumberFormat('en');

/** 12,345 */
export const count = (number: number): string => ENGLISH.format(number);

/** '1 span', '2 spans'. */
export const plural = (number: number, what: string): string => `${count(number)} ${what}${number === 1 ? '' : 's'}`;

/** How often, from calls in a period (microseconds) of at least a minute: 86.0/min, 4.20/h, 2/day. */
export function rate(calls: number, period: number): string {
  const perMinute = calls / Math.max(1, period / 60e6);
  if (perMinute >= 0.1 || perMinute === 0) return `${figure(perMinute)}/min`;
  return perMinute * 60 >= 0.1 ? `${figure(perMinute * 60)}/h` : `${figure(perMinute * 1440)}/day`;
}

/** A metric's value in its unit (UCUM, as OpenTelemetry writes them): times and bytes as people read them. */
export function amount(value: number, unit: string): string {
  const times: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };
  const ns = times[unit];
  if (ns !== undefined && value >= 0) return duration(value * ns);
  if (unit === 'By') {
    const step = Math.max(0, Math.min(4, Math.floor(Math.log10(Math.abs(value) || 1) / 3)));
    return `${figure(value / 1000 ** step)} ${['B', 'kB', 'MB', 'GB', 'TB'][step] ?? ''}`;
  }
  return `${figure(value)}${unit === '1' || unit === '' || unit.startsWith('{') ? '' : ` ${unit}`}`;
}

/** Two or three figures: 0.0213, 0.12, 3.40, 56.1, 1,234. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-3)) return value.toExponential(2);
  if (Number.isInteger(value) || size >= 100) return count(Math.round(value));
  return size < 0.1 && size > 0 ? value.toPrecision(3) : value.toFixed(size >= 10 ? 1 : 2);
}
