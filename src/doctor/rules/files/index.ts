import type { Rule } from '../../types.ts';
import { headerForm } from './header-form.ts';
import { misspelled } from './misspelled.ts';
import { unreadableFile } from './unreadable.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [...unreadableFile, ...misspelled, ...headerForm];
