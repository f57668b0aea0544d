import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { execUntil, startChild, stopChild } from '../../src/io/child.ts';

const env = { PATH: process.env['PATH'] ?? '' };
const node = (code: string): string[] => [process.execPath, '-e', code];
/** Starts a program; `line` settles with its first line. */
async function started(code: string) {
  const lines: string[] = [];
  const first = new EventEmitter();
  const line = once(first, 'line').then(([text]) => String(text));
  const child = await startChild(node(code), { cwd: '.', env, output: (text) => { lines.push(text); first.emit('line', text); } });
  return { child, line, lines };
}

describe('a program that runs on', () => {
  it('gives its lines, its code, and nothing of our environment', async () => {
    const { child, lines } = await started('console.log("a\\nb"); process.stderr.write(String(process.env.HOME)); process.exitCode = 3');
    expect(await child.ended).toBe(3);
    expect(lines.toSorted()).toEqual(['a', 'b', 'undefined']);
  });
  it('gets the signal, and may end by itself', async () => {
    const { child, line } = await started('process.on("SIGINT", () => process.exit(7)); setInterval(() => {}, 1000); console.log("ready")');
    await line;
    expect(await stopChild(child, 60_000)).toBe(7);
  });
  it('is killed where it does not end, with what it started', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const inner = `process.on("SIGINT",()=>{});require("node:net").connect(${port},"127.0.0.1",()=>console.log("ready"))`;
    const { child, line } = await started(`process.on("SIGINT",()=>{}); require("node:child_process").spawn(process.execPath,["-e",${JSON.stringify(inner)}],{stdio:"inherit"})`);
    const [socket] = await once(server, 'connection');
    await line;
    const gone = new Promise((closed) => socket.on('error', () => {}).on('close', closed).resume());
    expect(await stopChild(child, 50)).toBe(137);
    await gone;
    server.close();
  });
  it('that does not exist has code 127', async () => {
    const child = await startChild(['otel-setup-no-such-program'], { cwd: '.', env, output: () => {} });
    expect(await child.ended).toBe(127);
    child.signal('SIGKILL');
  });
});

describe('execUntil', () => {
  it('is exec as long as nobody stops it', async () => {
    const exec = execUntil(new AbortController().signal, env);
    expect(await exec(node('console.log(process.env.X); console.error("e"); process.exitCode = 2'), { env: { X: '1' } })).toEqual({ code: 2, out: '1\n', err: 'e\n' });
    expect((await exec(['otel-setup-no-such-program'])).code).toBe(127);
  });
  it('ends the program with the signal', async () => {
    const stop = new AbortController();
    const running = execUntil(stop.signal, env)(node('setInterval(() => {}, 1000)'));
    stop.abort();
    expect((await running).code).toBe(130);
    expect((await execUntil(stop.signal, env)(node(''))).code).toBe(130);
  });
  it('ends it when the time is up', async () => {
    expect((await execUntil(new AbortController().signal, env)(node('setInterval(() => {}, 1000)'), { ms: 50 })).code).toBe(124);
  });
});
