/** Every probe, one for each fact that files alone do not tell. */
import type { Probe } from '../types.ts';
import { containers } from './containers.ts';
import { engine } from './engine.ts';
import { images } from './images.ts';
import { inside } from './inside.ts';
import { logs } from './logs.ts';

export const probes: readonly Probe[] = [engine, containers, images, inside, logs];
