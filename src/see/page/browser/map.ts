import type { Calls, MapNode, ServiceMap } from '../api.ts';
import { colourOf } from './colours.ts';
import { byId, h, svg } from './dom.ts';
import { setSearch } from './filters.ts';
import { count, duration, figure, plural, rate } from './format.ts';
import { layout } from './layout.ts';
import { ask } from './live.ts';
import { go } from './place.ts';

const WIDTH = 216;
const HEIGHT = 58;
const GAP_X = 116;
const GAP_Y = 26;
const EDGE = 16;

const picture = byId('map-picture', HTMLElement);
const table = byId('map-rows', HTMLElement);
const empty = byId('map-empty', HTMLElement);

/** Asks for the map and draws it; over what is kept now. */
export async function showMap(): Promise<void> {
  const map = await ask<ServiceMap>('map');
  empty.hidden = map.nodes.length > 0;
  byId('map-in', HTMLElement).hidden = map.nodes.length === 0;
  picture.replaceChildren(draw(map));
  table.replaceChildren(...map.nodes.toSorted((a, b) => b.calls - a.calls).map((node) => row(node, map)));
}

const errorShare = ({ calls, errors }: Calls): string => (errors === 0 ? 'none' : `✕ ${figure((errors / Math.max(1, calls)) * 100)} %`);

function draw(map: ServiceMap): SVGSVGElement {
  const places = new Map(layout(map).map((placed) => [placed.key, placed]));
  const [columns, rows] = [Math.max(0, ...[...places.values()].map(({ column }) => column)) + 1, Math.max(0, ...[...places.values()].map(({ row: at }) => at)) + 1];
  const [width, height] = [columns * (WIDTH + GAP_X) - GAP_X + 2 * EDGE, rows * (HEIGHT + GAP_Y) - GAP_Y + 2 * EDGE + 30];
  const at = (key: string): { readonly x: number; readonly y: number } => ({ x: EDGE + (places.get(key)?.column ?? 0) * (WIDTH + GAP_X), y: EDGE + (places.get(key)?.row ?? 0) * (HEIGHT + GAP_Y) });
  const most = Math.max(1, ...map.edges.map(({ calls }) => calls));
  // The table below says the same in words.
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': `${plural(map.nodes.length, 'service')}, ${plural(map.edges.length, 'connection')}: the table below has them all` });
  root.append(svg('defs', {}, svg('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: 'userSpaceOnUse', orient: 'auto' }, svg('path', { d: 'M0 0 8 4 0 8z', class: 'arrow' }))));
  for (const edge of map.edges) {
    const [from, to] = [at(edge.from), at(edge.to)];
    const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x - 2, to.y + HEIGHT / 2];
    const back = x2 < x1;
    const bend = Math.max(40, Math.abs(x2 - x1) / 2);
    const d = back ? `M${from.x + WIDTH / 2} ${from.y + HEIGHT} C${from.x + WIDTH / 2} ${from.y + HEIGHT + 40} ${to.x + WIDTH / 2} ${to.y + HEIGHT + 40} ${to.x + WIDTH / 2} ${to.y + HEIGHT + 4}` : `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    const line = svg('path', { d, class: `edge${edge.errors > 0 ? ' bad-edge' : ''}`, 'marker-end': 'url(#arrow)' });
    line.style.strokeWidth = String(1.2 + 2.8 * Math.sqrt(edge.calls / most));
    root.append(line, svg('text', { x: back ? (from.x + to.x + WIDTH) / 2 : x2 - 14, y: back ? Math.max(from.y, to.y) + HEIGHT + 30 : y2 - 8, class: `edge-label${edge.errors > 0 ? ' bad' : ''}` }, `${rate(edge.calls, map.period)}${edge.errors > 0 ? ` ✕ ${count(edge.errors)}` : ''}`));
  }
  for (const node of map.nodes) root.append(box(node, at(node.key), map));
  return root;
}

function box(node: MapNode, { x, y }: { readonly x: number; readonly y: number }, map: ServiceMap): SVGGElement {
  const left = node.kind === 'service' ? 22 : 14;
  const name = node.name.length > 22 ? `${node.name.slice(0, 21)}…` : node.name;
  const group = svg(
    'g',
    { class: `node ${node.kind} ${node.kind === 'service' ? colourOf(node.name) : ''}`, transform: `translate(${x} ${y})` },
    svg('rect', { width: WIDTH, height: HEIGHT, rx: 8, class: 'box' }),
    node.kind === 'service' ? svg('rect', { width: 5, height: HEIGHT - 16, x: 8, y: 8, rx: 2.5, class: 'band' }) : undefined,
    svg('text', { x: left, y: 23, class: 'node-name' }, name, svg('title', {}, node.name)),
    svg('text', { x: left, y: 43, class: 'node-facts' }, `${rate(node.calls, map.period)} · ⌀ ${duration(node.ns / Math.max(1, node.calls))}`),
    node.errors > 0 ? svg('text', { x: WIDTH - 10, y: 43, class: 'node-errors bad' }, `✕ ${figure((node.errors / node.calls) * 100)} %`) : undefined,
  );
  return group;
}

function row(node: MapNode, map: ServiceMap): HTMLElement {
  const callers = map.edges.filter(({ to }) => to === node.key);
  const names = callers.map(({ from, calls }) => `${map.nodes.find(({ key }) => key === from)?.name ?? ''} (${count(calls)})`).join(', ');
  const button = h('button', { type: 'button', class: `chip ${node.kind === 'service' ? colourOf(node.name) : 'outside'}`, title: 'Its traces' }, node.name);
  button.addEventListener('click', () => {
    setSearch(node.name);
    go({});
  });
  return h('tr', {}, h('th', { scope: 'row' }, button, node.kind === 'outside' ? h('span', { class: 'more' }, ' outside') : undefined), cell(count(node.calls), 'number'), cell(rate(node.calls, map.period), 'number'), cell(errorShare(node), node.errors > 0 ? 'number bad' : 'number more'), cell(duration(node.ns / Math.max(1, node.calls)), 'number'), cell(names, 'more'));
}

const cell = (text: string, style: string): HTMLElement => h('td', { class: style }, text);
