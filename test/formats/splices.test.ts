import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applySplices, composeSplices, invertSplices, mergeSplices } from '../../src/formats/splices.ts';
import type { Splice } from '../../src/types.ts';

const put = (at: number, text: string): Splice => ({ at, cut: '', put: text });

/** Any ascending splices of a text, and what they lead to. */
const edit = (text: string) =>
  fc.array(fc.record({ skip: fc.nat(6), cut: fc.nat(3), put: fc.string({ maxLength: 4 }) }), { maxLength: 6 }).map((steps) => {
    const splices: Splice[] = [];
    let at = 0;
    for (const step of steps) {
      at = Math.min(at + step.skip, text.length);
      const cut = text.slice(at, at + step.cut);
      splices.push({ at, cut, put: step.put });
      at += cut.length;
    }
    return splices;
  });
const edited = fc.string({ maxLength: 30 }).chain((text) => edit(text).map((splices) => ({ text, splices })));

describe('applySplices', () => {
  test('inserts, cuts and replaces', () => {
    expect(applySplices('abcdef', [put(0, '<'), { at: 2, cut: 'cd', put: 'X' }, put(6, '>')])).toBe('<abXef>');
  });
  test('insertions at one offset keep their order', () => {
    expect(applySplices('ab', [put(1, '1'), put(1, '2')])).toBe('a12b');
  });
  test.each([
    { name: 'another text', splices: [{ at: 0, cut: 'x', put: '' }] },
    { name: 'beyond the end', splices: [put(7, 'x')] },
    { name: 'not ascending', splices: [put(3, 'x'), put(1, 'y')] },
  ])('throws: $name', ({ splices }) => {
    expect(() => applySplices('abc', splices)).toThrow(RangeError);
  });
});

test('invertSplices leads back', () => {
  fc.assert(
    fc.property(edited, ({ text, splices }) => {
      const after = applySplices(text, splices);
      expect(applySplices(after, invertSplices(splices))).toBe(text);
      expect(invertSplices(invertSplices(splices))).toEqual(splices);
    }),
  );
});

test('composeSplices is one step for two, and can be taken back as one', () => {
  fc.assert(
    fc.property(
      edited.chain((one) => edit(applySplices(one.text, one.splices)).map((second) => ({ ...one, second }))),
      ({ text, splices, second }) => {
        const third = applySplices(applySplices(text, splices), second);
        const both = composeSplices(splices, second);
        expect(applySplices(text, both)).toBe(third);
        expect(applySplices(third, invertSplices(both))).toBe(text);
      },
    ),
  );
});

describe('composeSplices', () => {
  test('insertions next to each other become one, and stay insertions', () => {
    expect(composeSplices([put(2, 'a')], [put(3, 'b')])).toEqual([put(2, 'ab')]);
    expect(composeSplices([put(2, 'ac')], [put(3, 'b'), put(9, 'z')])).toEqual([put(2, 'abc'), put(7, 'z')]);
  });
  test('what was put in and taken out again leaves nothing', () => {
    expect(composeSplices([put(2, 'a')], [{ at: 2, cut: 'a', put: '' }])).toEqual([]);
  });
});

describe('mergeSplices', () => {
  test('sorts and keeps the order at one offset', () => {
    expect(mergeSplices([[put(5, 'a')], [put(1, 'b'), put(5, 'c')], [put(5, 'd')]])).toEqual([put(1, 'b'), put(5, 'a'), put(5, 'c'), put(5, 'd')]);
  });
  test('an insertion may touch a cut', () => {
    const cut = { at: 3, cut: 'xy', put: '' };
    expect(mergeSplices([[cut], [put(5, 'b')], [put(3, 'a')]])).toEqual([put(3, 'a'), cut, put(5, 'b')]);
  });
  test.each([
    { name: 'two cuts', b: { at: 4, cut: 'yz', put: '' } },
    { name: 'an insertion inside a cut', b: put(4, 'n') },
    { name: 'the same cut twice', b: { at: 3, cut: 'xy', put: '' } },
  ])('refuses $name', ({ b }) => {
    expect(mergeSplices([[{ at: 3, cut: 'xy', put: '' }], [b]])).toEqual({ refused: expect.stringContaining('touch the same text') as string });
  });
});
