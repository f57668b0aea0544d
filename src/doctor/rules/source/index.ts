import type { Rule } from '../../types.ts';
import { brokenCode } from './broken-code.ts';
import { browsers } from './browser.ts';
import { dotenvOrder } from './dotenv-late.ts';
import { exporting } from './exporter.ts';
import { factories } from './factory.ts';
import { httpInstrumentation } from './http-off.ts';
import { names } from './names.ts';
import { neverRun } from './never-called.ts';
import { ordering } from './order.ts';
import { providers } from './provider.ts';
import { requirements } from './requirements.ts';
import { samplers } from './sampler.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [...brokenCode, ...requirements, ...names, ...neverRun, ...providers, ...samplers, ...httpInstrumentation, ...ordering, ...dotenvOrder, ...factories, ...exporting, ...browsers];
