import type { Rule } from '../../types.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [];
