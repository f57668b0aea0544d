/** How numbers read on the page. Pure. */

/** Nanoseconds: 950 µs, 12.3 ms, 4.56 s, 3 min 20 s. */
export function duration(ns: number): string {
  if (ns < 0 || !Number.isFinite(ns)) return '?';
  if (ns < 999) return `${Math.round(ns)} ns`;
  if (ns < 999_500) return `${Math.round(ns / 1e3)} µs`;
  if (ns < 99_950_000) return `${(ns / 1e6).toFixed(ns < 9_995_000 ? 2 : 1)} ms`;
  if (ns < 999_500_000) return `${Math.round(ns / 1e6)} ms`;
  if (ns < 59_995_000_000) return `${(ns / 1e9).toFixed(2)} s`;
  const seconds = Math.round(ns / 1e9);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
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

/** Three figures: 0.12, 3.4, 56, 1,234. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-3)) return value.toExponential(2);
  if (Number.isInteger(value) || size >= 100) return count(Math.round(value));
  return value.toFixed(size >= 10 ? 1 : 2);
}
