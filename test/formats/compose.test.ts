import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compose } from '../../src/formats/compose.ts';
import { prove } from '../../src/formats/prove.ts';
import { isRefusal } from '../../src/formats/refusal.ts';
import type { Change, Keys, Model } from '../../src/types.ts';

function model(text: string): Model {
  const parsed = compose.parse(text);
  if (isRefusal(parsed)) throw new Error(parsed.refused);
  return parsed.model;
}
/** What a service says, read from its lines. */
const service = (...lines: string[]): Model => (model(['services:', '  web:', ...lines.map((l) => `    ${l}`), ''].join('\n')) as { services: { web: Model } }).services.web;

describe('the model', () => {
  test.each([
    { name: 'environment as a map', lines: ['environment:', '  A: text', '  B: 0440', '  C: true', '  D:', '  E: ""', '  F: ~'], is: { environment: { A: 'text', B: '0440', C: 'true', D: null, E: '', F: null } } },
    { name: 'environment as a list', lines: ['environment:', '  - A=1=2', '  - B', '  - C=', '  - A=3'], is: { environment: { A: '3', B: null, C: '' } } },
    { name: 'environment without entries', lines: ['environment:'], is: { environment: {} } },
    { name: 'environment dropped by !reset', lines: ['environment: !reset', '  A: 1'], is: { environment: {} } },
    { name: 'build arguments and labels', lines: ['build:', '  args: [A=1, B]', 'labels:', '  - x.y=z'], is: { build: { args: { A: '1', B: null } }, labels: { 'x.y': 'z' } } },
    { name: 'extra_hosts as a list', lines: ['extra_hosts: ["a:1.1.1.1", b=::1]'], is: { extra_hosts: ['a:1.1.1.1', 'b:::1'] } },
    { name: 'extra_hosts as a map', lines: ['extra_hosts:', '  a: 1.1.1.1', '  b: [2.2.2.2, "::1"]'], is: { extra_hosts: ['a:1.1.1.1', 'b:2.2.2.2', 'b:::1'] } },
    { name: 'everything else as YAML says', lines: ['command: [a, 1]', 'init: true', 'ports: [8000]', 'x: 0x10', 'healthcheck:'], is: { command: ['a', 1], init: true, ports: [8000], x: 16, healthcheck: null } },
    { name: 'a key that JavaScript has for itself', lines: ['environment:', '  __proto__: x', '  constructor: y'], is: { environment: Object.fromEntries([['__proto__', 'x'], ['constructor', 'y']]) } },
    { name: 'a list that no environment is', lines: ['environment:', '  - A: 1'], is: { environment: [{ A: 1 }] } },
  ])('$name', ({ lines, is }) => {
    expect(service(...lines)).toEqual(is);
  });

  test('aliases and merge keys: own keys win, then the first of a list', () => {
    const text = ['x-a: &a {A: 1, B: 2}', 'x-b: &b {B: 3, C: 4}', 'services:', '  web: &web', '    image: i', '    environment: {<<: [*a, *b], A: 0}', '  worker:', '    <<: *web', '    command: &c [x]', '  other: {environment: *a, command: *c}', ''].join('\n');
    const environment = { A: '0', B: '2', C: '4' };
    expect(model(text)).toMatchObject({ services: { web: { image: 'i', environment }, worker: { image: 'i', environment, command: ['x'] }, other: { environment: { A: '1', B: '2' }, command: ['x'] } } });
  });

  test.each(['', '# nothing\n', '---\n...\n'])('an empty file says null: %j', (text) => {
    expect(model(text)).toBeNull();
  });
});

describe('lines', () => {
  const text = ['\uFEFFx-app: &app', '  command: flask', '  environment:', '    SHARED: 1', 'services:', '  web:', '    <<: *app', '    ports:', '      - a', '', '      - b', '  api:', '    environment:', '      - A=1', '      - B', '      - A=2', '    command: >', '      x'].join('\r\n');
  const cases: [Keys, number | undefined][] = [
    [['services'], 5],
    [['services', 'web'], 6],
    [['services', 'web', 'ports', 1], 11],
    [['services', 'web', 'command'], 2],
    [['services', 'web', 'environment', 'SHARED'], 4],
    [['services', 'api', 'environment'], 13],
    [['services', 'api', 'environment', 'A'], 16],
    [['services', 'api', 'environment', 'B'], 15],
    [['services', 'api', 'command'], 17],
    [['services', 'api', 'environment', 'C'], undefined],
    [['services', 'nobody', 'environment', 'C'], undefined],
    [['services', 'web', 'ports', 2], undefined],
  ];
  test.each(cases)('%j', (at, line) => {
    expect(compose.line(text, at)).toBe(line);
  });
  test('a file that cannot be read has none', () => {
    expect(compose.line('a: "', ['a'])).toBeUndefined();
  });
});

test('what is nested too deeply is refused, not thrown', () => {
  for (const text of ['['.repeat(50_000), `a: ${'['.repeat(500)}${']'.repeat(500)}\n`]) {
    expect(compose.parse(text)).toHaveProperty('refused');
  }
});

test('many services and changes are read once: a reading for each change would take minutes', () => {
  const names = Array.from({ length: 2_000 }, (_, i) => `s${i}`);
  const before = `services:\n${names.map((name) => `  ${name}:\n    command: run\n    environment:\n      A: "1"\n`).join('')}`;
  const changes = names.flatMap((name): Change[] => [
    { do: 'prefix', at: ['services', name, 'command'], words: ['w'] },
    ...['B', 'C', 'D', 'E', 'F'].map((key): Change => ({ do: 'set', at: ['services', name, 'environment', key], value: '2' })),
  ]);
  const added = ['B', 'C', 'D', 'E', 'F'].map((key) => `      ${key}: "2"\n`).join('');
  const after = `services:\n${names.map((name) => `  ${name}:\n    command: w run\n    environment:\n      A: "1"\n${added}`).join('')}`;
  const proof = prove(compose, before, changes);
  if (isRefusal(proof)) throw new Error(proof.refused);
  expect(proof.after === after).toBe(true);
});

const PYTHON = `
import json, sys, yaml
for tag in ('!override', '!reset'):
    yaml.SafeLoader.add_constructor(tag, lambda loader, node: loader.construct_mapping(node) if isinstance(node, yaml.MappingNode) else None)
def read(path):
    return yaml.safe_load(open(path, encoding='utf-8-sig').read())
def both(folder):
    try:
        read(folder + '/before.yaml')
    except yaml.YAMLError:
        return None # PyYAML does not take every file that Compose takes, such as tabs behind a colon
    return read(folder + '/after.yaml')
print(json.dumps([both(folder) for folder in json.load(sys.stdin)], default=str))
`;
const hasPyYaml = spawnSync('python3', ['-c', 'import yaml']).status === 0;

/** An environment in one form, values as texts; PyYAML reads YAML 1.1, so only texts are compared. */
function oneForm(read: unknown): Record<string, unknown> {
  if (Array.isArray(read)) return Object.fromEntries(read.map((item) => String(item).split(/=(.*)/s, 2)));
  return (read ?? {}) as Record<string, unknown>;
}

// Another reader of YAML, which shares no code with ours, must find in every result what was set.
test.skipIf(!hasPyYaml)('PyYAML reads what was set (skipped where python3 cannot import yaml)', () => {
  const root = new URL('compose/', import.meta.url).pathname;
  const folders = readdirSync(root)
    .map((name) => join(root, name))
    .filter((folder) => readdirSync(folder).includes('after.yaml'));
  const python = spawnSync('python3', ['-c', PYTHON], { input: JSON.stringify(folders), encoding: 'utf8' });
  expect(python.stderr).toBe('');
  const read = JSON.parse(python.stdout) as ({ services: Record<string, { environment?: unknown; command?: unknown }> } | null)[];
  let compared = 0;
  for (const [i, folder] of folders.entries()) {
    const theirs = read[i];
    if (theirs === undefined || theirs === null) continue;
    const changes = JSON.parse(readFileSync(join(folder, 'change.json'), 'utf8')) as Change[];
    const ours = model(readFileSync(join(folder, 'after.yaml'), 'utf8')) as { services: Record<string, { command?: Model }> };
    for (const change of changes) {
      const [, name, key, entry] = change.at as [string, string, string, string];
      if (change.do === 'set' && key === 'environment' && typeof change.value === 'string') {
        expect(oneForm(theirs.services[name]?.environment)[entry], folder).toBe(change.value);
        compared += 1;
      }
      if (change.do === 'prefix') {
        expect(theirs.services[name]?.command, folder).toEqual(ours.services[name]?.command);
        compared += 1;
      }
    }
  }
  expect(compared).toBeGreaterThan(100);
});
