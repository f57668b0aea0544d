/** Every probe, one for each fact that files alone do not tell. */
import type { Probe } from '../types.ts';

export const probes: readonly Probe[] = [];
