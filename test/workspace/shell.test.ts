import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../src/workspace/compose/words.ts';
import { plainScalar } from '../../src/workspace/compose/scalar.ts';
import { shellCommands } from '../../src/workspace/start/shell.ts';

describe('shellCommands', () => {
  it.each([
    ['a b; c && d || e | f & g', ['a b', 'c', 'd', 'e', 'f', 'g']],
    ['A=1 B="x y" run --x=1', ['run --x=1']],
    ['if test -f x; then a; else b; fi', ['test -f x', 'a', 'b']],
    ['while ! nc -z db 1; do sleep 1; done\nserve', ['nc -z db 1', 'sleep 1', 'serve']],
    ['for f in a b; do run $f; done', ['run $f']],
    ['case "$1" in a|b) x ;; *) y ;; esac; z', ['x', 'y', 'z']],
    ['f() { a; }; f', ['a', 'f']],
    ['(cd x && run)', ['cd x', 'run']],
    ['run > out 2>&1 < in', ['run']],
    ['cat <<EOF\nserver no\nEOF\nserver yes', ['cat', 'server yes']],
    ['a # comment ; b\nc', ['a', 'c']],
    ["echo 'a;b' \"c && d\" e\\ f", ['echo a;b c && d e f']],
    ['echo $(a; b) `c; d` ${e:-f g}', ['echo $(a; b) `c; d` ${e:-f g}']],
    ['a \\\n  b', ['a b']],
    ['', []],
  ])('%j', (text, commands) => {
    expect(shellCommands(text).map(command => command.words.map(word => word.text).join(' '))).toEqual(commands);
  });

  it('ends for every text, and every character of a word stands where it says', () => {
    const shell = fc.array(fc.constantFrom('a', 'run', ' ', '"', "'", '\\', '$(', ')', '(', '`', '${', '}', ';', '&&', '|', '\n', '#', '<<EOF', 'case x in', ')', 'esac', '>')).map(parts => parts.join(''));
    fc.assert(fc.property(shell, text => {
      for (const command of shellCommands(text)) {
        for (const word of command.words) expect(word.at.map(at => text[at]).join('')).toBe(word.text);
      }
    }));
  });
});

it('splitWords keeps the place of every character', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom('ab', ' ', '"', "'", '\\x', ';', '$', '(', ')')).map(parts => parts.join('')), text => {
    for (const word of splitWords(text) ?? []) expect(word.at.map(at => text[at]).join('')).toBe(word.text);
  }));
});

describe('plainScalar', () => {
  it.each([
    ['yes', 'string', 'yes'], ['True', 'bool', 'true'], ['0644', 'int', '420'], ['0o17', 'int', '15'], ['-0x1f', 'int', '-31'], ['08', 'float', '8'],
    ['1_000', 'int', '1000'], ['1.10', 'float', '1.1'], ['1e3', 'float', '1000'], ['1e21', 'float', '1e+21'], ['0.00001', 'float', '1e-05'], ['.5', 'float', '0.5'],
    ['18446744073709551616', 'float', '1.8446744073709552e+19'], ['1000000.5', 'float', '1.0000005e+06'], ['~', 'null', null], ['', 'null', null], ['-.INF', 'float', '-Inf'], ['1.2.3', 'string', '1.2.3'], ['-', 'string', '-'],
  ])('%j is %s %j', (written, type, text) => {
    expect(plainScalar(written)).toEqual({ type, text });
  });
});
