/**
 * Repositories that attack, every command on each: nothing of theirs runs, nothing leaves the machine, nothing outside of
 * them changes, no secret of the environment is seen, and everything ends in bounded time and memory.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test, vi } from 'vitest';
import { ATTACKS } from './attacks/repositories.ts';
import { tried } from './attacks/watch.ts';

vi.setConfig({ maxConcurrency: 3 });
const top = realpathSync(mkdtempSync(join(tmpdir(), 'otel-setup-attacks-')));
afterAll(() => rmSync(top, { recursive: true, force: true }));

test('there are at least sixty, each with a name of its own', () => {
  expect(ATTACKS.length).toBeGreaterThanOrEqual(60);
  expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
});

describe.concurrent('an attack comes to nothing', () => {
  test.each(ATTACKS.map((attack, index) => [attack.name, attack, index] as const))('%s', async (_, attack, index) => {
    const place = join(top, String(index));
    mkdirSync(place);
    const wrong = await tried(attack, place, inject('program'));
    rmSync(place, { recursive: true, force: true });
    expect(wrong.join('\n'), `It tries to ${attack.tries}.`).toBe('');
  });
});
