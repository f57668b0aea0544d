/**
 * Every cause that is known, from the OpenTelemetry SDKs' own traps to what real workspaces had in their history (w…):
 * each has a rule, or the reason why it has none.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { rules } from '../../src/doctor/rules/index.ts';

const shape = z.array(z.union([
  z.strictObject({ n: z.union([z.int(), z.string()]), cause: z.string().min(1), rules: z.array(z.string()).min(1) }),
  z.strictObject({ n: z.union([z.int(), z.string()]), cause: z.string().min(1), because: z.string().min(20) }),
]));
const catalogue = shape.parse(JSON.parse(readFileSync(fileURLToPath(new URL('catalogue.json', import.meta.url)), 'utf8')));
const ids = new Set(rules.map(({ id }) => id));

describe('the catalogue of causes', () => {
  it('has every number once', () => {
    const numbers = catalogue.map(({ n }) => n);
    expect(numbers.filter((n) => typeof n === 'number')).toEqual(Array.from({ length: 112 }, (_, i) => i + 1));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
  it.each(catalogue.flatMap((one) => ('rules' in one ? [one] : [])))('$n: $cause', (one) => {
    expect(one.rules.filter((id) => !ids.has(id))).toEqual([]);
  });
});
