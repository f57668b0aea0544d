/** Where one is, as the address says it: `?view=map`, `?trace=…&span=…`. Links and the back button work. */
export type View = 'traces' | 'map' | 'logs' | 'metrics';
export interface Place {
  readonly view: View;
  readonly trace: string;
  readonly span: string;
}

const VIEWS: readonly View[] = ['traces', 'map', 'logs', 'metrics'];
const watchers: ((place: Place) => void)[] = [];

export function place(): Place {
  const query = new URLSearchParams(location.search);
  const view = VIEWS.find((one) => one === query.get('view')) ?? 'traces';
  const id = (name: string, digits: number): string => (query.get(name) ?? '').toLowerCase().replaceAll(/[^0-9a-f]/g, '').slice(0, digits);
  return { view, trace: id('trace', 32), span: id('span', 16) };
}

/** The address of a place, relative: the page may lie behind a proxy. */
export function addressOf({ view = 'traces', trace = '', span = '' }: Partial<Place>): string {
  const query = new URLSearchParams([...(view === 'traces' ? [] : [['view', view]]), ...(trace === '' ? [] : [['trace', trace]]), ...(span === '' ? [] : [['span', span]])]);
  return query.size === 0 ? '?' : `?${query.toString()}`;
}

/** @param instead do not make a step that the back button goes back to. */
export function go(to: Partial<Place>, instead = false): void {
  const address = addressOf(to);
  if (instead) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  tell();
}

export function whenMoved(watcher: (place: Place) => void): void {
  watchers.push(watcher);
}
export function tell(): void {
  for (const watcher of watchers) watcher(place());
}
addEventListener('popstate', tell);
