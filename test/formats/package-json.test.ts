import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringOffset } from '../../src/formats/json-string.ts';
import { packageJson } from '../../src/formats/package-json.ts';
import { prove } from '../../src/formats/prove.ts';
import { isRefusal } from '../../src/formats/refusal.ts';

test('line', () => {
  const text = '\uFEFF{\r\n  "name": "a",\r\n  "scripts": {\r\n    "start": "node ."\r\n  }\r\n}';
  expect(packageJson.line(text, ['name'])).toBe(2);
  expect(packageJson.line(text, ['scripts', 'start'])).toBe(4);
  expect(packageJson.line(text, ['scripts', 'dev'])).toBeUndefined();
});

test('an offset counts characters of the value, not of the file', () => {
  const text = String.raw`{"a": "x\"\u00e9\n\ud83d\ude00 y"}`;
  const quote = text.indexOf('"x');
  const value = 'x"é\n😀 y';
  const at = [...Array(value.length + 1).keys()].map(index => text.slice(stringOffset(text, quote, index)));
  expect(at).toEqual([String.raw`x\"\u00e9\n\ud83d\ude00 y"}`, String.raw`\"\u00e9\n\ud83d\ude00 y"}`, String.raw`\u00e9\n\ud83d\ude00 y"}`, String.raw`\n\ud83d\ude00 y"}`, String.raw`\ud83d\ude00 y"}`, String.raw`\ude00 y"}`, ' y"}', 'y"}', '"}']);
});

const json = fc.record({
  // As JSON has it: there is no -0 in it.
  value: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }).map((value): typeof value => JSON.parse(JSON.stringify(value))),
  dependencies: fc.dictionary(fc.stringMatching(/^[a-z@/.-]{1,8}$/), fc.constantFrom('1', '^2.0.0'), { maxKeys: 5 }),
  space: fc.constantFrom('', ' ', '  ', '    ', '\t'),
  end: fc.constantFrom('', '\n', '\r\n'),
  bom: fc.constantFrom('', '\uFEFF'),
});

test('JSON.parse reads the result as the object with the new dependency and script', () => {
  fc.assert(
    fc.property(json, fc.string(), ({ value, dependencies, space, end, bom }, script) => {
      const before = { ...value, scripts: { start: script }, dependencies };
      const text = bom + JSON.stringify(before, null, space).replaceAll('\n', end || '\n') + end;
      const proof = prove(packageJson, text, [
        { do: 'set', at: ['dependencies', '@opentelemetry/api'], value: '1.9.0' },
        { do: 'prefix', at: ['scripts', 'start'], words: ['env', 'A="1"'], from: script.length },
        { do: 'set', at: ['dependencies', 'b"b'], value: '2' },
      ]);
      if (isRefusal(proof)) throw new Error(proof.refused);
      expect(JSON.parse(proof.after.replace('\uFEFF', ''))).toEqual({
        ...before,
        scripts: { start: `${script}env A="1" ` },
        dependencies: { ...dependencies, '@opentelemetry/api': '1.9.0', 'b"b': '2' },
      });
      expect(proof.after.startsWith('\uFEFF')).toBe(bom !== '');
      expect(proof.after.endsWith(end)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('deep nesting is refused, not a crash', () => {
  const text = `{"a": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  expect(packageJson.splice(text, { do: 'set', at: ['b'], value: '1' })).toHaveProperty('refused');
});
