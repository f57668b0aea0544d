import { colourOf } from './colours.ts';
import { byId, h, textOf } from './dom.ts';
import { duration, moment, plural } from './format.ts';
import type { Trace } from './otlp.ts';

/** What stands above the waterfall. @param name of the root. @param all spans that are kept of it: not all may be drawn. */
export function drawHead(id: string, name: string, trace: Trace, all: number): void {
  textOf(byId('trace-name', HTMLElement), name);
  const errors = trace.spans.filter(({ error }) => error).length;
  byId('trace-facts', HTMLElement).replaceChildren(
    h('span', {}, duration(trace.ns)),
    h('span', {}, all > trace.spans.length ? `the first ${plural(trace.spans.length, 'span')} of ${all.toLocaleString('en')}` : plural(trace.spans.length, 'span')),
    h('span', { class: errors > 0 ? 'bad' : '' }, errors > 0 ? `✕ ${plural(errors, 'error')}` : 'no errors'),
    h('span', {}, moment(trace.at, Date.now())),
    h('code', {}, id),
  );
  const services = new Map<string, number>();
  for (const { service } of trace.spans) services.set(service, (services.get(service) ?? 0) + 1);
  byId('trace-services', HTMLElement).replaceChildren(...[...services].slice(0, 12).map(([service, spans]) => h('span', { class: `chip ${colourOf(service)}` }, `${service} ${spans}`)));
  byId('export', HTMLAnchorElement).href = `./api/trace?id=${id}&file`;
  drawRuler(trace.ns);
}

function drawRuler(ns: number): void {
  byId('ruler', HTMLElement).replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map((part) => {
    const tick = h('span', {}, part === 0 ? '0' : duration(ns * part));
    tick.style.left = `${part * 100}%`;
    return tick;
  }));
}
