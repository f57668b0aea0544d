import fc from 'fast-check';
import { expect, test } from 'vitest';

import { recogniseKey } from '../../src/backends/honeycomb/key.ts';

const configuration = 'TestConfigurationUS'.padEnd(22, '0');
const ingest = `hcaik_${'test'.padEnd(58, '0')}`;
const classic = 'c1a551c'.padEnd(32, '0');

test.each([
  ['a configuration key', configuration, { kind: 'configuration' }],
  ['an ingest key of US', ingest, { kind: 'ingest', region: 'us' }],
  ['an ingest key of EU', ingest.replace('hca', 'hcb'), { kind: 'ingest', region: 'eu' }],
  ['an ingest key of a letter that nobody has explained', ingest.replace('hca', 'hcz'), { kind: 'ingest' }],
  ['a Classic key', classic, { kind: 'classic' }],
  ['a Classic ingest key', ingest.replace('ik_', 'ic_'), { kind: 'classic-ingest', region: 'us' }],
])('%s is recognised', (_name, text, expected) => {
  const { value: _value, ...found } = { value: '', ...recogniseKey(text) };
  expect(found).toEqual(expected);
});

test.each([
  ['"@"', 'the quotes'],
  ["'@'", 'the quotes'],
  ['“@”', 'the quotes'],
  ['  @', 'the blanks around it'],
  ['\u200b@', 'the blanks around it'],
  ['@\n', undefined],
  ['x-honeycomb-team=@', 'the "x-honeycomb-team="'],
  ['x-honeycomb-team: @', 'the "x-honeycomb-team="'],
  ['HONEYCOMB_API_KEY=@', 'the name of the variable'],
  ['export HONEYCOMB_API_KEY="@"', 'the "export" and the name of the variable and the quotes'],
  ["$env:HONEYCOMB_API_KEY = '@'", 'the "$env:" and the name of the variable and the quotes'],
  ['OTEL_EXPORTER_OTLP_HEADERS="x-honeycomb-team=@"', 'the name of the variable and the quotes and the "x-honeycomb-team="'],
  ['x-honeycomb-team=@,x-honeycomb-dataset=web', 'the "x-honeycomb-team=" and the dataset'],
  ['gp env HONEYCOMB_API_KEY=@', 'the "gp env" and the name of the variable'],
])('%j is taken without what was pasted around it', (around, without) => {
  for (const key of [configuration, ingest, classic]) expect(recogniseKey(around.replace('@', key))).toMatchObject({ value: key, ...(without === undefined ? {} : { without }) });
  if (without === undefined) expect(recogniseKey(around.replace('@', configuration))).not.toHaveProperty('without');
});

test.each([
  ['', /blank/],
  ['   ', /blank/],
  ['""', /blank/],
  ['$HONEYCOMB_API_KEY', /name of a variable/],
  ['${HONEYCOMB_API_KEY}', /name of a variable/],
  ['%HONEYCOMB_API_KEY%', /name of a variable/],
  ['hcalk_' + 'a'.repeat(26), /ID of a configuration key/],
  ['hcaik_' + 'a'.repeat(26), /first half/],
  ['hcaic_' + 'a'.repeat(26), /first half/],
  ['hcamk_' + 'a'.repeat(26), /management key/],
  ['hcamk_' + 'a'.repeat(26) + ':' + 'b'.repeat(32), /management key/],
  ['g' + 'a1'.repeat(15) + 'z', /secret of a management key/],
  [ingest.slice(0, 60), /60 characters; a whole one has 64/],
  [ingest.toUpperCase().replace('HCAIK', 'hcaik'), /small letters/],
  [classic.toUpperCase(), /capital letters/],
  [`${configuration} ${configuration}`, /blank inside/],
  ['https://ui.honeycomb.io/team', /address/],
  ['•'.repeat(22), /masked/],
  ['your-api-key-here', /placeholder/],
  ['<API_KEY>', /placeholder/],
  ['abc', /3 characters.*22.*64.*32/],
  ['a', /1 character;/],
  ['é'.repeat(22), /characters in it that no key has/],
])('%j is no key, and the mistake is named', (text, says) => {
  const found = recogniseKey(text);
  expect(found).toMatchObject({ mistake: expect.stringMatching(says), hint: expect.stringMatching(/./) });
});

test('whatever is typed: a key or one sentence that does not repeat it', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ minLength: 12, maxLength: 90, unit: 'grapheme' }), fc.stringMatching(/^hc[a-z](ik|ic|lk|mk)_[0-9a-zA-Z]{20,60}$/)), (text) => {
    const found = recogniseKey(text);
    if ('kind' in found) expect(text).toContain(found.value);
    else expect(`${found.mistake} ${found.hint}`).not.toContain(text.trim() === '' ? '\u0000' : text.trim());
  }));
});
