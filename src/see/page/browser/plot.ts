import type { TraceSummary } from '../api.ts';
import { byId, h, set } from './dom.ts';
import { clock, duration } from './format.ts';

/**
 * Every trace that the list shows as a point: time from left to right, duration from below (logarithmic). An error is
 * a cross, not only red. The list says the same in words, so screen readers pass over it.
 */
const canvas = byId('plot', HTMLCanvasElement);
const labels = byId('plot-labels', HTMLDivElement);

export function drawPlot(traces: readonly TraceSummary[], at: string): void {
  const frame = canvas.parentElement;
  if (frame !== null) frame.hidden = traces.length < 2;
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext('2d');
  if (context === null || width === 0 || traces.length < 2) return;
  const ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  let [first, last, least, most] = [Infinity, -Infinity, Infinity, 1];
  for (const { at: time, ns } of traces) {
    first = Math.min(first, time);
    last = Math.max(last, time);
    least = Math.min(least, Math.max(1, ns));
    most = Math.max(most, ns);
  }
  if (most < least * 2) least /= 2;
  const x = (time: number): number => 8 + ((time - first) / Math.max(1, last - first)) * (width - 16);
  const y = (ns: number): number => height - 7 - (Math.log(Math.max(1, ns) / least) / Math.log(most / least)) * (height - 14);
  const style = getComputedStyle(canvas);
  const point = (trace: TraceSummary, radius: number): void => {
    const [left, top] = [x(trace.at), y(trace.ns)];
    context.beginPath();
    if (trace.errors === 0) context.arc(left, top, radius, 0, 7);
    else for (const [dx, dy] of [[-1, -1], [-1, 1]] as const) {
      context.moveTo(left + dx * (radius + 1), top + dy * (radius + 1));
      context.lineTo(left - dx * (radius + 1), top - dy * (radius + 1));
    }
    if (trace.errors === 0) context.fill();
    else context.stroke();
  };
  context.lineWidth = 1.5;
  context.globalAlpha = traces.length > 500 ? 0.45 : 0.75;
  context.fillStyle = style.getPropertyValue('--point');
  context.strokeStyle = style.getPropertyValue('--bad');
  for (const trace of traces) if (trace.errors === 0) point(trace, 2);
  for (const trace of traces) if (trace.errors > 0) point(trace, 2);
  context.globalAlpha = 1;
  const here = traces.find(({ id }) => id === at);
  if (here !== undefined) {
    context.fillStyle = style.getPropertyValue('--accent');
    context.beginPath();
    context.arc(x(here.at), y(here.ns), 5, 0, 7);
    context.lineWidth = 2;
    context.strokeStyle = style.getPropertyValue('--accent');
    context.stroke();
  }
  labels.replaceChildren(label(duration(most), 'top'), label(duration(least), 'bottom'), label(clock(first).slice(0, 8), 'from'), label(clock(last).slice(0, 8), 'to'));
  set(labels, { 'aria-hidden': 'true' });
}

const label = (text: string, where: string): HTMLElement => h('span', { class: where }, text);
