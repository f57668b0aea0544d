import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { account } from '../../src/backends/honeycomb/api.ts';
import { fetchWith } from '../../src/io/http.ts';
import type { Tools } from '../../src/types.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../helpers/stand-in.ts';
import { fakeTools, type Watched } from '../helpers/tools.ts';

let honeycomb: HoneycombStandIn;
beforeAll(async () => {
  honeycomb = await honeycombStandIn();
});
afterAll(() => honeycomb.close());
afterEach(() => honeycomb.behave({}));

/** Tools whose network has the stand-in at Honeycomb's two addresses. */
function world(env: Tools['env'] = {}): Watched {
  const fetch = fetchWith({});
  return fakeTools({
    env,
    now: Date.parse('2026-01-01'),
    fetch: (url, init) => fetch(url.replace('https://api.honeycomb.io', honeycomb.us).replace('https://api.eu1.honeycomb.io', honeycomb.eu), init),
  });
}
const key = (name: string) => honeycomb.keys[name] ?? '';
const US = 'https://api.honeycomb.io/1/auth';
const EU = 'https://api.eu1.honeycomb.io/1/auth';

describe('a good key', () => {
  test.each([
    ['configuration', { kind: 'configuration', region: 'us', team: 'cruddur', environment: 'bootcamp', maySend: true, mayCreate: true }, [US]],
    ['ingest', { kind: 'ingest', region: 'us', maySend: true, mayCreate: true }, [US]],
    ['classic', { kind: 'classic', region: 'us', environment: '', maySend: true }, [US]],
    ['classicIngest', { kind: 'classic-ingest', region: 'us', environment: '', maySend: true }, [US]],
    ['noSend', { kind: 'configuration', maySend: false, mayCreate: true }, [US]],
    ['noCreate', { kind: 'configuration', maySend: true, mayCreate: false }, [US]],
    ['euConfiguration', { kind: 'configuration', region: 'eu', team: 'cruddur-eu' }, [US, EU]],
    ['euIngest', { kind: 'ingest', region: 'eu' }, [EU]],
    ['oddIngest', { kind: 'ingest', region: 'eu' }, [US, EU]],
  ])('%s: whose it is and what it may do', async (name, expected, asked) => {
    const tools = world();
    expect(await account(key(name), tools)).toMatchObject({ is: 'ok', account: expected });
    expect(tools.asked).toEqual(asked);
  });

  test('says so in one line', async () => {
    const answer = await account(key('configuration'), world());
    expect(answer).toMatchObject({ account: { says: 'team cruddur · environment bootcamp · configuration key · US · may send, may create datasets' } });
  });

  test('of the other region than --region is a mistake that is named', async () => {
    expect(await account(key('euConfiguration'), world(), 'us')).toEqual({
      is: 'rejected', says: 'The key is good, but it belongs to the region EU; --region us was said.', hint: 'leave --region out, or say --region eu',
    });
  });

  test('is asked for at HONEYCOMB_API_ENDPOINT alone', async () => {
    const tools = world({ HONEYCOMB_API_ENDPOINT: 'api.eu1.honeycomb.io:443' });
    expect(await account(key('euConfiguration'), tools)).toMatchObject({ is: 'ok', account: { region: 'eu' } });
    expect(tools.asked).toEqual([EU]);
  });
});

describe('a key that will not do', () => {
  test.each([
    ['unknown in both regions', 'TestUnknownKey'.padEnd(22, '0'), /does not know this key \(neither api.honeycomb.io nor api.eu1.honeycomb.io\)/],
    ['disabled', 'disabled', /attempted to use disabled API key/],
    ['expired', 'expired', /expired on 2020-01-01/],
  ])('%s', async (_name, which, says) => {
    const answer = await account(key(which) || which, world());
    expect(answer).toMatchObject({ is: 'rejected', says: expect.stringMatching(says) });
    expect(JSON.stringify(answer)).not.toContain(key(which) || which);
  });

  test('of no known shape is not sent anywhere', async () => {
    const tools = world();
    expect(await account('hcaik_short', tools)).toMatchObject({ is: 'rejected' });
    expect(tools.asked).toEqual([]);
  });
});

describe('Honeycomb is not reached', () => {
  test.each([
    ['429', { status: 429 }, /api.honeycomb.io: too many requests just now \(429\)/],
    ['500', { status: 503 }, /it answered 503/],
    ['a dropped connection', { drop: true }, /the connection was cut/],
    ['something else that answers', { status: 200, error: 'captive portal' }, /the answer is not Honeycomb's/],
    ['a redirect, which would take the key elsewhere', { status: 302, headers: { location: 'http://elsewhere.test/' } }, /it answered 302/],
  ])('%s', async (_name, how, says) => {
    await honeycomb.behave(how);
    const answer = await account(key('ingest'), world());
    expect(answer).toMatchObject({ is: 'unreachable', says: expect.stringMatching(says), hint: expect.stringContaining('--offline') });
  });

  test('says through which proxy, without its password', async () => {
    const tools = fakeTools({ env: { HTTPS_PROXY: 'http://me:hidden@proxy.test:3128' }, fetch: async () => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) })) });
    expect(await account(key('ingest'), tools)).toEqual({
      is: 'unreachable',
      says: 'Honeycomb was not reached: api.honeycomb.io through the proxy http://proxy.test:3128: nothing listens there (ECONNREFUSED).',
      hint: 'check the network, or go on without asking: --offline',
    });
  });

  test('in one region, but the key is of the other', async () => {
    const fetch = fetchWith({});
    const tools = fakeTools({ fetch: (url, init) => (url.startsWith(US) ? Promise.reject(new TypeError('fetch failed')) : fetch(url.replace('https://api.eu1.honeycomb.io', honeycomb.eu), init)) });
    expect(await account(key('euConfiguration'), tools)).toMatchObject({ is: 'ok', account: { region: 'eu' } });
    expect(await account('TestUnknownKey'.padEnd(22, '0'), tools)).toMatchObject({ is: 'unreachable' });
  });
});
