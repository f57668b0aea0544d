import { describe, expect, test } from 'vitest';
import { endDeaf } from '../../../src/commands/verify/end-deaf.ts';
import { hears, sentAfter } from '../../../src/see/verify/deaf.ts';
import { fakeTools } from '../../helpers/tools.ts';

const SIGTERM = 15;
const SIGINT = 2;
const status = (blocked: string, caught: string): string => `Name:\tx\nSigPnd:\t0000000000000000\nSigBlk:\t${blocked}\nSigIgn:\t0000000001001000\nSigCgt:\t${caught}\n`;
/** As Python, gunicorn and a small init have it. */
const PYTHON = status('0000000000000000', '0000000100000002');
const GUNICORN = status('0000000000000000', '0000000108097a07');
const INIT = status('fffffffe7ffbfeff', '0000000000000000');

test.each<[string, string, number, boolean | undefined]>([
  ['Python has no handler for SIGTERM', PYTHON, SIGTERM, false],
  ['and one for SIGINT', PYTHON, SIGINT, true],
  ['gunicorn has one', GUNICORN, SIGTERM, true],
  ['an init waits for it', INIT, SIGTERM, true],
  ['no status', 'cat: not found\n', SIGTERM, undefined],
  ['half a status', 'SigBlk:\t0000000000000000\n', SIGTERM, undefined],
])('%s', (_why, text, signal, heard) => expect(hears(text, signal)).toBe(heard));

test.each<[number, readonly (string | undefined)[], number]>([
  [0, [], 6_000],
  [4_000, [undefined, '100'], 2_000],
  [60_000, [], 0],
  [1_000, ['8000', ''], 8_000],
  [0, ['soon', '-5'], 6_000],
])('%i ms after the last request, with delays of %j, all is sent in %i ms', (since, delays, ms) => expect(sentAfter(since, delays)).toBe(ms));

const one = (Id: string, Config: Readonly<Record<string, unknown>> = {}, Running = true) => ({ Id, State: { Running }, Config });
async function ended(containers: readonly ReturnType<typeof one>[], sentAfterMs: number, answers: Readonly<Record<string, string>> = {}) {
  const tools = fakeTools({ exec: (argv) => (argv[1] === 'inspect' ? { out: JSON.stringify(containers) } : argv[1] === 'exec' ? (answers[argv[2] ?? ''] === '' ? { code: 126 } : { out: answers[argv[2] ?? ''] ?? PYTHON }) : undefined) });
  await endDeaf(containers.map(({ Id }) => Id), sentAfterMs, tools);
  return tools.ran.filter((argv) => argv[1] === 'stop');
}

describe('containers that are only waited for', () => {
  test('those get the time until everything is sent, the others are left to Compose', async () => {
    const containers = [one('deaf'), one('hears'), one('own-time', { StopTimeout: 30 }), one('own-signal', { StopSignal: 'SIGINT' }), one('term', { StopSignal: 'SIGTERM' }), one('odd-signal', { StopSignal: 'SIGRTMIN+3' }), one('unknown'), one('ended', {}, false)];
    expect(await ended(containers, 2_100, { hears: GUNICORN, unknown: '' })).toEqual([['docker', 'stop', '-t', '3', 'deaf', 'term']]);
  });
  test('all is sent: a second is left for what is on its way', async () => expect(await ended([one('deaf')], 0)).toEqual([['docker', 'stop', '-t', '1', 'deaf']]));
  test('where nothing would be gained, and where Docker says nothing, none is touched', async () => {
    expect(await ended([one('deaf')], 9_500)).toEqual([]);
    expect(await ended([], 0)).toEqual([]);
    const tools = fakeTools({ exec: () => ({ code: 1, out: 'Error' }) });
    await endDeaf(['deaf'], 0, tools);
    expect(tools.ran).toHaveLength(1);
  });
});
