import type { TraceSummary } from '../api.ts';
import { byId, h } from './dom.ts';
import { duration, moment } from './format.ts';

/**
 * Every trace that the list shows as a point: time from left to right, duration from below (logarithmic). An error is
 * a cross, not only red. The list says the same in words, so screen readers pass over it.
 */
const canvas = byId('plot', HTMLCanvasElement);
const labels = byId('plot-labels', HTMLDivElement);

/** So many points are drawn again at most once a second. */
const MANY = 1_000;
const AGAIN_MS = 1_000;

let points: readonly TraceSummary[] = [];
let marked = '';
let drawn = 0;
let timer = 0;

export function drawPlot(traces: readonly TraceSummary[], at: string): void {
  if (canvas.parentElement !== null) canvas.parentElement.hidden = traces.length < 2;
  points = traces;
  marked = at;
  const wait = traces.length < MANY ? 0 : drawn + AGAIN_MS - performance.now();
  if (wait <= 0) draw();
  else timer ||= setTimeout(draw, wait);
}

function draw(): void {
  clearTimeout(timer);
  timer = 0;
  drawn = performance.now();
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext('2d');
  if (context === null || width === 0 || points.length < 2) return;
  const ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  let [first, last, least, most] = [Infinity, -Infinity, Infinity, 1];
  for (const { at, ns } of points) {
    first = Math.min(first, at);
    last = Math.max(last, at);
    least = Math.min(least, Math.max(1, ns));
    most = Math.max(most, ns);
  }
  if (most < least * 2) least /= 2;
  const x = (at: number): number => 8 + ((at - first) / Math.max(1, last - first)) * (width - 16);
  const y = (ns: number): number => height - 7 - (Math.log(Math.max(1, ns) / least) / Math.log(most / least)) * (height - 14);
  const style = getComputedStyle(canvas);
  context.fillStyle = style.getPropertyValue('--point');
  if (points.length > MANY) {
    cloud(context, points.filter(({ errors }) => errors === 0).map(({ at, ns }) => [x(at) * ratio, y(ns) * ratio]), Math.ceil(1.5 * ratio));
  } else {
    context.globalAlpha = points.length > 500 ? 0.45 : 0.75;
    for (const { at, ns, errors } of points) {
      if (errors > 0) continue;
      context.beginPath();
      context.arc(x(at), y(ns), 2, 0, 7);
      context.fill();
    }
  }
  context.strokeStyle = style.getPropertyValue('--bad');
  context.lineWidth = 1.5;
  context.globalAlpha = 0.75;
  context.beginPath();
  for (const { at, ns, errors } of points) {
    if (errors === 0) continue;
    const [left, top] = [x(at), y(ns)];
    context.moveTo(left - 3, top - 3);
    context.lineTo(left + 3, top + 3);
    context.moveTo(left - 3, top + 3);
    context.lineTo(left + 3, top - 3);
  }
  context.stroke();
  context.globalAlpha = 1;
  const here = points.find(({ id }) => id === marked);
  if (here !== undefined) {
    context.beginPath();
    context.arc(x(here.at), y(here.ns), 5, 0, 7);
    context.lineWidth = 2;
    context.strokeStyle = style.getPropertyValue('--accent');
    context.stroke();
  }
  labels.replaceChildren(label(duration(most), 'top'), label(duration(least), 'bottom'), label(when(first), 'from'), label(when(last), 'to'));
}

/**
 * Squares in the colour of `context`, darker where several lie. As a picture: ten thousand calls would take the page
 * longer than a frame. @param half of a square's side, in points of the screen as everything here.
 */
function cloud(context: CanvasRenderingContext2D, places: readonly (readonly [number, number])[], half: number): void {
  const { width, height } = context.canvas;
  const [red = 0, green = 0, blue = 0] = (/^#(..)(..)(..)$/.exec(String(context.fillStyle)) ?? []).slice(1).map((part) => Number.parseInt(part, 16));
  const picture = context.createImageData(width, height);
  const { data } = picture;
  for (const [left, top] of places) {
    const [x, y] = [Math.round(left), Math.round(top)];
    for (let row = Math.max(0, y - half); row < Math.min(height, y + half); row++) {
      for (let column = Math.max(0, x - half); column < Math.min(width, x + half); column++) {
        const at = 4 * (row * width + column);
        data[at] = red;
        data[at + 1] = green;
        data[at + 2] = blue;
        data[at + 3] = 255 - (255 - (data[at + 3] ?? 0)) * 0.6;
      }
    }
  }
  context.putImageData(picture, 0, 0);
}

const when = (at: number): string => moment(at, Date.now()).replace(/\.\d+$/, '');
const label = (text: string, where: string): HTMLElement => h('span', { class: where }, text);
