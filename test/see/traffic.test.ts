import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { newTraceId, sendOne, sendUntilAnswered, traceparent } from '../../src/see/traffic.ts';

const tools = { fetch: (url: string, init?: RequestInit & { readonly ms?: number }) => fetch(url, init) };
let server: Server | undefined;
let seen: { url: string; traceparent: string }[] = [];
async function serve(answer: (url: string) => { status: number; location?: string; body?: string }): Promise<string> {
  seen = [];
  server = createServer((request, response) => {
    const url = request.url ?? '';
    seen.push({ url, traceparent: String(request.headers['traceparent']) });
    const { status, location, body } = answer(url);
    response.writeHead(status, location === undefined ? {} : { location }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}
afterEach(() => void server?.close());

it('makes trace ids and headers of the right form', () => {
  const id = newTraceId();
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(traceparent(id)).toMatch(new RegExp(`^00-${id}-[0-9a-f]{16}-01$`));
  expect(newTraceId()).not.toBe(id);
});

describe('sendOne', () => {
  it.each([200, 404, 500])('takes %s for an answer', async (status) => {
    const base = await serve(() => ({ status, body: 'x' }));
    const id = newTraceId();
    expect(await sendOne(tools, `${base}/`, id)).toEqual({ is: 'answered', status });
    expect(seen).toEqual([{ url: '/', traceparent: expect.stringContaining(id) }]);
  });
  it('follows redirects on the same host', async () => {
    const base = await serve((url) => (url === '/' ? { status: 302, location: '/next' } : { status: 200 }));
    expect(await sendOne(tools, `${base}/`, newTraceId())).toEqual({ is: 'answered', status: 200 });
    expect(seen.map(({ url }) => url)).toEqual(['/', '/next']);
  });
  it.each(['http://192.0.2.1/', 'http://localhost:1/', 'file:///etc/passwd', '//192.0.2.1/', 'http://['])('does not follow one to %s', async (location) => {
    const base = await serve(() => ({ status: 302, location }));
    expect(await sendOne(tools, `${base}/`, newTraceId())).toEqual({ is: 'answered', status: 302 });
    expect(seen).toHaveLength(1);
  });
  it('ends a loop', async () => {
    const base = await serve(() => ({ status: 302, location: '/again' }));
    expect(await sendOne(tools, `${base}/`, newTraceId())).toEqual({ is: 'answered', status: 302 });
    expect(seen).toHaveLength(6);
  });
  it('does not read a large body to its end', async () => {
    const base = await serve(() => ({ status: 200, body: 'x'.repeat(10_000_000) }));
    expect(await sendOne(tools, `${base}/`, newTraceId())).toEqual({ is: 'answered', status: 200 });
  });
  it('says why nobody answered', async () => {
    expect(await sendOne(tools, 'http://127.0.0.1:1/', newTraceId())).toMatchObject({ is: 'failed' });
  });
});

describe('sendUntilAnswered', () => {
  it('tries again while the server is starting', async () => {
    let calls = 0;
    const starting = { fetch: async () => (++calls < 3 ? Promise.reject(new Error('not yet')) : new Response('ok', { status: calls === 3 ? 502 : 200 })) };
    expect(await sendUntilAnswered(starting, 'http://127.0.0.1:1/', newTraceId(), 60_000)).toEqual({ is: 'answered', status: 200 });
    expect(calls).toBe(4);
  });
  it('ends with the time, or with the signal', async () => {
    const never = { fetch: async () => Promise.reject(new Error('no')) };
    expect(await sendUntilAnswered(never, 'http://127.0.0.1:1/', newTraceId(), 1)).toEqual({ is: 'failed', says: 'no' });
    expect(await sendUntilAnswered(never, 'http://127.0.0.1:1/', newTraceId(), 60_000, AbortSignal.abort())).toEqual({ is: 'failed', says: 'no' });
  });
});
