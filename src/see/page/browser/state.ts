import type { State } from '../api.ts';
import { Traces } from './traces.ts';

/** What the page knows: filled by live.ts, read by everybody who draws. */
export const known = {
  traces: new Traces(),
  state: undefined as State | undefined,
  connected: false,
};

const drawers = new Set<() => void>();
let planned = 0;

/** `draw` is called once a frame after something has changed. */
export function whenChanged(draw: () => void): void {
  drawers.add(draw);
}

export function changed(): void {
  planned ||= requestAnimationFrame(() => {
    planned = 0;
    for (const draw of drawers) draw();
  });
}
