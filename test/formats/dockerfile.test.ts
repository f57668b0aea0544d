import { DockerfileParser } from 'dockerfile-ast';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDockerfile } from '../../src/formats/dockerfile-read.ts';
import { dockerfile } from '../../src/formats/dockerfile.ts';
import { isRefusal } from '../../src/formats/refusal.ts';

function instructions(text: string) {
  const read = readDockerfile(text);
  if (isRefusal(read)) throw new Error(read.refused);
  return read.instructions;
}
const args = (text: string) => instructions(text).map(one => (one.words === undefined ? one.args : [...one.words]));

// What BuildKit v0.18.2 (frontend/dockerfile/parser) answered to the same text.
describe('reads as BuildKit does', () => {
  test.each<[string, (string | string[])[]]>([
    ['CMD ["a", "b"]', [['a', 'b']]],
    ['CMD []', [[]]],
    ["CMD ['a']", ["['a']"]],
    ['CMD ["a",]', ['["a",]']],
    ['CMD ["a"] x', ['["a"] x']],
    ['CMD ["\\u0041\\n"]', [['A\n']]],
    ['EXPOSE ["80"]', ['["80"]']],
    ['COPY --chown=a ["a", "b"]', ['--chown=a ["a", "b"]']],
    ['CMD a \\\n  b', ['a   b']],
    ['CMD a \\  \n# c\n\n  b', ['a   b']],
    ['CMD a \\\\\nRUN b', ['a \\\\', 'b']],
    ['CMD \\\n  a', ['a']],
    ['CM\\\nD a', ['a']],
    ['CMD ["a", \\\n# c\n"b"]', [['a', 'b']]],
    ['CMD a # not a comment', ['a # not a comment']],
    ['RUN a \\', ['a']],
    ['# escape=`\nCMD a `\nb \\\nRUN c', ['a b \\', 'c']],
    ['\n# escape=`\nCMD a `\nRUN b', ['a `', 'b']],
    ['# syntax=x\n# Escape = `\nCMD a `\nb', ['a b']],
    ['RUN <<EOF cat\nCMD x\nEOF\nCMD y', ['<<EOF cat', 'y']],
    ['RUN <<-"EOF"\n\tCMD x\n\tEOF\nCMD y', ['<<-"EOF"', 'y']],
    ['RUN echo "<<EOF"\nCMD y', ['echo "<<EOF"', 'y']],
    ['RUN a <<<b\nCMD y', ['a <<<b', 'y']],
    ['CMD a <<EOF\nCMD y', ['a <<EOF', 'y']],
    ['ONBUILD RUN <<EOF\nx\nEOF\nCMD y', ['RUN <<EOF', 'y']],
    ['RUN 3<<A <<B\nB\nA\nA\nB\nCMD y', ['3<<A <<B', 'y']],
  ])('%j', (text, expected) => {
    expect(args(text)).toEqual(expected);
    expect(args(text.replaceAll('\n', '\r\n'))).toEqual(expected);
    expect(args(`\uFEFF${text}`)).toEqual(expected);
  });

  test('an offset leads to the character that it stands for', () => {
    const text = '\uFEFFFROM a\r\nCMD one \\\r\n  # two\r\n\ttwo && \\\r\n three\r\n';
    const cmd = instructions(text)[1];
    expect([...(cmd?.args ?? '')].map((_, i) => text[cmd?.offset(i) ?? -1]).join('')).toBe(cmd?.args);
  });
});

test('the model tells stages, platforms and what comes before them', () => {
  expect(dockerfile.parse('ARG V=3\nfrom --platform=linux/amd64 python:$V As base\nRUN a\nFROM base\n')).toEqual({
    model: {
      escape: '\\',
      preamble: [{ keyword: 'ARG', args: 'V=3' }],
      stages: [
        { from: 'python:$V', name: 'base', platform: 'linux/amd64', instructions: [{ keyword: 'RUN', args: 'a' }] },
        { from: 'base', name: null, platform: null, instructions: [] },
      ],
    },
  });
});

test('a long line of blanks or escapes is read in no time', () => {
  for (const char of [' ', '\\', '\\ ', '<', '# a=x ']) {
    const text = `${char === '# a=x ' ? '#a=' : 'CMD '}x${char.repeat(300_000)}y\nCMD z`;
    expect(args(text).at(-1)).toBe('z');
  }
});

test('line', () => {
  const text = 'FROM a\nRUN b \\\n  c\n# d\nCMD [ \\\n  "e", \\\n  "f"]\n';
  expect(dockerfile.line(text, ['stages', 0])).toBe(1);
  expect(dockerfile.line(text, ['stages', 0, 'instructions', 1])).toBe(5);
  expect(dockerfile.line(text, ['stages', 0, 'instructions', 1, 'args'])).toBe(5);
  expect(dockerfile.line(text, ['stages', 0, 'instructions', 1, 'args', 1])).toBe(7);
  expect(dockerfile.line(text, ['stages', 0, 'instructions', 2])).toBeUndefined();
  expect(dockerfile.line(text, ['stages', 1])).toBeUndefined();
});

test('an added instruction reads in the model as it will in the file', () => {
  expect(dockerfile.item?.('copy otel.cjs ./', [])).toEqual({ keyword: 'COPY', args: 'otel.cjs ./' });
  expect(dockerfile.item?.('CMD ["a"]', [])).toEqual({ keyword: 'CMD', args: ['a'] });
});

const here = new URL('dockerfile/', import.meta.url);
const after = readdirSync(here).flatMap(name => {
  const file = readdirSync(new URL(`${name}/`, here)).find(entry => entry.startsWith('after.'));
  return file === undefined ? [] : [{ name, text: readFileSync(new URL(`${name}/${file}`, here), 'utf8') }];
});

test.each(after)('$name: dockerfile-ast finds the same instructions on the same lines', ({ text }) => {
  const theirs = DockerfileParser.parse(text).getInstructions();
  expect(instructions(text).map(({ keyword, line }) => [keyword, line])).toEqual(
    theirs.map(one => [one.getKeyword(), (one.getRange()?.start.line ?? -1) + 1]),
  );
});
