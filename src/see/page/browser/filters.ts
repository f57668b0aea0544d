import type { SearchResult } from '../api.ts';
import { byId, h, textOf } from './dom.ts';
import { isEmpty, type Filter } from './filter.ts';
import { count } from './format.ts';
import { ask } from './live.ts';
import { changed, known } from './state.ts';

const search = byId('search', HTMLInputElement);
const service = byId('service', HTMLSelectElement);
const route = byId('route', HTMLSelectElement);
const status = byId('status-filter', HTMLSelectElement);
const atLeast = byId('at-least', HTMLSelectElement);
const clear = byId('clear', HTMLButtonElement);
const matches = byId('matches', HTMLOutputElement);

/** Routes in the menu. */
const MOST_ROUTES = 300;

/** What the server found for the text, and up to which change of its store. */
let found: { readonly text: string; readonly ids: Set<string>; seq: number } | undefined;
let asking: AbortController | undefined;
let timer = 0;

export function currentFilter(): { readonly filter: Filter; readonly found: ReadonlySet<string> | undefined } {
  const filter = { text: search.value, service: service.value, route: route.value, status: status.value, atLeast: Number(atLeast.value) };
  return { filter, found: found?.text === search.value ? found.ids : undefined };
}

export function setSearch(text: string): void {
  search.value = text;
  edited();
}
export const clearFilters = (): boolean => {
  if (isEmpty(currentFilter().filter)) return false;
  search.value = '';
  for (const menu of [service, route, status, atLeast]) menu.value = '';
  edited();
  return true;
};

function edited(): void {
  clearTimeout(timer);
  if (search.value.trim() !== '') timer = setTimeout(askServer, 200);
  changed();
}

/** Attributes are known to the server only. What arrives later is asked for too, with what is new since. */
async function askServer(): Promise<void> {
  asking?.abort();
  asking = new AbortController();
  const text = search.value;
  const before = found?.text === text ? found : { text, ids: new Set<string>(), seq: 0 };
  try {
    const { ids, seq } = await ask<SearchResult>(`search?q=${encodeURIComponent(text)}&since=${before.seq}`, asking.signal);
    for (const id of ids) before.ids.add(id);
    found = { text, ids: before.ids, seq };
    changed();
  } catch (error) {
    // A newer question took its place; a server that is gone is told by the status.
    if (!(error instanceof Error)) throw error;
  }
}
/** Traces have changed while a text is looked for. */
export function askAgain(): void {
  if (search.value.trim() === '' || timer !== 0) return;
  timer = setTimeout(() => {
    timer = 0;
    void askServer();
  }, 1_000);
}

/** The menus offer what there is. */
export function drawFilters(shown: number): void {
  options(service, 'Service', (known.state?.services ?? []).filter(({ spans }) => spans > 0).map((row) => row.service));
  options(route, 'Route', known.traces.routes(MOST_ROUTES));
  const { filter } = currentFilter();
  clear.hidden = isEmpty(filter);
  const all = known.traces.size;
  textOf(matches, shown === all ? `${count(all)} ${all === 1 ? 'trace' : 'traces'}` : `${count(shown)} of ${count(all)} traces`);
}

function options(menu: HTMLSelectElement, all: string, names: readonly string[]): void {
  const chosen = menu.value;
  const wanted = chosen === '' || names.includes(chosen) ? names : [...names, chosen];
  const key = wanted.join('\n');
  if (menu.dataset['key'] === key || menu === document.activeElement) return;
  menu.dataset['key'] = key;
  menu.replaceChildren(h('option', { value: '' }, all), ...wanted.map((name) => h('option', { value: name }, name)));
  menu.value = chosen;
}

search.addEventListener('input', edited);
for (const menu of [service, route, status, atLeast]) menu.addEventListener('change', edited);
clear.addEventListener('click', clearFilters);
byId('filters', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
