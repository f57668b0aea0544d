import type { Rule } from '../../types.ts';
import { blank } from './blank.ts';
import { intoImage } from './in-image.ts';
import { leaks } from './leaks.ts';
import { value } from './value.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [...value, ...blank, ...leaks, ...intoImage];
