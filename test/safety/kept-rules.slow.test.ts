/** Expressions that are put together from data, which `npm run check` cannot read: the makers' rules about secrets. */
import { describe, expect, test } from 'vitest';

import { judge as untyped } from '../../.config/linear.mjs';
import { ASSIGNED } from '../../src/ui/secret-names.ts';
import { keptRules } from '../../src/ui/secret-rules.ts';

type Verdict = { readonly linear: boolean; readonly why?: string; readonly degree?: number };
const judge = untyped as unknown as (source: string, flags: string) => Verdict;

describe('what is put together from parts that are handed in', () => {
  // Their lengths have bounds, and a key is tried where its maker's word stands: quadratic within a bound is what is let.
  const rules = [...keptRules().map(({ match }) => match), ...ASSIGNED.map(([, match]) => match)];
  test('none is exponential or worse than quadratic', () => {
    const wrong = rules.filter(({ source, flags }) => {
      const verdict = judge(source, flags);
      return !verdict.linear && (verdict.why === 'exponential' || (verdict.degree ?? 2) > 2);
    });
    expect(wrong.map(({ source }) => source)).toEqual([]);
    expect(rules.length).toBeGreaterThan(100);
  }, 120_000);
});
