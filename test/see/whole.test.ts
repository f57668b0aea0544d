import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Whole } from '../../src/see/whole.ts';

const read = (text: string): bigint | undefined => {
  const whole = new Whole();
  const bytes = Buffer.from(` ${text} `);
  return whole.read(bytes, 1, bytes.length - 1) ? (BigInt(whole.high) << 32n) | BigInt(whole.low) : undefined;
};
const kinds = { uint32: [0n, 2n ** 32n - 1n], sint32: [-(2n ** 31n), 2n ** 31n - 1n], fixed32: [0n, 2n ** 32n - 1n], int64: [-(2n ** 63n), 2n ** 63n - 1n], uint64: [0n, 2n ** 64n - 1n], fixed64: [0n, 2n ** 64n - 1n], sfixed64: [-(2n ** 63n), 2n ** 63n - 1n] } as const;

describe('a whole number', () => {
  it('has the bits that BigInt gives it', () => {
    fc.assert(fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), (number) => { expect(read(String(number))).toBe(BigInt.asUintN(64, number)); }), { numRuns: 2000 });
    fc.assert(fc.property(fc.integer({ min: 0, max: 64 }), fc.integer({ min: -2, max: 2 }), (power, by) => {
      const number = 2n ** BigInt(power) + BigInt(by);
      if (number < 2n ** 64n) expect(read(String(number))).toBe(BigInt.asUintN(64, number));
    }));
  });
  it('may have zeros in front, a point or an exponent', () => {
    expect(['007', '0', '-0', '5.0', '1e3', '12E+2', '2500e-2', '00000000000000000000000001'].map(read)).toEqual([7n, 0n, 0n, 5n, 1000n, 1200n, 25n, 1n]);
  });
  it.each(['', '-', '1.5', 'x', '1x', '--1', '1e', '0x10', ' 1', '1e-3', '+1', '12345678901234567890x'])('is not %j', (text) => expect(read(text)).toBeUndefined());
  it.each(Object.entries(kinds))('fits a %s, or not', (kind, [least, most]) => {
    const fits = (number: bigint | string): boolean => {
      const whole = new Whole();
      const bytes = Buffer.from(String(number));
      return whole.read(bytes, 0, bytes.length) && whole.fits(kind as keyof typeof kinds);
    };
    expect([least, most, 0n, -0n].map(fits)).toEqual([true, true, true, true]);
    expect([least - 1n, most + 1n, 10n ** 30n, -(10n ** 30n), '1e40'].map(fits)).toEqual([false, false, false, false, false]);
  });
});
