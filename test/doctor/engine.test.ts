/** What the engine alone decides: which of several findings is shown, what is blocked, what was not looked at. */
import { describe, expect, it } from 'vitest';

import { diagnose } from '../../src/doctor/engine.ts';
import type { Finding, Hop, Rule } from '../../src/doctor/types.ts';

const page = { symptoms: ['-'], why: '-', check: ['-'], fix: ['-'] };
const saying = (id: string, hop: Hop, ...findings: readonly Omit<Finding, 'because' | 'says'>[]): Rule => ({ id, hop, title: id, from: [], page, find: () => findings.map((one) => ({ because: [], says: id, ...one })) });
const shown = (...rules: readonly Rule[]) => diagnose({}, rules).lines.map(({ rule, service, status }) => `${rule} ${service ?? '-'} ${status}`);

const KEY = 'secret:HONEYCOMB_API_KEY';

describe('of several findings about one thing', () => {
  it.each([
    ['the first of a service explains the later one', [{ service: 'api', status: 'broken', about: 'X' }], [{ service: 'api', status: 'broken', about: 'X' }], ['files.a api broken']],
    ['another service has its own', [{ service: 'api', status: 'broken', about: 'X' }], [{ service: 'web', status: 'broken', about: 'X' }], ['files.a api broken', 'files.b web broken']],
    ['another thing is another finding', [{ service: 'api', status: 'broken', about: 'X' }], [{ service: 'api', status: 'broken', about: 'Y' }], ['files.a api broken', 'files.b api broken']],
    ['a break of the workspace explains that of a service', [{ status: 'broken', about: KEY }], [{ service: 'api', status: 'broken', about: KEY }], ['files.a - broken']],
    ['and its warning', [{ status: 'broken', about: KEY }], [{ service: 'api', status: 'warn', about: KEY }], ['files.a - broken']],
    ['a warning of the workspace explains a warning', [{ status: 'warn', about: KEY }], [{ service: 'api', status: 'warn', about: KEY }], ['files.a - warn']],
    ['but no break', [{ status: 'warn', about: KEY }], [{ service: 'api', status: 'broken', about: KEY }], ['files.a - warn', 'files.b api broken']],
    ['what is well explains nothing', [{ status: 'ok', about: KEY }], [{ service: 'api', status: 'broken', about: KEY }], ['files.a - ok', 'files.b api broken']],
    ['a service explains nothing of the workspace', [{ service: 'api', status: 'broken', about: KEY }], [{ status: 'broken', about: KEY }], ['files.a api broken', 'files.b - broken']],
    ['without `about` each stands for itself', [{ service: 'api', status: 'broken' }], [{ service: 'api', status: 'broken' }], ['files.a api broken', 'files.b api broken']],
  ] as const)('%s', (_, first, second, expected) => {
    expect(shown(saying('files.a', 'files', ...first), saying('files.b', 'files', ...second)).toSorted()).toEqual([...expected].toSorted());
  });
});

describe('behind a break', () => {
  it('what a later hop says of that service is blocked; another service is not', () => {
    expect(shown(saying('files.a', 'files', { service: 'api', status: 'broken' }), saying('export.a', 'export', { service: 'api', status: 'broken' }, { service: 'web', status: 'broken' }))).toEqual([
      'files.a api broken', 'export.a api blocked', 'export.a web broken',
    ]);
  });
  it('a rule that throws is our bug; the others still speak', () => {
    const throws: Rule = { id: 'files.bad', hop: 'files', title: '', from: [], page, find: () => { throw new Error('oops'); } };
    expect(shown(throws, saying('files.a', 'files', { service: 'api', status: 'warn' }))).toEqual(['files.a api warn', 'files.bad - crashed']);
  });
  it('a fact that is not known is skipped, never ok', () => {
    const needs: Rule = { id: 'container.a', hop: 'container', title: '', from: ['containers'], page, find: () => [] };
    expect(diagnose({ containers: { missing: 'Docker does not answer' } }, [needs])).toMatchObject({ certain: false, lines: [{ rule: 'container.a', status: 'skipped', says: 'Docker does not answer' }] });
  });
});
