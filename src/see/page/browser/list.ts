import type { TraceSummary } from '../api.ts';
import { colourOf } from './colours.ts';
import { byId, h, set, textOf } from './dom.ts';
import { isEmpty, passes, type Order } from './filter.ts';
import { currentFilter, drawFilters } from './filters.ts';
import { count, duration, moment } from './format.ts';
import { go, place } from './place.ts';
import { drawPlot } from './plot.ts';
import { known } from './state.ts';
import { virtual } from './virtual.ts';

const list = byId('list', HTMLDivElement);
const body = byId('rows', HTMLDivElement);
const heads = [...list.querySelectorAll<HTMLButtonElement>('button[data-order]')];

let shown: readonly TraceSummary[] = [];
let order: Order = 'time';
let up = false;
/** Id of the trace that the keyboard is at. */
let at = '';
/** It came from a link: it has to be brought into sight as soon as it is in the list. */
let hidden = false;

interface Row extends HTMLDivElement {
  cells?: Readonly<Record<'time' | 'chip' | 'name' | 'more' | 'status' | 'duration' | 'spans' | 'errors', HTMLElement>>;
}

const phone = matchMedia('(max-width: 640px)');
const rows = virtual<Row>(list, body, () => (phone.matches ? 56 : 32), makeRow, fillRow);

function makeRow(): Row {
  const cells = {
    time: h('div', { role: 'gridcell', class: 'time' }),
    chip: h('span', { class: 'chip' }),
    name: h('span', { class: 'name' }),
    more: h('span', { class: 'more' }),
    status: h('div', { role: 'gridcell', class: 'status' }),
    duration: h('div', { role: 'gridcell', class: 'duration' }),
    spans: h('div', { role: 'gridcell', class: 'spans' }),
    errors: h('div', { role: 'gridcell', class: 'errors' }),
  };
  const row: Row = h('div', { role: 'row', class: 'row' }, cells.time, h('div', { role: 'gridcell', class: 'what' }, cells.chip, cells.name, cells.more), cells.status, cells.duration, cells.spans, cells.errors);
  row.cells = cells;
  row.addEventListener('click', () => {
    const id = row.dataset['trace'] ?? '';
    at = id;
    go({ trace: id });
  });
  return row;
}

function fillRow(row: Row, index: number): void {
  const trace = shown[index];
  const { cells } = row;
  if (trace === undefined || cells === undefined) return;
  const [service = '', ...others] = trace.services;
  row.id = `trace-${trace.id}`;
  row.dataset['trace'] = trace.id;
  row.className = `row${trace.id === place().trace ? ' open' : ''}${trace.id === at ? ' at' : ''}`;
  set(row, { 'aria-rowindex': index + 2, 'aria-selected': trace.id === at ? 'true' : 'false' });
  const time = moment(trace.at, Date.now());
  if (row.dataset['time'] !== time) {
    row.dataset['time'] = time;
    // Where there is little room: hours, minutes, seconds; of another day the day.
    const [, day, clock = '', rest = ''] = /^(?:(.*) )?([\d:]+)(\.\d+)?$/.exec(time) ?? [];
    cells.time.replaceChildren(...(day === undefined ? [clock, h('span', { class: 'fine' }, rest)] : [h('span', { class: 'fine' }, time), h('span', { class: 'coarse', 'aria-hidden': 'true' }, day.slice(5))]));
  }
  textOf(cells.chip, service);
  cells.chip.className = `chip ${colourOf(service)}`;
  textOf(cells.name, trace.name || '(no name)');
  textOf(cells.more, others.length === 0 ? '' : `+ ${others.join(', ')}`);
  textOf(cells.status, trace.status === 0 ? '' : String(trace.status));
  textOf(cells.duration, duration(trace.ns));
  counted(cells.spans, '', trace.spans, 'span');
  counted(cells.errors, '✕ ', trace.errors, 'error');
  cells.status.className = `status${trace.status >= 500 ? ' bad' : ''}`;
  cells.errors.className = `errors${trace.errors > 0 ? ' bad' : ''}`;
}

/** The number, and what it counts for those who do not see the head of the column. */
function counted(cell: HTMLElement, mark: string, number: number, what: string): void {
  const text = mark !== '' && number === 0 ? '' : `${mark}${count(number)}`;
  if (cell.firstChild?.textContent === text) return;
  cell.replaceChildren(text, ...(text === '' ? [] : [h('span', { class: 'unit' }, ` ${what}${number === 1 ? '' : 's'}`)]));
}

/** Draws what is known through the filter; who has scrolled down keeps seeing the same rows while new ones come above. */
export function drawList(): void {
  const { filter, found } = currentFilter();
  const first = rows.first();
  const scrolled = list.scrollTop > 0;
  const anchor = shown[first]?.id;
  const all = known.traces.inOrder(order, up);
  shown = isEmpty(filter) ? all : all.filter((trace) => passes(trace, filter, found));
  set(list, { 'aria-rowcount': shown.length + 1 });
  const now = anchor === undefined ? -1 : shown.findIndex(({ id }) => id === anchor);
  // Both take room from the list.
  drawFilters(shown.length);
  drawPlot(shown, at);
  const moved = now < 0 ? 0 : now - first;
  rows.show(shown.length, moved, scrolled && moved > 0 && order === 'time' && !up);
  const linked = hidden ? shown.findIndex(({ id }) => id === at) : -1;
  if (linked >= 0) {
    hidden = false;
    rows.reveal(linked);
  }
  point();
  byId('nothing', HTMLElement).hidden = shown.length > 0 || known.traces.size === 0;
}

function point(): void {
  const row = at === '' ? null : document.getElementById(`trace-${at}`);
  set(list, { 'aria-activedescendant': row === null || row.hidden ? undefined : row.id });
}

/** Moves the keyboard's place by that many rows; ±Infinity is an end. Where a trace is open, the next one opens. */
export function step(by: number): void {
  if (shown.length === 0) return;
  const from = shown.findIndex(({ id }) => id === at);
  const to = Math.max(0, Math.min(shown.length - 1, from < 0 ? (by > 0 && Number.isFinite(by) ? 0 : by > 0 ? shown.length - 1 : 0) : from + by));
  at = shown[to]?.id ?? '';
  rows.reveal(to);
  point();
  drawPlot(shown, at);
  if (place().trace !== '') go({ trace: at }, true);
}
export const pageOfRows = (): number => rows.page();

export function openAt(): void {
  if (at === '') step(1);
  if (at !== '') go({ trace: at });
}

/** The open trace is where the keyboard is. */
export function pointAt(trace: string): void {
  if (trace !== '' && trace !== at) {
    at = trace;
    hidden = true;
  }
  drawList();
}
export const focusList = (): void => list.focus({ preventScroll: true });

for (const head of heads) {
  head.addEventListener('click', () => {
    const wanted = head.dataset['order'];
    const next = wanted === 'time' || wanted === 'duration' || wanted === 'spans' || wanted === 'errors' ? wanted : order;
    up = next === order ? !up : false;
    order = next;
    for (const one of heads) set(one.parentElement ?? one, { 'aria-sort': one === head ? (up ? 'ascending' : 'descending') : undefined });
    drawList();
  });
}
