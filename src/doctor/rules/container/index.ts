import type { Rule } from '../../types.ts';
import { clock } from './clock.ts';
import { process } from './process.ts';
import { reach } from './reach.ts';
import { recreate } from './recreate.ts';
import { state } from './state.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [...state, ...recreate, ...process, ...reach, ...clock];
