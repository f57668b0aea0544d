/** The page of `otel-setup view`. */
import type { Cause } from '../api.ts';
import { colourOf } from './colours.ts';
import { byId, set, textOf } from './dom.ts';
import { askAgain } from './filters.ts';
import { count } from './format.ts';
import { listenToKeys, showHelp } from './keyboard.ts';
import { drawList, pointAt } from './list.ts';
import { listen } from './live.ts';
import { showLogs, showMetrics } from './logs.ts';
import { showMap } from './map.ts';
import { addressOf, go, place, tell, whenMoved, type View } from './place.ts';
import { known, whenChanged } from './state.ts';
import { refreshTrace, showTrace } from './trace.ts';

const links = [...document.querySelectorAll<HTMLAnchorElement>('nav a[data-view]')];
/** The other views are drawn again at most this often while something arrives. */
const AGAIN_MS = 1_000;
let again = 0;
let started = false;

const showOther: Readonly<Record<View, () => Promise<void>>> = { traces: () => Promise.resolve(), map: showMap, logs: showLogs, metrics: showMetrics };

function draw(): void {
  drawStatus();
  if (known.state === undefined) return;
  if (!started) {
    // Services have their colours now, the same whatever is looked at first.
    started = true;
    return tell();
  }
  drawEmpty();
  if (place().view === 'traces') {
    drawList();
    askAgain();
    refreshTrace();
  } else {
    again ||= setTimeout(() => {
      again = 0;
      drawOther();
    }, AGAIN_MS);
  }
}

/** A server that is gone is told by the status. */
const drawOther = (): void => void showOther[place().view]().catch(() => undefined);

function drawStatus(): void {
  const { state, connected } = known;
  const status = byId('status', HTMLElement);
  set(status, { class: connected ? 'live' : 'lost' });
  textOf(byId('status-text', HTMLElement), connected ? 'live' : 'not connected');
  textOf(byId('status-more', HTMLElement), connected ? '' : ': is otel-setup view still running?');
  if (state === undefined) return;
  // In order of arrival, whatever view is looked at first.
  for (const { service } of state.services) colourOf(service);
  const full = state.evicted > 0 ? ` · ${count(state.evicted)} oldest traces went to make room` : '';
  textOf(byId('kept', HTMLElement), `${count(state.spans)} of at most ${count(state.mostSpans)} spans kept${full}`);
  byId('kept', HTMLElement).classList.toggle('full', state.evicted > 0);
  byId('kept', HTMLElement).title = `Kept in memory: at most ${count(state.mostSpans)} spans and ${count(Math.round(state.mostBytes / 1024 / 1024))} MiB. The traces that have been quiet for longest go first.`;
  const counts: Readonly<Record<string, number>> = { traces: state.traces, logs: state.logs, metrics: state.series };
  for (const link of links) {
    const number = counts[link.dataset['view'] ?? ''];
    const badge = link.querySelector('span');
    if (badge !== null) textOf(badge, number === undefined || number === 0 ? '' : count(number));
  }
}

function drawEmpty(): void {
  const { state, traces } = known;
  const nothing = state !== undefined && traces.size === 0;
  byId('empty', HTMLElement).hidden = !nothing;
  byId('traces-in', HTMLElement).hidden = traces.size === 0 && place().trace === '';
  if (!nothing) return;
  textOf(byId('endpoint', HTMLElement), state.endpoint);
  drawCause(state.cause);
}

/** In the place of the steps that are right for everybody. */
function drawCause(cause: Cause | undefined): void {
  byId('cause', HTMLElement).hidden = cause === undefined;
  byId('steps', HTMLElement).hidden = cause !== undefined;
  for (const [id, text = ''] of [['cause-says', cause?.says], ['cause-place', cause?.place], ['cause-do', cause?.do], ['cause-then', cause?.then]] as const) {
    const element = byId(id, HTMLElement);
    textOf(element, text);
    element.closest('#cause > p, dl > div')?.toggleAttribute('hidden', text === '');
  }
}

whenMoved(({ view, trace }) => {
  for (const section of document.querySelectorAll<HTMLElement>('main > section')) section.hidden = section.id !== `view-${view}`;
  for (const link of links) set(link, { 'aria-current': link.dataset['view'] === view ? 'page' : undefined });
  document.title = `${trace === '' ? `${view.charAt(0).toUpperCase()}${view.slice(1)}` : `Trace ${trace.slice(0, 8)}`} · otel-setup view`;
  if (!started) return;
  drawEmpty();
  if (view === 'traces') {
    void showTrace();
    pointAt(trace);
  } else {
    drawOther();
  }
});
for (const link of links) {
  const view = (['map', 'logs', 'metrics'] as const).find((one) => one === link.dataset['view']) ?? 'traces';
  link.href = addressOf({ view });
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go({ view });
  });
}

/** Light and dark follow the system until somebody chooses; the choice stays in this browser. */
function theme(): void {
  const root = document.documentElement;
  const saved = localStorage.getItem('theme');
  if (saved === 'light' || saved === 'dark') root.dataset['theme'] = saved;
  byId('theme', HTMLButtonElement).addEventListener('click', () => {
    const dark = root.dataset['theme'] === 'dark' || (root.dataset['theme'] === undefined && matchMedia('(prefers-color-scheme: dark)').matches);
    root.dataset['theme'] = dark ? 'light' : 'dark';
    localStorage.setItem('theme', root.dataset['theme']);
    drawList();
  });
}

theme();
byId('help-button', HTMLButtonElement).addEventListener('click', showHelp);
byId('help-close', HTMLButtonElement).addEventListener('click', () => byId('help', HTMLDialogElement).close());
listenToKeys();
whenChanged(draw);
listen();
tell();
