import { h } from './dom.ts';
import { duration } from './format.ts';
import type { Pair, Span } from './otlp.ts';
import { addressOf } from './place.ts';

/** UTF-16 units of a value that are shown; the export has all of it. */
const LONGEST = 20_000;

/** Everything that is known of one span. @param find looks for other traces with an attribute. */
export function detail(span: Span, find: (text: string) => void, close: () => void): HTMLElement {
  const closing = h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close the details' }, '✕');
  closing.addEventListener('click', close);
  const facts: Pair[] = [
    ['service', span.service],
    ['kind', span.kind],
    ['starts after', duration(span.start)],
    ['duration', duration(span.ns)],
    ['instrumentation', span.scope],
    ['span id', span.id],
    ['parent id', span.parentId],
  ];
  return h(
    'div',
    { class: 'detail-in' },
    h('div', { class: 'detail-head' }, h('h3', {}, span.name), closing),
    span.error ? h('p', { class: 'bad error-line' }, `✕ error${span.message === '' ? '' : `: ${cut(span.message)}`}`) : undefined,
    h('p', { class: 'facts' }, ...facts.filter(([, value]) => value !== '').map(([key, value]) => h('span', {}, h('b', {}, key), ' ', value))),
    ...events(span, find),
    ...section('Attributes', span.attributes, find),
    ...section('Resource', span.resource, find),
    ...links(span, find),
  );
}

function section(title: string, pairs: readonly Pair[], find: (text: string) => void): HTMLElement[] {
  if (pairs.length === 0) return [];
  const sorted = pairs.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [h('h4', {}, title), h('dl', {}, ...sorted.map(([key, value]) => pair(key, value, find)))];
}

function pair(key: string, value: string, find: (text: string) => void): HTMLElement {
  const short = value.length <= 200 && value !== '';
  const button = h('button', { type: 'button', class: 'find', title: 'Traces with this attribute', 'aria-label': `Find traces with ${key} ${short ? value : ''}` }, '⌕');
  button.addEventListener('click', () => find(`${key}=${value}`));
  return h('div', {}, h('dt', {}, key), h('dd', {}, h('span', { class: 'value' }, cut(value) || '(empty)'), short ? button : undefined));
}

function events(span: Span, find: (text: string) => void): HTMLElement[] {
  if (span.events.length === 0) return [];
  return [
    h('h4', {}, 'Events'),
    ...span.events.slice(0, 100).map((event) =>
      h('div', { class: 'event' }, h('p', {}, h('b', {}, `◆ ${event.name || '(no name)'}`), ` after ${duration(event.at - span.start)}`), h('dl', {}, ...event.attributes.map(([key, value]) => pair(key, value, find)))),
    ),
  ];
}

function links(span: Span, find: (text: string) => void): HTMLElement[] {
  if (span.links.length === 0) return [];
  return [
    h('h4', {}, 'Links'),
    ...span.links.slice(0, 100).map(({ traceId, spanId, attributes }) => h('div', { class: 'event' }, h('p', {}, h('a', { href: addressOf({ trace: traceId, span: spanId }) }, traceId)), h('dl', {}, ...attributes.map(([key, value]) => pair(key, value, find))))),
  ];
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length.toLocaleString('en')} characters; the export has all of them)` : text);
