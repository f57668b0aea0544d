import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArgs } from '../../src/args.ts';
import type { Context } from '../../src/commands/context.ts';
import { run } from '../../src/commands/view.ts';
import { freePort } from '../../src/see/ports.ts';
import { batchJson, batchLines, countLines, nothingYet, traceText } from '../../src/see/watch.ts';
import { keys, screen } from '../../src/ui/screen.ts';
import { fakeTools } from '../helpers/tools.ts';
import { writeTree } from '../helpers/tree.ts';
import { span } from './span.ts';
import { gate } from '../helpers/gate.ts';
import { display } from '../helpers/display.ts';

const body = new Uint8Array(readFileSync(new URL('fixtures/node-traces.bin', import.meta.url)));

/** Starts `view`; `ready` settles when it listens, `end` is Ctrl-C. */
async function viewIn(env: Readonly<Record<string, string>>, argv: readonly string[], cwd = '.') {
  const port = await freePort(0);
  const out: string[] = [];
  const told: string[] = [];
  const events = new EventEmitter();
  const ready = once(events, 'print');
  const context: Context = {
    cwd, env, version: '0', terminal: { interactive: false, live: false, color: false, columns: 80 }, tools: fakeTools({ exec: () => ({ code: 127 }) }),
    prompts: { secret: () => Promise.reject(new Error('no')), select: () => Promise.reject(new Error('no')), confirm: () => Promise.reject(new Error('no')), text: () => Promise.reject(new Error('no')) },
    print: (text) => { told.push(text); events.emit('print'); }, warn: (text) => told.push(text), result: (text) => out.push(text), display: display(), stdin: async () => '', eachLine: async () => false, hide: () => {},
    onInterrupt: (stop) => { events.once('interrupt', stop); return () => {}; },
  };
  const report = run(await parseArgs(['view', '--port', String(port), ...argv]), context);
  const send = (path: string, headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
  return { ready, report, out, told, port, send, end: () => void events.emit('interrupt') };
}

const view = (...argv: string[]) => viewIn({}, argv);

describe('view in a pipe', () => {
  it('prints a line for each change, says once what cannot work, and ends with Ctrl-C', async () => {
    const { ready, report, out, told, port, send, end } = await view();
    await ready;
    for (let time = 0; time < 2; time++) await send('/v1/traces', { 'content-type': 'application/x-protobuf' });
    for (let time = 0; time < 2; time++) await send('/v1/trace', { 'content-type': 'application/x-protobuf' });
    end();
    expect(await report).toEqual({ schema: 1, command: 'view', exit: 0, ok: true, next: [] });
    expect(out).toEqual(['frontend-express  2 spans (+2), 1 error  last: GET /cart\n', 'frontend-express  2 spans (+2), 1 error  last: GET /cart\n']);
    expect(told[0]).toContain(`http://localhost:${port}`);
    expect(told.filter((line) => line.includes('not a path of OTLP'))).toHaveLength(1);
    await expect(send('/v1/traces', {})).rejects.toThrow('fetch failed');
  });

  it('prints one line of JSON for each batch', async () => {
    const { ready, report, out, send, end } = await view('--json');
    await ready;
    await send('/v1/traces', { 'content-type': 'application/x-protobuf' });
    end();
    await report;
    expect(out).toHaveLength(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ signal: 'traces', spans: [{ name: 'pg.query', startNs: expect.stringMatching(/^\d+$/) }, { name: 'GET /cart' }] });
  });

  it.each<[string, Readonly<Record<string, string>>, (port: number) => string]>([
    ['this machine', {}, (port) => `http://localhost:${port}/`],
    ['Gitpod', { GITPOD_WORKSPACE_ID: 'a', GITPOD_WORKSPACE_URL: 'https://acme-shop.ws-eu1.gitpod.io' }, (port) => `https://${port}-acme-shop.ws-eu1.gitpod.io/`],
    ['Codespaces', { CODESPACES: 'true', CODESPACE_NAME: 'octo', GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: 'app.github.dev' }, (port) => `https://octo-${port}.app.github.dev/`],
  ])('says where the browser finds it on %s, and answers to that name', async (_, env, url) => {
    const { ready, report, told, port, end } = await viewIn(env, []);
    await ready;
    expect(told[0]).toContain(`In the browser: ${url(port)}\n`);
    const page = await fetch(`http://127.0.0.1:${port}/api/map`, { headers: { 'x-forwarded-host': new URL(url(port)).host, origin: new URL(url(port)).origin } });
    expect([page.status, await page.json()]).toEqual([200, { period: 0, nodes: [], edges: [] }]);
    expect((await fetch(`http://127.0.0.1:${port}/api/map`, { headers: { 'x-forwarded-host': 'elsewhere.example' } })).status).toBe(403);
    end();
    await report;
  });

  it('keeps for the page what came, and answers to a name that --allow-host gives', async () => {
    const { ready, report, port, send, end } = await view('--allow-host', 'dev.example,other.example', '--max-spans', '1');
    await ready;
    await send('/v1/traces', { 'content-type': 'application/x-protobuf' });
    const answer = await fetch(`http://127.0.0.1:${port}/api/search?q=cart`, { headers: { 'x-forwarded-host': 'other.example' } });
    expect(await answer.json()).toMatchObject({ seq: expect.any(Number) as unknown });
    const events = await fetch(`http://127.0.0.1:${port}/api/live`);
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"mostSpans":1,')) text += (await reader?.read())?.value ?? '';
    expect(text).toContain(`"endpoint":"http://localhost:${port}"`);
    await reader?.cancel();
    end();
    await report;
  });

  it('tells an open page why nothing arrives, and no more once something has arrived', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'view-cause-'));
    try {
      const compose = 'services:\n  api:\n    build: .\n';
      writeTree(folder, { 'docker-compose.yml': compose, Dockerfile: 'FROM python:3.12-slim\nCMD ["flask", "run"]\n', 'requirements.txt': 'flask\n', 'app.py': 'import flask\napp = flask.Flask(__name__)\n' });
      const { ready, report, port, send, end } = await viewIn({}, [], folder);
      await ready;
      const stream = (await fetch(`http://127.0.0.1:${port}/api/live`)).body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      const until = async (wanted: string): Promise<void> => {
        while (!text.includes(wanted)) text += (await stream?.read())?.value ?? '';
      };
      await until('"cause"');
      expect(text).toContain('"cause":{"says":"No service has OTEL_* variables');
      expect(text).toContain(`"do":"npx otel-setup init --backend local --endpoint http://host.docker.internal:${port}"`);
      text = '';
      await send('/v1/traces', { 'content-type': 'application/x-protobuf' });
      await until('"traces":1,');
      expect(text).not.toContain('"cause"');
      await stream?.cancel();
      end();
      await report;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each(['x', '0', '-1', '1.5'])('refuses --max-spans %s', async (maxSpans) => {
    const args = { ...(await parseArgs(['view'])), maxSpans };
    await expect(run(args, { tools: fakeTools() } as unknown as Context)).rejects.toMatchObject({ exit: 2, message: expect.stringContaining('--max-spans') as unknown });
  });

  it.each(['x', '-1', '65536', '4318.5'])('refuses --port %s', async (port) => {
    const args = { ...(await parseArgs(['view'])), port };
    await expect(run(args, { tools: fakeTools() } as unknown as Context)).rejects.toMatchObject({ exit: 2 });
  });
});

describe('lines', () => {
  it('are one a service, without control characters', () => {
    const services = [{ service: 'a\u001b[2J', spans: 3, errors: 1, dataPoints: 0, logRecords: 0, repeated: 0, last: 'x\ny' }];
    expect(batchLines(new Map([['a\u001b[2J', 1], ['silent', 0]]), (name) => services.find(({ service }) => service === name))).toEqual(['a?[2J  3 spans (+1), 1 error  last: x y']);
    expect(countLines('logs', [{ service: 'a', count: 1 }, { service: 'b', count: 0 }])).toEqual(['a  +1 log record']);
    expect(batchJson({ signal: 'metrics', counts: [{ service: 'a', count: 2 }] })).toBe('{"signal":"metrics","counts":[{"service":"a","count":2}]}');
    expect(traceText('t', [span('t', '1')], 80)).toEqual(['trace t  1 span, 1 service', '  api     1.0 ms  work']);
  });
});

describe('while there is no table', () => {
  it('one line says so; the cause and what to do stand below it, in lines that fit', () => {
    expect(nothingYet(undefined, 80)).toEqual(['  Nothing has arrived yet.']);
    const lines = nothingYet({ says: 'Nothing is sent here: api sends to Honeycomb.', place: 'docker-compose.yml:9', do: 'npx otel-setup undo', then: `npx otel-setup init --backend ${'x'.repeat(60)}` }, 50);
    expect(lines).toEqual(['  Nothing has arrived yet.', '  Nothing is sent here: api sends to Honeycomb.', '  (docker-compose.yml:9)', '  Do:   npx otel-setup undo', '  Then: npx otel-setup init --backend', `        ${'x'.repeat(41)}…`]);
  });
});

describe('the screen', () => {
  it('draws in place, keeps what goes above, and stops', () => {
    const { draw, err } = gate();
    const one = screen(draw);
    one.draw(['a', 'b']);
    one.draw(['c']);
    one.above(['note']);
    one.end();
    one.draw(['never']);
    expect(err()).toBe(['a\nb\n', '\r\u001b[2A\u001b[Jc\n', '\r\u001b[1A\u001b[Jnote\nc\n'].join(''));
  });
  it('hears Enter and the keys that end it, and gives the terminal back', () => {
    const modes: boolean[] = [];
    const stdin = Object.assign(new EventEmitter(), { isTTY: true, destroyed: false, setRawMode: (mode: boolean) => modes.push(mode), resume: () => {}, pause: () => {} });
    const heard: string[] = [];
    const stop = keys((key) => heard.push(key), stdin as unknown as NodeJS.ReadStream);
    for (const text of ['\r', 'x', '\n', 'q', '\u0003', '\u0004']) stdin.emit('data', Buffer.from(text));
    stdin.emit('end');
    stop?.();
    stdin.emit('data', Buffer.from('q'));
    expect(heard).toEqual(['enter', 'enter', 'quit', 'quit', 'quit', 'quit']);
    expect(modes).toEqual([true, false]);
    expect(keys(() => {}, Object.assign(new EventEmitter(), { isTTY: false }) as unknown as NodeJS.ReadStream)).toBeUndefined();
  });
});

describe('freePort', () => {
  it('takes another one where the port is taken', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const address = server.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await freePort(taken)).not.toBe(taken);
    server.close();
    await once(server, 'close');
    expect(await freePort(taken)).toBe(taken);
  });
});
