/** A megabyte of a repository that was made to be slow for what looks for secrets: it ends, in a time that grows with its length. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { maskOf } from '../../src/doctor/bundle/mask.ts';
import { secretSpans } from '../../src/ui/secret-shapes.ts';

const hex = (length: number): string => randomBytes(length / 2).toString('hex');

describe('a megabyte that was made to be slow', () => {
  const pumps = [
    'KEY', 'KEY=', 'KEY=a', 'KEY: ', 'KEY="', "KEY='", 'KEY=`', 'KEY=[', 'KEY=("a"', 'KEY:\n  - a\n', 'KEY: |\n a\n', ' KEY:\n', 'HEADERS=a=b,', 'TOKEN_', '"KEY": "a', '\\"KEY\\":\\"', 'x-honeycomb-team=', 'Authorization: Basic ', 'Cookie: a=', 'Cookie: a=b; ', '; a=bcdefg',
    '://', '://a:', 'a://b:c@', '%3A%2F%2F', '%3A', 'curl -u ', 'curl ', 'mysql -p', 'docker login ', '-----BEGIN PRIVATE KEY-----\n', '-----BEGIN ', 'LS0tLS1CRUdJT', 'eyJabcdefghij.', 'a'.repeat(64) + '\n', 'aB3', 'a1B2c3D4e5F6g7H8', '${', '${A', '{{', '{a', '$(', '\n', ' ', '\t', '"', '\\', ',', ';a', '&', '=', '.', '/', '-', '_', '0', 'sk', 'xoxb-1', 'adobe = ', 'twitter', 'https://a', '… 1 characters, #', 'machine a login b ', 'name: KEY\n', '<KEY>', 'ENV KEY ', '--KEY ', ' \n', 'sha256:', 'A_B=',
  ];
  it.each(pumps)('%j', (pump) => {
    const text = pump.repeat(Math.ceil(1_000_000 / pump.length));
    const began = performance.now();
    const { learn, mask } = maskOf([], 'salt');
    learn(text, 'a.yaml');
    mask(text, 'a.yaml');
    const whole = performance.now() - began;
    const then = performance.now();
    secretSpans(`${pump.repeat(Math.ceil(100_000 / pump.length))}\u0001`);
    // Linear ones take a second or two for a bundle, on a busy machine; quadratic ones hours.
    expect(whole).toBeLessThan(20_000);
    expect(performance.now() - then).toBeLessThan(4_000);
  }, 60_000);

  it('of different secrets', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `API_KEY_${i}=abcdef${i}${hex(32)}`).join('\n');
    const began = performance.now();
    const { learn, mask } = maskOf([], 'salt');
    learn(text, '.env');
    expect(mask(text, '.env')).not.toContain('abcdef1');
    expect(performance.now() - began).toBeLessThan(30_000);
  }, 60_000);
});
