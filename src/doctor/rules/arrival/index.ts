import type { Rule } from '../../types.ts';
import { seen } from './seen.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [...seen];
