import type { Rule } from '../../types.ts';
import { answer } from './answer.ts';
import { lastOfAll } from './logged.ts';
import { losses } from './losses.ts';
import { onTheWay } from './on-the-way.ts';
import { started } from './started.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [...answer, ...started, ...onTheWay, ...losses, ...lastOfAll];
