/** A bundle: the same findings anywhere, nothing in it but what the rules read, and no secret, however it is written. */
import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bundleOf, fromBundle } from '../../src/doctor/bundle/bundle.ts';
import { maskOf } from '../../src/doctor/bundle/mask.ts';
import { recorded } from '../../src/doctor/bundle/record.ts';
import { diagnose } from '../../src/doctor/engine.ts';
import { factsOf } from '../../src/doctor/know.ts';
import { rules } from '../../src/doctor/rules/index.ts';
import type { Known, Line } from '../../src/doctor/types.ts';
import { Stop } from '../../src/stop.ts';
import { fingerprint } from '../../src/ui/redact.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import { memoryFiles } from '../helpers/memory-files.ts';
import type { Tree } from '../helpers/tree.ts';
import { healthyCases, ruleCases } from './cases.ts';

interface Given {
  readonly tree: Tree;
  readonly env?: Readonly<Record<string, string>>;
  readonly services?: readonly string[];
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** What the doctor says, and the bundle of it; undefined: the compose file cannot be read, and there is none. */
function bundled({ tree, env = {}, services = [], facts = {} }: Given) {
  const recorder = recorded(memoryFiles(tree));
  let workspace;
  try {
    workspace = readWorkspace({ cwd: recorder.files.root, env, files: recorder.files });
  } catch (error) {
    if (error instanceof Stop) return undefined;
    throw error;
  }
  if ('ask' in workspace) throw new Error('the case has no compose file of a standard name');
  const known: Known = { ...factsOf(workspace, services), ...(facts as Known) };
  const { lines } = diagnose(known, rules);
  const make = (salt = randomUUID()) => bundleOf({ version: 'x', services, workspace, composeFiles: [], recording: recorder.recording(), known, env, folder: '', salt }).text;
  return { lines, make };
}
const replay = (text: string): readonly Line[] => diagnose(fromBundle(text, 'b.json').known, rules).lines;

/** A line as it must be the same: fingerprints are those of the masks, and the workspace lies elsewhere. */
function same(lines: readonly Line[]): string {
  return JSON.stringify(lines, null, 1).replaceAll(/[^\s"\\]{0,3}… (\d+) characters, #[0-9a-f]{4}/g, '… $1 characters').replaceAll('/memory', '/workspace');
}

/** Of each rule the first case where it speaks, and every healthy workspace: what is read and found differs from rule to rule, little from case to case. */
const firsts = [...new Map(ruleCases.filter((one) => one.expect.some(({ rule }) => rule === one.rule)).toReversed().map((one) => [one.rule, one])).values()];

describe.each([...firsts, ...healthyCases].map((one) => ({ ...one, label: `${one.rule} ${one.name}` })))('$label', (one) => {
  it('is the same in a replay', () => {
    const made = bundled(one);
    if (made !== undefined) expect(same(replay(made.make()))).toBe(same(made.lines));
  });
});

const ALNUM = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const random = (length: number): string => `7q${Array.from(randomBytes(length - 2), (byte) => ALNUM[byte % ALNUM.length]).join('')}`;
const compose = (lines: string): Tree => ({ 'docker-compose.yml': `services:\n  api:\n    image: python:3.12\n    environment:\n${lines}` });
const said = (given: Given): string => bundled(given)?.make() ?? '';

describe('what stands for a secret', () => {
  it.each([22, 32])('has the shape of a key of %s characters, and is another one in each bundle', (length) => {
    const key = random(length);
    const given = { tree: compose(`      OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${key}"\n`) };
    const stands = [said(given), said(given)].map((text) => new RegExp(`x-honeycomb-team=([0-9A-Za-z]{${length}})\\\\"`).exec(text)?.[1] ?? '');
    expect(new Set([...stands, key]).size).toBe(3);
    for (const stand of stands) expect(stand.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0')).toBe(key.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0'));
  });
  it('keeps the prefix of an ingest key, and classic keys hexadecimal', () => {
    const { learn, mask } = maskOf(['0123456789abcdef0123456789abcdef'], 'salt');
    const ingest = `hcaik_${'a1b2c3d4e5'.repeat(6).slice(0, 58)}`;
    learn(`KEY=${ingest}`);
    expect(mask(ingest)).toMatch(/^hcaik_[0-9a-z]{58}$/);
    expect(mask(ingest)).not.toBe(ingest);
    expect(mask('0123456789abcdef0123456789abcdef')).toMatch(/^[0-9a-f]{32}$/);
  });
  it('is the same wherever the secret stands, before its name as well, and encoded', () => {
    const secret = random(24);
    const { learn, mask } = maskOf([], 'salt');
    const texts = [`first ${secret}`, `API_TOKEN=${secret}`, Buffer.from(secret).toString('base64'), fingerprint(secret)];
    for (const text of texts) learn(text);
    const [first = '', named, encoded = '', print] = texts.map((text) => mask(text));
    const stand = first.slice('first '.length);
    expect(named).toBe(`API_TOKEN=${stand}`);
    expect(Buffer.from(encoded, 'base64').toString()).toBe(stand);
    expect(print).toBe(fingerprint(stand));
    expect(stand).not.toBe(secret);
  });
  it('does not tell which of a list of words a password is', () => {
    const words = ['hunter2a', 'letmein9', 'sunshine', 'postgres', 'football'];
    const seen = words.map((word) => {
      const texts = Array.from({ length: 20 }, () => said({ tree: compose(`      DB_PASSWORD: ${word}\n      DATABASE_URL: pg://me:${word}@db/app\n`) }));
      for (const text of texts) expect(text).not.toContain(word);
      // All that is left of it: its length and which signs are digits.
      return new Set(texts.map((text) => (/DB_PASSWORD: (\w+)/.exec(text)?.[1] ?? '').replace(/[a-z]/g, 'a').replace(/\d/g, '0')));
    });
    expect(seen.map((set) => [...set])).toEqual([['aaaaaa0a'], ['aaaaaaa0'], ['aaaaaaaa'], ['aaaaaaaa'], ['aaaaaaaa']]);
  });
  it('a fingerprint of a secret that nobody named is no digest of it any more', () => {
    const log = { service: 'api', line: `401 for token ${fingerprint('hunter2a')}` };
    const texts = [1, 2, 3].map(() => said({ tree: compose('      A: b\n'), facts: { logs: [log] } }));
    const digests = texts.map((text) => /characters, #([0-9a-f]{4})/.exec(text)?.[1]);
    expect(digests).not.toContain(undefined);
    expect(new Set([...digests, /#(.*)/.exec(fingerprint('hunter2a'))?.[1]]).size).toBeGreaterThan(2);
  });
  it.each<[string, Tree, string]>([
    ['a service whose name is that of a secret', { 'docker-compose.yml': 'services:\n  keycloak:\n    image: quay.io/keycloak/keycloak:24.0\n  token-service:\n    build: ./api\n', 'api/Dockerfile': 'FROM python:3.12\n' }, 'keycloak:\\n    image: quay.io/keycloak/keycloak:24.0\\n  token-service:\\n    build: ./api'],
    ['versions of packages', { ...compose('      A: b\n'), 'package.json': '{"dependencies":{"jsonwebtoken":"^9.0.2","keyv":"^4.5.0"}}' }, ''],
    ['a variable that is filled in', compose('      DB_PASSWORD: ${DB_PASSWORD}\n      OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY}"\n'), 'DB_PASSWORD: ${DB_PASSWORD}'],
    ['a placeholder, which a rule names', compose('      HONEYCOMB_API_KEY: your-api-key-here\n'), 'HONEYCOMB_API_KEY: your-api-key-here'],
  ])('%s stays as it is', (_, tree, kept) => expect(said({ tree })).toContain(kept));
  it('versions stay what they are', () => {
    const { learn, mask } = maskOf([], 'salt');
    const text = '{"dependencies":{"jsonwebtoken":"^9.0.2","keyv": "4.5.0-beta.1"}}\ntokenizers==0.13.3\n';
    learn(text);
    expect(mask(text)).toBe(text);
  });
});

it('no secret outlives it, wherever and however it is written', () => {
  const ways: readonly ((secret: string) => string)[] = [
    (s) => `x-honeycomb-team=${s}`, (s) => `"x-honeycomb-team": "${s}"`, (s) => `'x-honeycomb-team', '${s}'`, (s) => `x-honeycomb-team%3D${s}`, (s) => `Authorization: Bearer ${s}`, (s) => `authorization=Basic%20${s}`,
    (s) => `DB_PASSWORD=${s}`, (s) => `DB_PASS: "${s}"`, (s) => `ENV API_KEY ${s}`, (s) => `"start":"HONEYCOMB_API_KEY=${s} node ."`, (s) => `args:\n  NPM_TOKEN: ${s}`, (s) => `os.environ.setdefault("HONEYCOMB_API_KEY", "${s}")`,
    (s) => `http://me:${s}@host/`, (s) => `secret_key => '${s}'`, (s) => `ghp_${s}`, (s) => `hcaik_${s}`, (s) => `HEADERS=a=b,x-other=${s}`, (s) => `{\\"api_key\\":\\"${s}\\"}`,
  ];
  fc.assert(fc.property(fc.integer({ min: 0, max: ways.length - 1 }), fc.string({ maxLength: 40 }), fc.string({ maxLength: 40 }), (which, before, after) => {
    const secret = random(24);
    const { learn, mask } = maskOf([], 'salt');
    const written = ways[which]?.(secret) ?? '';
    const text = `${before}\n${written}\n${after}`;
    learn(text);
    expect(mask(text)).not.toContain(secret);
    // A whole token is one with its prefix.
    if (!/^(?:ghp|hcaik)_/.test(written)) expect(mask(`elsewhere ${secret}`)).not.toContain(secret);
  }), { numRuns: 500 });
});
