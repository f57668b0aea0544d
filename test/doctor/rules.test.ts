/**
 * Each rule speaks where it must and is silent where it must not: a folder (and facts, where a probe finds them) in,
 * findings out. UPDATE=1 writes out/ of the cases that are fixed; read the difference before you commit it.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { rules } from '../../src/doctor/rules/index.ts';
import { treeOf, writeTree } from '../helpers/tree.ts';
import { healthyCases, ruleCases, type DoctorCase } from './cases.ts';
import { consult } from './consult.ts';

const update = process.env['UPDATE'] !== undefined;
const named = (a: { rule: string; service?: string | undefined; status: string }) => `${a.rule} ${a.service ?? '-'} ${a.status}`;

async function holds(one: DoctorCase): Promise<void> {
  const seen = await consult(one);
  expect(seen.findings.map(named).toSorted()).toEqual(one.expect.map(named).toSorted());
  expect(seen.cause).toBe(one.cause ?? one.expect.find(({ status }) => status === 'broken')?.rule);
  if (!one.fixed) return;
  const out = join(one.folder, 'out');
  if (update) {
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    writeTree(out, seen.changed);
  }
  expect(seen.refused).toEqual([]);
  expect(existsSync(out) ? treeOf(out) : 'no out/ yet').toEqual(seen.changed);
  expect(seen.after).toEqual([]);
}

describe.each(ruleCases)('$rule: $name', (one) => {
  it(one.title, async () => holds(one));
});

describe.each(healthyCases)('healthy: $name', (one) => {
  it(one.title, async () => {
    expect(one.expect.filter(({ status }) => status === 'broken')).toEqual([]);
    await holds(one);
  });
});

describe('every rule', () => {
  it.each(rules.map(({ id }) => id))('%s has a case where it speaks and a close relative where it is silent', (id) => {
    const own = ruleCases.filter(({ rule }) => rule === id);
    expect(own.filter((one) => one.expect.some(({ rule }) => rule === id)).map(({ name }) => name)).not.toEqual([]);
    expect(own.filter((one) => one.expect.every(({ rule }) => rule !== id)).map(({ name }) => name)).not.toEqual([]);
  });
  it('has a name of its own, of its hop', () => {
    expect(rules.filter(({ id, hop }) => !new RegExp(`^${hop}\\.[a-z0-9]+(?:-[a-z0-9]+)*$`).test(id)).map(({ id }) => id)).toEqual([]);
    expect(rules.map(({ id }) => id).filter((id, i, all) => all.indexOf(id) !== i)).toEqual([]);
  });
  it('of the hops files and source needs nothing but files', () => {
    const fromFiles = new Set(['workspace', 'refusals', 'subjects', 'judged']);
    expect(rules.filter(({ hop, from }) => (hop === 'files' || hop === 'source') && from.some((fact) => !fromFiles.has(fact))).map(({ id }) => id)).toEqual([]);
  });
  it('has cases only under its own name', () => {
    const ids = new Set(rules.map(({ id }) => id));
    expect([...new Set(ruleCases.map(({ rule }) => rule))].filter((rule) => !ids.has(rule))).toEqual([]);
  });
});
