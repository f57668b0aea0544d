import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolate, writtenAt } from '../../src/workspace/compose/interpolate.ts';

const SET: Readonly<Record<string, string>> = { SET: 's', EMPTY: '', KEY: 'k$y' };
const lookup = (name: string): string | undefined => (Object.hasOwn(SET, name) ? SET[name] : undefined);

describe('interpolate', () => {
  it.each([
    // written, value, variables that came out empty
    ['plain', 'plain', []],
    ['$SET ${SET}', 's s', []],
    ['[${NO}]', '[]', ['NO']],
    ['${EMPTY}', '', ['EMPTY']],
    ['${NO:-d} ${EMPTY:-d} ${EMPTY-d}', 'd d ', ['EMPTY']],
    ['${NO:-}', '', ['NO']],
    ['${NO:-${EMPTY}}', '', ['EMPTY']],
    ['${SET:+p}${NO:+p}${EMPTY+p}', 'pp', ['NO']],
    ['$$SET $${SET} $$$SET', '$SET ${SET} $s', []],
    ['cost $5, a$', 'cost $5, a$', []],
    ['${KEY}', 'k$y', []],
    ['${NO:-{"a": 1}}', '{"a": 1}', []],
    ['x-honeycomb-team=${HONEYCOMB_API_KEY}', 'x-honeycomb-team=', ['HONEYCOMB_API_KEY']],
  ])('%s → %s', (text, value, blank) => {
    expect(interpolate(text, lookup)).toMatchObject({ value, blank });
  });

  it.each([
    ['${NO:?set it}', { is: 'required', name: 'NO', message: 'set it' }],
    ['${EMPTY:?}', { is: 'required', name: 'EMPTY', message: '' }],
    ['${EMPTY?x}', undefined],
    ['${NO?x}', { is: 'required', name: 'NO', message: 'x' }],
    ['${}', { is: 'invalid', template: '${}' }],
    ['${1A}', { is: 'invalid', template: '${1A}' }],
    ['${SET', { is: 'invalid', template: '${SET' }],
    ['${SET!x}', { is: 'invalid', template: '${SET!x}' }],
  ])('%s stops Compose or not', (text, error) => {
    expect(interpolate(text, lookup).error).toEqual(error);
  });

  it('keeps text without a dollar and knows where each character was written', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('a', ' ', '$$', '${SET}', '$SET ', '${NO:-dd}', '{', '}', '\n')), parts => {
      const text = parts.join('');
      const { value, pieces } = interpolate(text, lookup);
      for (let index = 0; index < value.length; index += 1) {
        const at = writtenAt(pieces, index);
        if (at !== undefined && text[at] !== '$') expect(text[at]).toBe(value[index]);
      }
      if (!text.includes('$')) expect(value).toBe(text);
    }));
  });
});
