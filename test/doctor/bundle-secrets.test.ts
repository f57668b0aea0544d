/** A secret of every kind, in every place where people leave one: a bundle and all else that is shown have not eight signs of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { maskOf } from '../../src/doctor/bundle/mask.ts';
import { withoutSecrets } from '../../src/ui/secret-shapes.ts';
import { ASSIGNMENTS, BLOCKS, KEYS, Maker, seen, type Form, type Make } from '../safety/secret-kinds.ts';

/** As a bundle has it. */
function masked(text: string, path: string): string {
  const { learn, mask } = maskOf([], 'salt');
  learn(text, path);
  return mask(text, path);
}
const places: readonly Form[] = [
  ['a comment', 'app.py', (s) => `# old: ${s}\n`],
  ['a string of code', 'app.py', (s) => `call("${s}")\n`],
  ['a string of JavaScript', 'app.js', (s) => `call('${s}', 1);\n`],
  ['a variable', 'docker-compose.yml', (s) => `services:\n  a:\n    environment:\n      THING: ${s}\n`],
  ['a list', 'docker-compose.yml', (s) => `services:\n  a:\n    command: ["x", "${s}"]\n`],
  ['an env file', '.env', (s) => `THING="${s}"\n`],
  ['JSON', 'a.json', (s) => `{"a":["${s}"]}\n`],
  ['JSON in JSON', 'a.json', (s) => `{"a":"{\\"b\\":\\"${s}\\"}"}\n`],
  ['a log line', 'what was found out of logs', (s) => `api-1  | failed with ${s}, giving up`],
  ['a line of a diff', '', (s) => `@@ -1,2 +1,3 @@\n a\n+THING=${s}\n`],
];

describe.each(Object.entries(KEYS))('%s', (_, make: Make) => {
  it.each(places)('in %s', (_place, path, write) => {
    const r = new Maker();
    const text = write(make(r));
    expect(seen(text, r)).not.toEqual([]);
    expect(seen(masked(text, path), r)).toEqual([]);
    expect(seen(withoutSecrets(text), r)).toEqual([]);
  });
});

const inside: readonly Form[] = [
  ['a file of its own', 'key.pem', (s) => `${s}\n`],
  ['a Python string', 'app.py', (s) => `KEY = """${s}"""\n`],
  ['a YAML block', 'a.yaml', (s) => `a:\n  pem: |\n${s.split('\n').map((line) => `    ${line}`).join('\n')}\nb: c\n`],
  ['one line of .env', '.env', (s) => `PEM="${s.replaceAll('\n', '\\n')}"\n`],
  ['JSON', 'a.json', (s) => `${JSON.stringify({ a: s })}\n`],
  ['JSON in JSON', 'a.json', (s) => `${JSON.stringify({ a: JSON.stringify({ b: s }) })}\n`],
  ['strings put together', 'app.js', (s) => `const k = ${s.split('\n').map((line) => `'${line}\\n'`).join(' +\n  ')};\n`],
  ['a list of lines', 'a.yaml', (s) => `a:\n${s.split('\n').map((line) => `  - "${line}"`).join('\n')}\n`],
  ['a diff', '', (s) => `@@ -1 +1 @@\n${s.split('\n').map((line) => `+${line}`).join('\n')}\n`],
  ['a diff that is cut off', '', (s) => `@@ -1 +1 @@\n${s.split('\n').slice(0, 5).map((line) => `+${line}`).join('\n')}\n`],
  ['a diff that begins within', '', (s) => `@@ -1 +1 @@\n${s.split('\n').slice(2, 5).map((line) => `+${line}`).join('\n')}\n`],
  ['Windows', 'key.pem', (s) => `${s.replaceAll('\n', '\r\n')}\r\n`],
];
describe.each(Object.entries(BLOCKS))('a private key, %s', (_, make: Make) => {
  it.each(inside)('in %s', (_place, path, write) => {
    const r = new Maker();
    const text = write(make(r));
    expect(seen(masked(text, path), r)).toEqual([]);
    expect(seen(withoutSecrets(text), r)).toEqual([]);
  });
});

/** Values that only their place gives away. */
const VALUES: Readonly<Record<string, Make>> = {
  'letters and digits': (r) => r.alnum(24),
  'a short one': (r) => r.lower(10),
  'hexadecimal digits': (r) => r.hex(32),
  'base64': (r) => `${r.base64(43)}=`,
  'words and digits': (r) => `correct-${r.lower(9)}-horse`,
  'signs': (r) => `${r.alnum(9)}!$$%^*${r.alnum(9)}`,
  'a UUID': (r) => r.uuid(),
};
describe.each(Object.entries(VALUES))('%s', (kind, make: Make) => {
  it.each(ASSIGNMENTS)('%s', (_, path, write) => {
    const r = new Maker();
    const value = make(r);
    const text = write(value);
    if (text.includes('${') && kind === 'signs') return;
    const check = (shown: string): void => expect(seen(shown, r).concat([Buffer.from(value).toString('base64').slice(4, 16), Buffer.from(`me:${value}`).toString('base64').slice(4, 16)].filter((piece) => shown.includes(piece)))).toEqual([]);
    check(masked(text, path));
    check(withoutSecrets(text));
  });
});

it('nothing of a random secret is left, in whatever form and between whatever lines', () => {
  const kinds: readonly Make[] = [...Object.values(KEYS), ...Object.values(VALUES)];
  fc.assert(fc.property(fc.nat(ASSIGNMENTS.length - 1), fc.nat(kinds.length - 1), fc.array(fc.string({ maxLength: 30 }).map((line) => line.replaceAll(/["'`\\<[({|>$#:=,\n]/g, ' ')), { maxLength: 3 }), (form, kind, lines) => {
    const [, path, write] = ASSIGNMENTS[form] ?? ['', '', String];
    const r = new Maker();
    const made = kinds[kind]?.(r) ?? '';
    // What has signs of its own (a connection string) is no value of every form: the table above has its places.
    if (!/^[\w+/=.~-]+$/.test(made) || (write('').includes('://') && made.includes('/'))) return;
    const text = `${lines.join('\n')}\n${write(made)}\n${lines.join('\n')}`;
    expect(seen(masked(text, path), r)).toEqual([]);
    expect(seen(withoutSecrets(text), r)).toEqual([]);
  }), { numRuns: 600 });
}, 60_000);

it('a secret that is given away in one file is masked in all others, in base64, in an address and backwards in time', () => {
  const r = new Maker();
  const value = `${r.alnum(12)}/${r.alnum(9)}`;
  const { learn, mask } = maskOf([], 'salt');
  const others = [`x ${value} y`, Buffer.from(`ab:${value}`).toString('base64'), Buffer.from(`a:${value}`).toString('base64'), Buffer.from(`:${value}`).toString('base64'), encodeURIComponent(value), Buffer.from(value).toString('hex')];
  for (const text of others) learn(text, 'other.txt');
  learn(`DB_PASSWORD=${value}`, '.env');
  for (const text of others) {
    const shown = mask(text, 'other.txt');
    expect(seen(shown, r)).toEqual([]);
    for (let i = 4; i + 8 <= text.length - 4; i += 1) expect(shown.slice(i, i + 8) === text.slice(i, i + 8) && text !== others[0], text).toBe(false);
  }
});
