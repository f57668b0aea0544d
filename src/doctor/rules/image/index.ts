import type { Rule } from '../../types.ts';
import { edited, image } from './built.ts';
import { hiddenPackages } from './hidden.ts';
import { interpreter } from './interpreter.ts';
import { packages } from './packages.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [...image, ...hiddenPackages, ...interpreter, ...packages, ...edited];
