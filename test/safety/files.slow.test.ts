/** `view --load` and `--save` of the built program: files that are none, that have no end, that are too large; a disk that is full. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonRequest } from '../see/otlp.ts';
import { place, programOnPath, start, type Place } from './program.ts';

const MIB = 1024 * 1024;
const ONE = `${JSON.stringify(jsonRequest({ trace: 1, span: 1 }))}\n`;
const view = (at: Place, ...words: readonly string[]) => start(at, ['view', '--host', '127.0.0.1', '--port', '0', ...words]);

/** Waits until `what` was said on standard error; gives all of it. */
function said(child: ReturnType<typeof view>['child'], what: RegExp): Promise<string> {
  let text = '';
  return new Promise((done, failed) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      text += String(chunk);
      if (what.test(text)) done(text);
    });
    child.once('close', () => failed(new Error(`${String(what)} was not said: ${text}`)));
  });
}
/** The most memory that the process has had, in MB. Of a process that is alive. */
const mostMemory = (pid = 0): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;

describe('view --load', () => {
  test.each(['/dev/zero', '/dev/stdin', '/dev/tty', 'pipe', 'folder', 'loop'])('%s is refused at once', async (kind) => {
    const at = place({});
    if (kind === 'pipe') execFileSync('mkfifo', [join(at.folder, kind)]);
    if (kind === 'folder') mkdirSync(join(at.folder, kind));
    if (kind === 'loop') symlinkSync('loop', join(at.folder, 'loop'));
    const { code, err } = await start(at, ['view', '--load', kind], { stdin: 'open' }).ended;
    expect([code, err]).toEqual([1, expect.stringMatching(/is a (device|pipe|socket|folder)|cannot be read/)]);
  });

  test('a line of 700 MB is passed over, and what stands around it is shown, in little memory', async () => {
    const at = place({});
    const file = join(at.folder, 'a.jsonl');
    const fd = openSync(file, 'w');
    writeSync(fd, ONE);
    truncateSync(file, 700 * MIB);
    writeSync(fd, `\n${ONE}`, 700 * MIB);
    closeSync(fd);
    const { child, ended } = view(at, '--load', 'a.jsonl');
    const text = await said(child, /Receiving OTLP/);
    expect(text).toMatch(/2 spans in 1 trace; left out: line 2 has more than 16 MiB|1 span in 1 trace; left out: line 2 has more than 16 MiB/);
    expect(mostMemory(child.pid)).toBeLessThan(500);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });

  test.each([
    ['spans', 'resourceSpans', 'scopeSpans', 'spans', (i: number) => ({ traceId: (i + 1).toString(16).padStart(32, '0'), spanId: (i + 1).toString(16).padStart(16, '0'), name: 'a' })],
    ['log records', 'resourceLogs', 'scopeLogs', 'logRecords', (i: number) => ({ timeUnixNano: String(i), body: { stringValue: `hello ${i}` } })],
  ])('the longest line of %s that is read takes less than 500 MB', async (_, outer, scope, list, item) => {
    const at = place({});
    const items: string[] = [];
    for (let length = 0; length < 15 * MIB && items.length < 450_000; length += (items.at(-1)?.length ?? 0) + 1) items.push(JSON.stringify(item(items.length)));
    const line = `{"${outer}":[{"${scope}":[{"${list}":[${items.join(',')}]}]}]}\n`;
    writeFileSync(join(at.folder, 'a.jsonl'), line.repeat(3));
    const { child, ended } = view(at, '--load', 'a.jsonl');
    await said(child, /Receiving OTLP/);
    expect(mostMemory(child.pid)).toBeLessThan(500);
    child.kill('SIGINT');
    await ended;
  });

  test('Ctrl-C ends it while it reads, also in the midst of a line', async () => {
    const at = place({});
    const logs = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${Array.from({ length: 250_000 }, (_, i) => `{"timeUnixNano":"${i}","body":{"stringValue":"hello"}}`).join(',')}]}]}]}\n`;
    writeFileSync(join(at.folder, 'a.jsonl'), logs.repeat(20));
    const { child } = view(at, '--load', 'a.jsonl');
    await said(child, /reading .*…/);
    const processor = (): number => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13).reduce((sum, ticks) => sum + Number(ticks) / 100, 0) ?? 0;
    const before = processor();
    child.kill('SIGINT');
    let last = before;
    // Its own time on the processor: how busy the machine is must not matter.
    const look = setInterval(() => {
      try {
        last = processor();
      } catch {}
    }, 20);
    const [code, signal] = await once(child, 'exit') as [number | null, string | null];
    clearInterval(look);
    expect([code, signal]).toEqual([null, 'SIGINT']);
    expect(last - before).toBeLessThan(1);
  });
});

describe('view --save', () => {
  test('/dev/full and a pipe are refused, and nothing waits for a reader', async () => {
    const at = place({});
    execFileSync('mkfifo', [join(at.folder, 'pipe')]);
    for (const path of ['/dev/full', 'pipe', '.']) expect(await view(at, '--save', path).ended).toMatchObject({ code: 1, err: expect.stringMatching(/is a (device|pipe)|it is a folder/) as unknown });
  });

  const isRoot = process.getuid?.() === 0 && programOnPath('mount') !== undefined;
  test.skipIf(!isRoot)('a full disk is said once, and the exit code tells', async () => {
    const at = place({});
    const disk = join(at.home, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    try {
      const { child, ended } = view(at, '--save', join(disk, 'a.jsonl'));
      const url = /Receiving OTLP\/HTTP at (\S+)/.exec(await said(child, /Ctrl-C ends it/))?.[1];
      const send = async (trace: number) => (await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(jsonRequest({ trace, span: 1, name: 'x'.repeat(5000) })) })).status;
      for (let trace = 1; trace <= 40; trace++) expect(await send(trace)).toBe(200);
      child.kill('SIGINT');
      const { code, err } = await ended;
      expect(code).toBe(1);
      expect(err.match(/Nothing more is saved to .*a\.jsonl: the disk is full\./g)).toHaveLength(1);
      expect(statSync(join(disk, 'a.jsonl')).size).toBeGreaterThan(0);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
