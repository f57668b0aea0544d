/**
 * Every case of every format: test/formats/<format>/<case>/ holds `before.*`, `change.json` (a list of changes) and either
 * `after.*` or `refused.txt` ('line: sentence', or the sentence alone). A new case is a new folder; no test code.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isApplied } from '../../src/formats/apply.ts';
import { formatOf } from '../../src/formats/index.ts';
import { prove, proveText } from '../../src/formats/prove.ts';
import { isRefusal } from '../../src/formats/refusal.ts';
import { applySplices, invertSplices } from '../../src/formats/splices.ts';
import type { Change, Format, Model } from '../../src/types.ts';

interface Case {
  readonly format: string;
  readonly name: string;
  readonly before: string;
  readonly changes: readonly Change[];
  readonly after?: string;
  readonly refused?: string;
}

const here = new URL('.', import.meta.url).pathname;
const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

function readCase(format: string, name: string): Case {
  const folder = join(here, format, name);
  const files = readdirSync(folder);
  const text = (start: string): string | undefined => {
    const file = files.find((f) => f.startsWith(start));
    return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8');
  };
  const [after, refused] = [text('after.'), text('refused.txt')?.trim()];
  if ((after === undefined) === (refused === undefined)) throw new Error(`${format}/${name} needs either after.* or refused.txt`);
  const changes = JSON.parse(text('change.json') ?? '') as Change[];
  return { format, name, before: text('before.') ?? '', changes, ...(after === undefined ? {} : { after }), ...(refused === undefined ? {} : { refused }) };
}

const cases = folders(here).flatMap((format) => folders(join(here, format)).map((name) => readCase(format, name)));
const moves = (change: Change): boolean => change.do === 'prefix' || typeof change.at.at(-1) === 'number';

function modelOf(format: Format, text: string): Model {
  const parsed = format.parse(text);
  if (isRefusal(parsed)) throw new Error(parsed.refused);
  return parsed.model;
}

test('there are cases', () => {
  expect(cases.length).toBeGreaterThan(0);
});

describe.each([...new Set(cases.map((c) => c.format))])('%s', (id) => {
  const format = formatOf(id);
  const mine = cases.filter((c) => c.format === id);

  test.each(mine.filter((c) => c.refused !== undefined))('$name is refused', ({ before, changes, refused }) => {
    const answer = prove(format, before, changes);
    if (!isRefusal(answer)) throw new Error(`not refused, but:\n${answer.after}`);
    const withLine = /^\d+: /.test(refused ?? '') && answer.line !== undefined;
    expect(withLine ? `${answer.line}: ${answer.refused}` : answer.refused).toBe(refused);
  });

  test.each(mine.filter((c) => c.after !== undefined))('$name', ({ before, changes, after }) => {
    const proof = prove(format, before, changes);
    if (isRefusal(proof)) throw new Error(`refused: ${proof.line ?? ''} ${proof.refused}`);
    expect(proof.after).toBe(after);
    expect(proveText(format, before, proof.after, changes)).toBeUndefined();
    expect(applySplices(before, proof.splices)).toBe(after);
    expect(applySplices(proof.after, invertSplices(proof.splices))).toBe(before);

    const [was, is] = [modelOf(format, before), modelOf(format, proof.after)];
    for (const change of changes) {
      if (changes.length > 1 && moves(change)) continue;
      expect(isApplied(is, change, format.item), JSON.stringify(change)).toBe(true);
      expect(isApplied(was, change, format.item), JSON.stringify(change)).toBe(false);
      if (change.do === 'set') {
        expect(prove(format, proof.after, [change])).toHaveProperty('refused');
        expect(format.line(proof.after, change.at)).toBeGreaterThan(0);
        expect(format.line(before, change.at)).toBeUndefined();
      }
    }
  });
});
