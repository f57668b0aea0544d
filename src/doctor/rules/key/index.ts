import type { Rule } from '../../types.ts';
import { byAccount } from './account.ts';
import { shape } from './shape.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [...shape, ...byAccount];
