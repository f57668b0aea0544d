import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { linesOf } from '../../src/io/lines.ts';
import { load, save } from '../../src/commands/view/files.ts';
import { Arrivals } from '../../src/see/page/arrivals.ts';
import { limitsFor } from '../../src/see/page/store.ts';
import { fakeTools } from '../helpers/tools.ts';
import { arrived, jsonRequest } from './otlp.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'view-files-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
const opened = async (path: string) => {
  const arrivals = new Arrivals(limitsFor(1000));
  return { said: await load(path, arrivals, fakeTools()), arrivals };
};

describe('--save and --load', () => {
  it('what was saved is there again: traces, metrics and logs', async () => {
    const path = join(folder, 'a.jsonl');
    const saving = save(path, folder, (sentence) => { throw new Error(sentence); });
    saving.add({ signal: 'traces', bytes: fixture('python-traces.bin') });
    saving.add({ signal: 'metrics', bytes: fixture('python-metrics.bin') });
    saving.add({ signal: 'logs', bytes: fixture('python-logs.bin') });
    expect(await saving.close()).toBe(true);
    expect(readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => Object.keys(JSON.parse(line) as object)[0])).toEqual(['resourceSpans', 'resourceMetrics', 'resourceLogs']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { said, arrivals } = await opened(path);
    expect(said).toMatch(/: \d+ spans? in \d+ traces?$/);
    expect(arrivals.traces.spans).toBe(arrivals.services().reduce((sum, { spans }) => sum + spans, 0));
    expect(arrivals.traces.spans).toBeGreaterThan(0);
    expect([arrivals.signals.logCount > 0, arrivals.signals.seriesCount > 0]).toEqual([true, true]);
  });
  it('a file that is there is continued', async () => {
    const path = join(folder, 'a.jsonl');
    writeFileSync(path, '{"resourceSpans":[]}\n');
    const saving = save(path, folder, () => {});
    saving.add(arrived({ trace: 1, span: 1 }));
    await saving.close();
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
  });
  it('says which line is not OTLP, and shows the others', async () => {
    const path = join(folder, 'b.jsonl');
    writeFileSync(path, `${JSON.stringify(jsonRequest({ trace: 1, span: 1 }))}\r\n\n{"resourceSpans":[{"scopeSp\n${JSON.stringify(jsonRequest({ trace: 2, span: 1 }))}`);
    expect((await opened(path)).said).toContain('2 spans in 2 traces; left out: line 3 is not JSON, or was cut off');
  });
  it.each([['', 'it is empty'], ['{}\n', 'line 1 has none of']])('%j holds nothing', async (text, says) => {
    const path = join(folder, 'c.jsonl');
    writeFileSync(path, text);
    await expect(opened(path)).rejects.toMatchObject({ exit: 1, message: expect.stringContaining(says) as unknown, hint: expect.stringContaining('--save') as unknown });
  });
  it('a file that is not there, a folder, a place that cannot be written', async () => {
    await expect(opened(join(folder, 'none'))).rejects.toMatchObject({ exit: 1, message: expect.stringContaining('there is no such file') as unknown });
    await expect(opened(folder)).rejects.toMatchObject({ exit: 1 });
    expect(() => save(join(folder, 'no/such/folder'), folder, () => {})).toThrow('cannot be written');
  });
});

/** Something of that kind in the folder; a pipe is not held open by anybody. */
async function made(kind: string): Promise<string> {
  const path = join(folder, kind.replaceAll('/', '_'));
  if (kind.startsWith('/')) return kind;
  if (kind === 'pipe') execFileSync('mkfifo', [path]);
  if (kind === 'folder') mkdirSync(path);
  if (kind === 'socket') {
    const server = createServer().listen(path);
    closing.push(() => void server.close());
    await new Promise((done) => server.once('listening', done));
  }
  return path;
}
const closing: (() => void)[] = [];
afterEach(() => { for (const close of closing.splice(0)) close(); });

describe('what is no file', () => {
  it.each(['/dev/zero', '/dev/null', '/dev/full', 'pipe', 'folder', 'socket'])('%s is neither read nor written', async (kind) => {
    const path = await made(kind);
    await expect(opened(path)).rejects.toMatchObject({ exit: 1, message: expect.stringMatching(/is a (device|pipe|folder|socket)/) as unknown, hint: expect.stringContaining('view --save') as unknown });
    expect(() => save(path, folder, () => {})).toThrow(/is a (device|pipe|folder|socket)|it is a folder/);
  });
  it('a link at the name, or on the way, is not written through', () => {
    const outside = mkdtempSync(join(tmpdir(), 'view-outside-'));
    closing.push(() => rmSync(outside, { recursive: true }));
    writeFileSync(join(outside, 'profile'), 'mine\n');
    symlinkSync(join(outside, 'profile'), join(folder, 'a.jsonl'));
    symlinkSync(join(outside, 'none'), join(folder, 'new.jsonl'));
    symlinkSync(outside, join(folder, 'out'));
    linkSync(join(outside, 'profile'), join(folder, 'hard.jsonl'));
    expect(() => save(join(folder, 'a.jsonl'), folder, () => {})).toThrow('is a link');
    expect(() => save(join(folder, 'new.jsonl'), folder, () => {})).toThrow('is a link');
    expect(() => save(join(folder, 'out/b.jsonl'), folder, () => {})).toThrow('leads out of this folder');
    expect(() => save(join(folder, 'hard.jsonl'), folder, () => {})).toThrow('hard link');
    expect(execFileSync('find', [outside, '-type', 'f'], { encoding: 'utf8' }).trim()).toBe(join(outside, 'profile'));
    expect(readFileSync(join(outside, 'profile'), 'utf8')).toBe('mine\n');
  });
  it('what is packed, is said', async () => {
    const path = join(folder, 'a.jsonl.gz');
    writeFileSync(path, gzipSync('{}\n'));
    await expect(opened(path)).rejects.toMatchObject({ message: expect.stringContaining('gunzip') as unknown });
  });
  it('binary is refused line by line', async () => {
    const path = join(folder, 'noise');
    writeFileSync(path, Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7919) % 256)));
    await expect(opened(path)).rejects.toMatchObject({ message: expect.stringMatching(/line 1 (is not|has none)/) as unknown });
  });
});

describe('lines of any length', () => {
  const small = JSON.stringify(jsonRequest({ trace: 1, span: 1 }));
  it('ends of lines at any place of a piece', async () => {
    const path = join(folder, 'a.jsonl');
    const padded = (bytes: number): string => `${small}${' '.repeat(bytes - small.length)}`;
    const mebibyte = 1024 * 1024;
    writeFileSync(path, [padded(mebibyte), padded(mebibyte - 1), padded(mebibyte - 2), padded(3 * mebibyte), '', padded(mebibyte + 5), small].join('\n'));
    const numbers: number[] = [];
    for await (const line of linesOf(path, { longest: 2 * mebibyte })) numbers.push(line === 'too long' ? -1 : line.length);
    expect(numbers).toEqual([mebibyte, mebibyte - 1, mebibyte - 2, -1, 0, mebibyte + 5, small.length]);
  });
});
