/** Every rule, hop by hop in the order of a span's way. */
import type { FactName, Rule } from '../types.ts';
import { rules as arrival } from './arrival/index.ts';
import { rules as container } from './container/index.ts';
import { rules as exporting } from './export/index.ts';
import { rules as files } from './files/index.ts';
import { rules as image } from './image/index.ts';
import { rules as key } from './key/index.ts';
import { rules as source } from './source/index.ts';
import { rules as stores } from './stores/index.ts';

export const rules: readonly Rule[] = [...key, ...stores, ...files, ...source, ...image, ...container, ...exporting, ...arrival];

const FROM_FILES: ReadonlySet<FactName> = new Set(['workspace', 'refusals', 'subjects', 'judged']);

/** Rules that need nothing but the files: init runs them over its own plan. */
export const staticRules: readonly Rule[] = rules.filter(({ from }) => from.every((fact) => FROM_FILES.has(fact)));

export const ruleOf = (id: string): Rule | undefined => rules.find((rule) => rule.id === id);
