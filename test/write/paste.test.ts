/** What is pasted must be all of it: nothing that was inherited is lost, and a lock file follows its manifest. */
import { describe, expect, test } from 'vitest';
import type { Change, EnvVar, Op } from '../../src/types.ts';
import { path } from '../../src/workspace/path.ts';
import { lockPaste } from '../../src/write/lock-paste.ts';
import { pasteFor } from '../../src/write/paste.ts';

const compose = path('compose.yaml');
const edit = (change: Change): Op => ({ op: 'edit', path: compose, format: 'compose', change });
const set = (name: string, value: string) => edit({ do: 'set', at: ['services', 'web', 'environment', name], value });
const written = (name: string, raw: string | null, where: EnvVar['where'] = { path: compose, line: 4 }): EnvVar => ({ name, raw, value: raw ?? undefined, blank: [], where });

describe('lines of a compose file', () => {
  test('what the service inherits comes first; what others give it does not', () => {
    const env = [written('FROM_IMAGE', 'x', 'image'), written('FROM_FILE', 'x', { path: path('web.env'), line: 1 }), written('MODE', 'dev "1"'), written('HOME', null), written('DB', 'old'), written('DB', '${DB}')];
    expect(pasteFor(compose, [set('OTEL_SERVICE_NAME', 'web'), set('HOME', '/home')], env)?.text.split('\n')).toEqual([
      '    environment:',
      '      MODE: "dev \\"1\\""',
      '      DB: "${DB}"',
      '      OTEL_SERVICE_NAME: "web"',
      '      HOME: "/home"',
    ]);
  });
  test('a secret that is written out is named, not repeated', () => {
    const text = pasteFor(compose, [set('A', '1')], [written('API_TOKEN', 'not-to-be-seen'), written('API_KEY', '${API_KEY}'), written('PASSED_KEY', null)])?.text ?? '';
    expect(text).not.toContain('not-to-be-seen');
    expect(text).toContain('      API_TOKEN: # its value is in line 4\n      API_KEY: "${API_KEY}"\n      PASSED_KEY:\n');
  });
  test('each key stands where Compose wants it', () => {
    const host = edit({ do: 'add', at: ['services', 'web', 'extra_hosts'], value: 'host.docker.internal:host-gateway' });
    const command = edit({ do: 'set', at: ['services', 'web', 'command'], value: 'flask run' });
    const wrapped = edit({ do: 'prefix', at: ['services', 'web', 'command'], words: ['opentelemetry-instrument'] });
    expect(pasteFor(compose, [host, set('A', '1'), command, wrapped])?.text.split('\n')).toEqual([
      '    extra_hosts:',
      '      - "host.docker.internal:host-gateway"',
      '    environment:',
      '      A: "1"',
      '    command: flask run',
      '    # command: put in front: opentelemetry-instrument',
    ]);
  });
  test('nothing to paste into a file that is not changed', () => {
    expect(pasteFor(path('other.yaml'), [set('A', '1')])).toBeUndefined();
  });
});

/** The paste of a lock operation whose manifest gets these changes. */
const lines = (argv: readonly string[], format: string, changes: readonly Change[], manifest: string, folder = '') => {
  const reads = [path(manifest)];
  const ops = changes.map((change): Op => ({ op: 'edit', path: path(manifest), format, change }));
  return lockPaste({ op: 'lock', argv, cwd: path(folder), reads, writes: [path('a.lock')] }, [...ops, set('A', '1')]);
};

describe('a lock file that could not be brought up to date', () => {
  const npm = [{ do: 'set', at: ['dependencies', '@a/b'], value: '1.0.0' }, { do: 'set', at: ['dependencies', 'c'], value: '2.0.0' }] as const;
  const project = [{ do: 'add', at: ['project', 'dependencies'], value: 'a==1' }] as const;

  test.each<[string, readonly string[], string, readonly Change[], string]>([
    ['poetry add --lock a==1 b==2', ['poetry', 'lock'], 'toml', [{ do: 'set', at: ['tool', 'poetry', 'dependencies', 'a'], value: '1' }, { do: 'set', at: ['tool', 'poetry', 'dependencies', 'b'], value: '2' }], 'pyproject.toml'],
    ['uv add --no-sync a==1', ['uv', 'lock'], 'toml', project, 'pyproject.toml'],
    ['pdm add --no-sync a==1', ['pdm', 'lock', '--update-reuse'], 'toml', project, 'pyproject.toml'],
    ['pipenv install a==1', ['pipenv', 'lock'], 'toml', [{ do: 'set', at: ['packages', 'a'], value: '==1' }], 'Pipfile'],
    ['npm install --package-lock-only --ignore-scripts --save-exact @a/b@1.0.0 c@2.0.0', ['npm', 'install'], 'package-json', npm, 'package.json'],
    ['pnpm add --lockfile-only --ignore-scripts --save-exact @a/b@1.0.0 c@2.0.0', ['pnpm', 'install'], 'package-json', npm, 'package.json'],
    ['yarn add --exact @a/b@1.0.0 c@2.0.0', ['yarn', 'install'], 'package-json', npm, 'package.json'],
    ['bun add --exact @a/b@1.0.0 c@2.0.0', ['bun', 'install'], 'package-json', npm, 'package.json'],
  ])('%s', (line, argv, format, changes, manifest) => {
    expect(lines(argv, format, changes, manifest)).toEqual({ into: 'your shell', text: line });
  });
  test.each([[['pip-compile', '--output-file=requirements.txt', 'requirements.in']], [['uv', 'pip', 'compile', '--output-file=requirements.txt', 'requirements.in']]])('%s: the lines, then the command', (argv) => {
    expect(lines(argv, 'requirements-txt', [{ do: 'add', at: [], value: 'a==1' }], 'api/requirements.in', 'api')).toEqual({
      into: 'api/requirements.in, then run the last lines in your shell',
      text: `a==1\n\ncd api\n${argv.join(' ')}`,
    });
  });
  test('a folder of its own comes first', () => {
    expect(lines(['npm', 'install'], 'package-json', npm, 'web/package.json', 'web').text).toMatch(/^cd web\nnpm install /);
  });
});
