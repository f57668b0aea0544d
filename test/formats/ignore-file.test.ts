import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ignoreFile } from '../../src/formats/ignore-file.ts';
import { prove } from '../../src/formats/prove.ts';
import { isRefusal } from '../../src/formats/refusal.ts';

test.each(['', 'node_modules/\n', 'node_modules/', '\uFEFF*.log\r\n', '!.env', '.env\n!.env\n', '# .env', 'a\\ \n'])('git ignores .env once it was added to %j', before => {
  const proof = prove(ignoreFile, before, [{ do: 'add', at: [], value: '.env' }]);
  if (isRefusal(proof)) throw new Error(proof.refused);
  const folder = mkdtempSync(join(tmpdir(), 'ignore-file-'));
  try {
    execFileSync('git', ['init', '-q', folder]);
    writeFileSync(join(folder, '.gitignore'), proof.after);
    expect(execFileSync('git', ['-C', folder, 'check-ignore', '.env'], { encoding: 'utf8' })).toBe('.env\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('line counts comments and empty lines', () => {
  expect(ignoreFile.line('# a\n\nb\nc\n', [1])).toBe(4);
  expect(ignoreFile.line('# a\n\nb\n', [1])).toBeUndefined();
});

test('spaces at the end do not count unless a backslash keeps them', () => {
  expect(ignoreFile.parse('a  \nb\\ \n   \n')).toEqual({ model: ['a', 'b\\ '] });
});
