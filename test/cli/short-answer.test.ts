import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, inject, test } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { helpText } from '../../src/args.ts';
import { shortAnswer } from '../../src/short-answer.ts';

const version = { text: `${manifest.version}\n`, to: 'stdout', exit: 0 };
const help = (command?: Parameters<typeof helpText>[0]) => ({ text: helpText(command), to: 'stdout', exit: 0 });

test.each([
  [[], { ...help(), to: 'stderr', exit: 2 }],
  [['--version'], version],
  [['-V'], version],
  [['init', '--version'], version],
  [['--help'], help()],
  [['help'], help()],
  [['help', 'undo'], help('undo')],
  [['init', '-h'], help('init')],
  [['--cwd', 'x', 'view', '--help'], help('view')],
  [['init'], undefined],
  [['nothing-like-it'], undefined],
  // After `--` stands somebody else's command line.
  [['run', 'api', '--', 'flask', '--help'], undefined],
  [['run', 'api', '--', 'node', '--version'], undefined],
])('%j', (argv, answer) => expect(shortAnswer(argv)).toEqual(answer));

test('the gate holds no library, and no syntax that Node 12 cannot read', () => {
  const gate = readFileSync(inject('program'), 'utf8');
  expect([...gate.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name).toSorted()).toEqual(['node:module', 'url']);
  expect(gate).not.toMatch(/\?\?|\?\.|^import\b|^export\b|\bawait\b/m);
  expect(readFileSync(join(dirname(inject('program')), 'cli.js'), 'utf8')).toMatch(/^import\b/m);
});
