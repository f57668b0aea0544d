import { readdirSync, readFileSync } from 'node:fs';
import { parse as smol } from 'smol-toml';
import { expect, test } from 'vitest';
import { toml } from '../../src/formats/toml.ts';
import { python } from './readers.ts';

const here = new URL('toml/', import.meta.url);
const after = readdirSync(here).flatMap(name => {
  const file = readdirSync(new URL(`${name}/`, here)).find(entry => entry.startsWith('after.'));
  return file === undefined ? [] : [{ name, text: readFileSync(new URL(`${name}/${file}`, here), 'utf8') }];
});
const TOMLLIB = `
import tomllib
json.dump([tomllib.loads(text.removeprefix(chr(0xFEFF)).replace(chr(13), '')) for text in input], sys.stdout)`;
const theirs = python(TOMLLIB, after.map(({ text }) => text));

test.each(after)('$name: smol-toml reads the result alike', ({ text }) => {
  expect(toml.parse(text)).toEqual({ model: smol(text.replace('\uFEFF', '')) });
});

test.skipIf(theirs === undefined)("Python's tomllib reads every result alike (skipped where python3 is older than 3.11)", () => {
  expect(after.map(({ text }) => toml.parse(text))).toEqual((theirs as unknown[]).map(model => ({ model })));
});

test('line', () => {
  const text = '[project]\ndependencies = [\n  "a",\n  "b",\n]\n\n[tool.x]\ny.z = 1\n\n[[source]]\nname = "pypi"\n';
  expect(toml.line(text, ['project', 'dependencies'])).toBe(2);
  expect(toml.line(text, ['project', 'dependencies', 1])).toBe(4);
  expect(toml.line(text, ['tool', 'x'])).toBe(7);
  expect(toml.line(text, ['tool', 'x', 'y'])).toBe(8);
  expect(toml.line(text, ['source', 0, 'name'])).toBe(11);
  expect(toml.line(text, ['tool', 'nothing'])).toBeUndefined();
});

test('dates, big and odd numbers are plain data', () => {
  const read = toml.parse('d = 2026-11-21\nt = 07:32:00\nb = 9223372036854775807\nn = nan\n');
  expect(read).toHaveProperty('model.b');
  expect(() => JSON.stringify(read)).not.toThrow();
});

test.each(['__proto__.polluted = "1"\n', '[__proto__]\npolluted = "1"\n', '[a.__proto__]\npolluted = "1"\n', 'a = {__proto__ = {polluted = "1"}}\n', 'a = [{__proto__ = {polluted = "1"}}]\n'])('%j reaches no prototype', text => {
  toml.parse(text);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('deep nesting is refused, not a crash', () => {
  expect(toml.parse(`a = ${'['.repeat(100_000)}${']'.repeat(100_000)}\n`)).toHaveProperty('refused');
});
