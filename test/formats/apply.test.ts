import { describe, expect, test } from 'vitest';
import { applyChange, applyChanges, holds, inOrder, isApplied, secretText } from '../../src/formats/apply.ts';
import type { Change, Model } from '../../src/types.ts';

const set = (at: Change['at'], value = 'v'): Change => ({ do: 'set', at, value });

const cases: { name: string; model: Model; change: Change; gives: Model | RegExp }[] = [
  { name: 'set a new key', model: { a: '1' }, change: set(['b']), gives: { a: '1', b: 'v' } },
  { name: 'set makes the maps on the way', model: {}, change: set(['a', 'b', 'c']), gives: { a: { b: { c: 'v' } } } },
  { name: 'set below null', model: { a: null }, change: set(['a', 'b']), gives: { a: { b: 'v' } } },
  { name: 'set in an empty file', model: null, change: set(['a']), gives: { a: 'v' } },
  { name: 'set a key that is there', model: { a: '1' }, change: set(['a']), gives: /a is there already/ },
  { name: 'set a key that is there with null', model: { e: { A: null } }, change: set(['e', 'A']), gives: /e\.A is there already/ },
  { name: 'set below a text', model: { a: 'x' }, change: set(['a', 'b']), gives: /a is not a map/ },
  { name: 'set in a list', model: { a: ['x'] }, change: set(['a', 5, 'b']), gives: /not a map/ },
  { name: 'set a secret', model: {}, change: { do: 'set', at: ['K'], value: { secret: 'API_KEY' } }, gives: { K: '{{secret:API_KEY}}' } },
  { name: 'set a key that is special in JavaScript', model: {}, change: set(['constructor', 'x']), gives: { constructor: { x: 'v' } } },
  { name: 'add at the end', model: ['a'], change: { do: 'add', at: [], value: 'b' }, gives: ['a', 'b'] },
  { name: 'add in front of an item', model: { l: ['a', 'c'] }, change: { do: 'add', at: ['l', 1], value: 'b' }, gives: { l: ['a', 'b', 'c'] } },
  { name: 'add behind the last item', model: ['a'], change: { do: 'add', at: [1], value: 'b' }, gives: ['a', 'b'] },
  { name: 'add to an absent list', model: { s: {} }, change: { do: 'add', at: ['s', 'l'], value: 'b' }, gives: { s: { l: ['b'] } } },
  { name: 'add beyond the end', model: ['a'], change: { do: 'add', at: [3], value: 'b' }, gives: /no item 3/ },
  { name: 'add to a text', model: { l: 'a' }, change: { do: 'add', at: ['l'], value: 'b' }, gives: /l is not a list/ },
  { name: 'prefix a list', model: { c: ['flask', 'run'] }, change: { do: 'prefix', at: ['c'], words: ['w', '-x'] }, gives: { c: ['w', '-x', 'flask', 'run'] } },
  { name: 'prefix an item', model: { c: ['sh', 'flask'] }, change: { do: 'prefix', at: ['c'], words: ['w'], from: 1 }, gives: { c: ['sh', 'w', 'flask'] } },
  { name: 'prefix a text', model: { c: 'exec flask run' }, change: { do: 'prefix', at: ['c'], words: ['w', '-x'], from: 5 }, gives: { c: 'exec w -x flask run' } },
  { name: 'prefix inside an item', model: { c: ['sh', '-c', 'a && b'] }, change: { do: 'prefix', at: ['c', 2], words: ['w'], from: 5 }, gives: { c: ['sh', '-c', 'a && w b'] } },
  { name: 'prefix beyond the text', model: { c: 'ab' }, change: { do: 'prefix', at: ['c'], words: ['w'], from: 3 }, gives: /shorter than 3/ },
  { name: 'prefix what is not there', model: {}, change: { do: 'prefix', at: ['c'], words: ['w'] }, gives: /c is not there/ },
  { name: 'append', model: { N: '-a' }, change: { do: 'append', at: ['N'], sep: ' ', value: '-b' }, gives: { N: '-a -b' } },
  { name: 'append to null', model: { N: null }, change: { do: 'append', at: ['N'], sep: ' ', value: '-b' }, gives: /not a text/ },
  { name: 'replace', model: { N: 'a' }, change: { do: 'replace', at: ['N'], was: 'a', value: 'b' }, gives: { N: 'b' } },
  { name: 'replace what has moved on', model: { N: 'c' }, change: { do: 'replace', at: ['N'], was: 'a', value: 'b' }, gives: /no longer has/ },
  { name: 'remove a key', model: { N: 'a', M: 'b' }, change: { do: 'remove', at: ['N'], was: 'a' }, gives: { M: 'b' } },
  { name: 'remove an item', model: ['a', 'b'], change: { do: 'remove', at: [0], was: 'a' }, gives: ['b'] },
];

describe('applyChange', () => {
  test.each(cases)('$name', ({ model, change, gives }) => {
    const before = structuredClone(model);
    const answer = applyChange(model, change);
    if (gives instanceof RegExp) {
      expect(answer).toEqual({ refused: expect.stringMatching(gives) as string });
      expect(holds(model, change)).toBe(false);
    } else {
      expect(answer).toEqual({ model: gives });
      expect(holds(model, change)).toBe(true);
      expect(isApplied(gives, change)).toBe(true);
      expect(isApplied(before, change)).toBe(false);
    }
    expect(model).toEqual(before);
  });

  test('a file that holds a key named refused is a model like any other', () => {
    expect(applyChange({ refused: 'x' }, set(['a']))).toEqual({ model: { refused: 'x', a: 'v' } });
  });

  test('an item reads as its format says', () => {
    const change: Change = { do: 'add', at: [0], value: 'COPY a b' };
    expect(applyChange([], change, (value) => ({ keyword: value.slice(0, 4) }))).toEqual({ model: [{ keyword: 'COPY' }] });
  });
});

describe('applyChanges', () => {
  test('indices and offsets are those of the model before', () => {
    const model: Model = { c: ['a', 'b', 'c'], t: 'x y z' };
    const changes: Change[] = [
      { do: 'prefix', at: ['c'], words: ['1'], from: 1 },
      { do: 'prefix', at: ['c'], words: ['2'], from: 2 },
      { do: 'add', at: ['c', 0], value: '0' },
      { do: 'prefix', at: ['t'], words: ['p'], from: 2 },
      { do: 'prefix', at: ['t'], words: ['q'], from: 4 },
      { do: 'prefix', at: ['c', 2], words: ['in'] },
    ];
    const gives = { model: { c: ['0', 'a', '1', 'b', '2', 'in c'], t: 'x p y q z' } };
    expect(applyChanges(model, changes)).toEqual(gives);
    expect(applyChanges(model, changes.toReversed())).toEqual(gives);
  });

  test('two changes at one place keep the order given', () => {
    const changes: Change[] = [
      { do: 'add', at: [1], value: 'first' },
      { do: 'add', at: [1], value: 'second' },
    ];
    expect(applyChanges(['a', 'z'], changes)).toEqual({ model: ['a', 'first', 'second', 'z'] });
  });

  test('the second of two equal changes is refused', () => {
    expect(applyChanges({}, [set(['a']), set(['a'])])).toEqual({ refused: 'a is there already.' });
  });

  test('changes that move nothing keep their order', () => {
    const changes = [set(['a']), set(['b']), set(['c'])];
    expect(inOrder(changes)).toEqual(changes);
  });
});

test('append is seen as applied wherever the words stand', () => {
  const change: Change = { do: 'append', at: ['N'], sep: ' ', value: '--require ./otel.cjs' };
  expect(isApplied({ N: '--require ./otel.cjs --inspect' }, change)).toBe(true);
  expect(isApplied({ N: '--require ./otel.cjs2' }, change)).toBe(false);
});

test('a secret is only its name', () => {
  expect(secretText({ secret: 'HONEYCOMB_API_KEY' })).toBe('{{secret:HONEYCOMB_API_KEY}}');
  expect(secretText('plain')).toBe('plain');
});
