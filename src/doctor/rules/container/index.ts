import type { Rule } from '../../types.ts';
import { clock } from './clock.ts';
import { reach } from './reach.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [...reach, ...clock];
