import { colourOf } from './colours.ts';
import { criticalPath, type Stretch } from './critical-path.ts';
import { detail } from './detail.ts';
import { byId, h, set, textOf } from './dom.ts';
import { count, duration, plural } from './format.ts';
import { setSearch } from './filters.ts';
import { ask } from './live.ts';
import { readTrace, type Span, type Trace } from './otlp.ts';
import { go, place } from './place.ts';
import { known } from './state.ts';
import { drawHead } from './trace-head.ts';
import { below, linesOf, treeOf, type Line, type Tree } from './tree.ts';
import { virtual } from './virtual.ts';

const panel = byId('trace', HTMLElement);
const fall = byId('waterfall', HTMLDivElement);
const body = byId('spans', HTMLDivElement);
const details = byId('detail', HTMLElement);
const says = byId('trace-says', HTMLElement);
const none = byId('trace-none', HTMLElement);
const path = byId('critical', HTMLInputElement);

interface Open {
  readonly id: string;
  readonly trace: Trace;
  readonly tree: Tree;
  readonly critical: ReadonlyMap<Span, readonly Stretch[]>;
}
let open: Open | undefined;
let lines: readonly Line[] = [];
let closed = new Set<string>();
let at = '';
let asking: AbortController | undefined;
let focusWanted = false;
/** Spans in the list's line when the trace was read: when more have come, it is read again. */
let read = 0;

interface Row extends HTMLDivElement {
  cells?: Readonly<Record<'label' | 'twisty' | 'mark' | 'chip' | 'name' | 'line' | 'bar' | 'time', HTMLElement>>;
}
/** What a figure beside a bar takes, pixels; and where there is room for them. */
const DIGIT = 6.3;
let lineWidth = 0;
const rows = virtual<Row>(fall, body, () => 26, makeRow, fillRow);

/** Shows the trace and the span that the address names; nothing where it names none. */
export async function showTrace(): Promise<void> {
  const { trace: id, span } = place();
  panel.hidden = id === '';
  document.body.classList.toggle('split', id !== '');
  if (id === '') {
    open = undefined;
    return;
  }
  at = span || (open?.id === id ? at : '');
  if (open?.id !== id) {
    closed = new Set();
    await load(id);
  } else {
    draw();
  }
}

/** More spans of the open trace have arrived. */
export function refreshTrace(): void {
  const now = known.traces.get(place().trace)?.spans ?? 0;
  if (place().trace !== '' && asking === undefined && now !== read && now > 0) void load(place().trace);
}

async function load(id: string): Promise<void> {
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  try {
    read = known.traces.get(id)?.spans ?? 0;
    const trace = readTrace(await ask<unknown>(`trace?id=${id}`, mine.signal));
    const tree = treeOf(trace.spans);
    open = { id, trace, tree, critical: criticalPath(tree) };
    lines = linesOf(tree, closed);
    drawHead(id, tree.roots[0]?.name ?? '', trace, known.traces.get(id)?.spans ?? trace.spans.length);
    textOf(says, '');
  } catch (error) {
    if (mine.signal.aborted) return;
    open = undefined;
    textOf(says, error instanceof Error ? error.message : String(error));
  }
  asking = undefined;
  draw();
}

function draw(): void {
  byId('trace-in', HTMLElement).hidden = open === undefined;
  none.hidden = open !== undefined;
  if (open === undefined) return;
  set(fall, { 'aria-rowcount': lines.length });
  // The details take room away: first them, then what must be seen.
  drawDetail();
  rows.show(lines.length);
  const index = lines.findIndex(({ span }) => span.id === at);
  if (index >= 0) rows.reveal(index);
  point();
  if (focusWanted) focusWaterfall();
}

function drawDetail(): void {
  const span = place().span === '' ? undefined : open?.trace.spans.find(({ id }) => id === place().span);
  details.hidden = span === undefined;
  if (span === undefined) return details.replaceChildren();
  details.replaceChildren(detail(span, (text) => {
    setSearch(text);
    go({ trace: place().trace }, true);
  }, closeDetail));
  details.scrollTop = 0;
}

export function closeDetail(): boolean {
  if (place().span === '') return false;
  at = place().span;
  go({ trace: place().trace });
  fall.focus({ preventScroll: true });
  return true;
}

function makeRow(): Row {
  const cells = {
    label: h('div', { role: 'gridcell', class: 'label' }),
    twisty: h('span', { class: 'twisty', 'aria-hidden': 'true' }),
    mark: h('span', { class: 'mark bad' }),
    chip: h('span', { class: 'chip' }),
    name: h('span', { class: 'name' }),
    line: h('div', { role: 'gridcell', class: 'line' }),
    bar: h('span', { class: 'bar' }),
    time: h('span', { class: 'bar-time' }),
  };
  cells.label.append(cells.twisty, cells.mark, cells.chip, cells.name);
  const row: Row = h('div', { role: 'row', class: 'row' }, cells.label, cells.line);
  row.cells = cells;
  cells.twisty.addEventListener('click', (event) => {
    event.stopPropagation();
    toggle(row.dataset['span'] ?? '');
  });
  row.addEventListener('click', () => {
    at = row.dataset['span'] ?? '';
    go({ trace: place().trace, span: at }, place().span !== '');
    fall.focus({ preventScroll: true });
  });
  return row;
}

function fillRow(row: Row, index: number): void {
  const line = lines[index];
  const { cells } = row;
  if (line === undefined || cells === undefined || open === undefined) return;
  const { span, depth, children, orphan } = line;
  const whole = Math.max(1, open.trace.ns);
  const stretches = open.critical.get(span) ?? [];
  row.id = `span-${index}`;
  row.dataset['span'] = span.id;
  row.className = `row${span.id === at ? ' at' : ''}${span.error ? ' error' : ''}`;
  set(row, { 'aria-level': depth + 1, 'aria-rowindex': index + 1, 'aria-expanded': children === 0 ? undefined : closed.has(span.id) ? 'false' : 'true', 'aria-selected': span.id === at ? 'true' : 'false' });
  cells.label.style.paddingInlineStart = `${8 + Math.min(depth, 24) * 11}px`;
  textOf(cells.twisty, children === 0 ? '' : closed.has(span.id) ? '▸' : '▾');
  textOf(cells.mark, span.error ? '✕' : '');
  set(cells.mark, span.error ? { role: 'img', 'aria-label': 'error' } : { role: undefined, 'aria-label': undefined });
  textOf(cells.chip, span.service);
  cells.chip.className = `chip ${colourOf(span.service)}`;
  textOf(cells.name, `${span.name}${closed.has(span.id) && children > 0 ? ` (${count(below(span, open.tree))} below)` : ''}${orphan ? ' ↰' : ''}`);
  cells.name.title = orphan ? 'Its parent did not arrive: perhaps the caller does not send here.' : span.name;
  const left = (span.start / whole) * 100;
  const width = Math.max(0.15, (span.ns / whole) * 100);
  cells.bar.className = `bar ${colourOf(span.service)}${span.error ? ' error' : ''}`;
  stretched(cells.bar, left, width);
  const figures = `${duration(span.ns)}${span.events.length === 0 ? '' : ` · ${plural(span.events.length, 'event')}`}`;
  const needs = (figures.length * DIGIT + 14) / Math.max(1, lineWidth) * 100;
  const after = left + width + needs < 100;
  const before = !after && left > needs;
  cells.time.className = `bar-time${after ? '' : before ? ' before' : ' within'}`;
  cells.time.style.left = after ? `${left + width}%` : '';
  cells.time.style.right = after ? '' : `${before ? 100 - left : Math.max(0, 100 - left - width)}%`;
  textOf(cells.time, !after && !before && width < needs ? duration(span.ns) : figures);
  const marks = span.events.slice(0, 30).map((event) => put(h('span', { class: 'event-mark', title: event.name }, '◆'), (event.at / whole) * 100));
  const critical = path.checked ? stretches.map(([from, to]) => stretched(h('span', { class: 'critical' }), (from / whole) * 100, Math.max(0.15, ((to - from) / whole) * 100))) : [];
  cells.line.replaceChildren(cells.bar, ...critical, ...marks, cells.time, ...(path.checked && stretches.length > 0 ? [h('span', { class: 'for-reader' }, ', on the critical path')] : []));
}

function stretched<Element extends HTMLElement>(element: Element, left: number, width: number): Element {
  element.style.width = `${width}%`;
  return put(element, left);
}
function put<Element extends HTMLElement>(element: Element, left: number): Element {
  element.style.left = `${left}%`;
  return element;
}

function point(): void {
  const index = lines.findIndex(({ span }) => span.id === at);
  const row = index < 0 ? null : document.getElementById(`span-${index}`);
  set(fall, { 'aria-activedescendant': row === null || row.hidden ? undefined : row.id });
}

/** Moves the keyboard's place; where details are open, they follow. */
export function stepSpan(by: number): void {
  const from = lines.findIndex(({ span }) => span.id === at);
  const to = Math.max(0, Math.min(lines.length - 1, from < 0 && Number.isFinite(by) ? 0 : from + by));
  at = lines[to]?.span.id ?? '';
  if (at === '') return;
  rows.reveal(to);
  rows.show(lines.length);
  point();
  if (place().span !== '') go({ trace: place().trace, span: at }, true);
}
export const pageOfSpans = (): number => rows.page();

export function openSpan(): void {
  if (at === '') stepSpan(1);
  else go({ trace: place().trace, span: at });
}

/** Opens or closes what is below the span at the keyboard's place; where that is done already, it moves to the parent, or on. */
export function fold(close: boolean): void {
  const line = lines.find(({ span }) => span.id === at);
  if (line !== undefined && line.children > 0 && closed.has(at) !== close) toggle(at);
  else if (close && line !== undefined) {
    const index = lines.findIndex(({ span }) => span.id === line.span.parentId);
    if (index >= 0) stepSpan(index - lines.indexOf(line));
  } else if (!close) stepSpan(1);
}
function toggle(id: string): void {
  if (!closed.delete(id)) closed.add(id);
  if (open !== undefined) lines = linesOf(open.tree, closed);
  at = id;
  draw();
}
/** At once, or when the trace is there. */
export function focusWaterfall(): void {
  focusWanted = open === undefined || open.id !== place().trace;
  if (!focusWanted) fall.focus({ preventScroll: true });
}
export const isInTrace = (element: Element | null): boolean => panel.contains(element);

new ResizeObserver(([ruler]) => {
  if (ruler === undefined || ruler.contentRect.width === lineWidth) return;
  lineWidth = ruler.contentRect.width;
  rows.show(lines.length);
}).observe(byId('ruler', HTMLElement));
path.addEventListener('change', draw);
byId('close-trace', HTMLButtonElement).addEventListener('click', () => go({}));
none.addEventListener('click', (event) => {
  event.preventDefault();
  go({});
});
byId('copy', HTMLButtonElement).addEventListener('click', (event) => {
  const button = event.currentTarget;
  if (!(button instanceof HTMLButtonElement)) return;
  navigator.clipboard.writeText(location.href).then(() => textOf(button, 'Copied'), () => textOf(button, 'Copy it from the address bar'));
  setTimeout(() => textOf(button, 'Copy link'), 2_000);
});
