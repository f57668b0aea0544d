/** Every regular expression of the doctor on texts that were made to be slow for it, in a child: none takes more than quadratic time of a line's length, and none stands still. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

import { patterns } from '../../src/doctor/log-lines/index.ts';

interface Expression {
  readonly at: string;
  readonly source: string;
  readonly flags: string;
}
const root = fileURLToPath(new URL('../..', import.meta.url));
const filesOf = (folder: string): readonly string[] => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`);

/** The literals of a file, and what is put together from one text alone. */
function literalsOf(path: string): readonly Expression[] {
  const found: Expression[] = [];
  const file = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, source = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? [];
      found.push({ at: `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`, source, flags });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const literals = [...filesOf('src/doctor'), 'src/ui/secret-shapes.ts', 'src/ui/redact.ts'].flatMap(literalsOf);
const logLines = patterns.map(({ rule, match }): Expression => ({ at: rule, source: match.source, flags: match.flags }));

test.each<[string, readonly Expression[]]>([['in the rules, probes and sources', literals], ['of log lines', logLines]])('expressions %s', (_, expressions) => {
  expect(expressions.length).toBeGreaterThan(80);
  const { stdout, error } = spawnSync(process.execPath, [join(root, 'test/safety/expressions.mjs')], { input: JSON.stringify(expressions), encoding: 'utf8', timeout: 500_000, maxBuffer: 64 * 1024 * 1024 });
  const said = stdout.trim().split('\n');
  expect(said.filter((line) => line.startsWith('! '))).toEqual([]);
  // Else this one never came to an end.
  expect(said.at(-1)).toBe('done');
  expect(error).toBeUndefined();
}, 600_000);

test('what measures sees one that is worse', () => {
  const { stdout } = spawnSync(process.execPath, [join(root, 'test/safety/expressions.mjs')], { input: JSON.stringify([{ at: 'here', source: 'a*a*b', flags: 'g' }]), encoding: 'utf8', timeout: 60_000 });
  // Told, or still at it when the time was up.
  expect(stdout).toMatch(/^\? here/);
  expect(stdout).not.toMatch(/^\? here[^\n]*\ndone/m);
});
