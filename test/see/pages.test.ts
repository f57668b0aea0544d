import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, Pages, type Piece } from '../../src/see/page/pages.ts';
import { Recent, type Ordered } from '../../src/see/page/recent.ts';

const filled = (pages: Pages, length: number, byte: number): Piece => {
  const piece = pages.take(length);
  bytesOf(piece).fill(byte);
  return piece;
};
const isFilled = (piece: Piece, length: number, byte: number): boolean => piece.length === length && bytesOf(piece).every((one) => one === byte);

describe('pages', () => {
  it('hold nothing once all is given back, but for the page that is written to', () => {
    const pages = new Pages();
    const pieces = Array.from({ length: 2_000 }, (_, index) => filled(pages, 100 + (index % 900), index));
    for (const piece of pieces) pages.give(piece);
    expect(pages.live).toBe(0);
    expect(pages.held).toBeLessThanOrEqual(64 * 1024);
  });

  it('a few pieces that stay do not keep the pages of all that went', () => {
    const pages = new Pages();
    const staying: Piece[] = [];
    let going: Piece[] = [];
    for (let round = 0; round < 1_000; round++) {
      staying.push(filled(pages, 500, round));
      for (const piece of going) pages.give(piece);
      going = Array.from({ length: 60 }, () => filled(pages, 1_000, 0));
      if (pages.sparse) for (const piece of [...staying, ...going]) pages.move(piece);
      expect(pages.held).toBeLessThan(pages.live * 2 + 3 * 1024 * 1024);
    }
    expect(staying.every((piece, round) => isFilled(piece, 500, round & 0xff))).toBe(true);
  });

  it('keep every piece as it is, whatever is taken, given back and moved', () => {
    const step = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 150_000 }).map((length) => ({ length })) }, { weight: 3, arbitrary: fc.nat().map((give) => ({ give })) }, { weight: 1, arbitrary: fc.constant({ move: true }) });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pages = new Pages();
      const pieces: { readonly piece: Piece; readonly length: number; readonly byte: number }[] = [];
      let byte = 0;
      for (const one of steps) {
        byte = (byte + 1) & 0xff;
        if ('length' in one) pieces.push({ piece: filled(pages, one.length, byte), length: one.length, byte });
        else if ('move' in one) for (const { piece } of pieces) pages.move(piece);
        else for (const { piece } of pieces.splice(one.give % (pieces.length + 1), 1)) pages.give(piece);
      }
      expect(pages.live).toBe(pieces.reduce((sum, { length }) => sum + length, 0));
      expect(pages.held).toBeGreaterThanOrEqual(pages.live);
      expect(pieces.every(({ piece, length, byte: wanted }) => isFilled(piece, length, wanted))).toBe(true);
    }), { numRuns: 60 });
  });
});

describe('a list in order of last use', () => {
  it('is the order of a Map out of which each is taken and put in again', () => {
    interface Item extends Ordered<Item> {
      readonly name: number;
    }
    fc.assert(fc.property(fc.array(fc.record({ name: fc.nat(8), remove: fc.boolean() })), (steps) => {
      const list = new Recent<Item>();
      const map = new Map<number, Item>();
      for (const { name, remove } of steps) {
        const known = map.get(name);
        if (known !== undefined) list.remove(known);
        map.delete(name);
        if (remove) continue;
        const item: Item = known ?? { name, older: undefined, newer: undefined };
        list.add(item);
        map.set(name, item);
      }
      expect([...list].map((item) => item.name)).toEqual([...map.keys()]);
      expect([list.oldest, list.newest]).toEqual([map.values().next().value, [...map.values()].at(-1)]);
    }));
  });
});
