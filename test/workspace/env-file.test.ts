import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnvFile, readRawEnvFile } from '../../src/workspace/compose/env-file.ts';

const lookup = (name: string): string | undefined => ({ SHELL_SET: 'from shell', EMPTY: '' })[name];
const values = (text: string) => Object.fromEntries(readEnvFile(text, lookup).vars.map(each => [each.name, each.value]));

describe('an env file as Compose reads it', () => {
  it.each([
    ['A=x#y', { A: 'x#y' }],
    ['A=x #y', { A: 'x' }],
    ['A=$SHELL_SET\nB=${A}!', { A: 'from shell', B: 'from shell!' }],
    ['A=x$$y', { A: 'x$y' }],
    ["A='lit $X'", { A: 'lit $X' }],
    ['A=`x y`', { A: '`x y`' }],
    [String.raw`A="a\tb\$c\"d"`, { A: 'a\tb$c"d' }],
    [String.raw`A='it\'s'`, { A: "it's" }],
    ['A: b\nC:d', { A: 'b', C: 'd' }],
    ['SHELL_SET\nUNSET_BARE\nA=1', { SHELL_SET: 'from shell', A: '1' }],
    ['export A=b\n  C = d  ', { A: 'b', C: 'd' }],
    ['\uFEFFA=1\r\nB="two"\r\n', { A: '1', B: 'two' }],
    ['A="two\nlines"\nB=1', { A: 'two\nlines', B: '1' }],
    ['A=1\nA=2', { A: '2' }],
    ['A[0]=c', { 'A[0]': 'c' }],
    ['# only\n\n', {}],
    ['A=', { A: '' }],
  ])('%j', (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  it.each([
    ['A=1\nB="open', 2, 'unterminated'],
    ['A B=c', 1, 'blank'],
    ['A!=c', 1, 'unexpected character "!"'],
    ['A=${', 1, 'invalid use of $'],
    ['A=${NOPE:?say why}', 1, 'say why'],
  ])('%j stops Compose', (text, line, says) => {
    const { error } = readEnvFile(text, lookup);
    expect(error?.line).toBe(line);
    expect(error?.says).toContain(says);
  });

  it.each(['KEY="cAnArYcAnArY', "KEY='cAnArYcAnArY", 'KEY cAnArYcAnArY\nA=1', 'K!EY=cAnArYcAnArY', 'KEY=cAnArYcAnArY${'])('%j: what is said of it holds no value', (text) => {
    const { error } = readEnvFile(text, lookup);
    expect(error?.says).toMatch(/./);
    expect(error?.says).not.toContain('cAnArY');
  });

  it('knows the line of every name and which variables came out empty', () => {
    expect(readEnvFile('# x\nA=1\n\nB="a\nb"\nC=${UNSET_ONE}', lookup).vars).toEqual([
      { name: 'A', raw: '1', value: '1', blank: [], line: 2 },
      { name: 'B', raw: 'a\nb', value: 'a\nb', blank: [], line: 4 },
      { name: 'C', raw: '${UNSET_ONE}', value: '', blank: ['UNSET_ONE'], line: 6 },
    ]);
  });

  it('reads any plain value back', () => {
    const plain = fc.stringMatching(/^[A-Za-z0-9_./:@-]{0,20}$/);
    fc.assert(fc.property(fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/), plain), all => {
      expect(values(Object.entries(all).map(([name, value]) => `${name}=${value}\n`).join(''))).toEqual({ ...all });
    }));
  });

  it('ends for every text', () => {
    fc.assert(fc.property(fc.string(), text => {
      readEnvFile(text, lookup);
      readRawEnvFile(text, lookup);
    }));
  });
});

it('reads format: raw as docker run --env-file does', () => {
  const { vars } = readRawEnvFile('# c\nA="q" # stays\nSHELL_SET\nUNSET\nB=$A', lookup);
  expect(vars.map(({ name, value }) => [name, value])).toEqual([['A', '"q" # stays'], ['SHELL_SET', 'from shell'], ['B', '$A']]);
});
