import type { Rule } from '../../types.ts';
import { headerForm } from './header-form.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [...headerForm];
