import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { load, save } from '../../src/commands/view/files.ts';
import { Arrivals } from '../../src/see/page/arrivals.ts';
import { limitsFor } from '../../src/see/page/store.ts';
import { arrived, jsonRequest } from './otlp.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'view-files-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
const opened = async (path: string) => {
  const arrivals = new Arrivals(limitsFor(1000));
  return { said: await load(path, arrivals), arrivals };
};

describe('--save and --load', () => {
  it('what was saved is there again: traces, metrics and logs', async () => {
    const path = join(folder, 'a.jsonl');
    const saving = save(path, (sentence) => { throw new Error(sentence); });
    saving.add({ signal: 'traces', bytes: fixture('python-traces.bin') });
    saving.add({ signal: 'metrics', bytes: fixture('python-metrics.bin') });
    saving.add({ signal: 'logs', bytes: fixture('python-logs.bin') });
    await saving.close();
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
    const saving = save(path, () => {});
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
    expect(() => save(join(folder, 'no/such/folder'), () => {})).toThrow('cannot be written');
  });
});
