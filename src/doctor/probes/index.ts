/** Every probe, one for each fact that files alone do not tell. */
import type { Probe } from '../types.ts';
import { accounts } from './accounts.ts';
import { arrived } from './arrived.ts';
import { containers } from './containers.ts';
import { engine } from './engine.ts';
import { history } from './history.ts';
import { images } from './images.ts';
import { inside } from './inside.ts';
import { logs } from './logs.ts';
import { reach } from './reach.ts';
import { sent } from './sent.ts';
import { stores } from './stores.ts';

export const probes: readonly Probe[] = [stores, history, accounts, engine, containers, images, inside, logs, reach, sent, arrived];
