/** A repository is not trusted: everything ends, in bounded time, with a sentence and an exit code. */
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT, Stop } from '../../src/stop.ts';
import { resolveCompose } from '../../src/workspace/compose/resolve.ts';
import { readStage } from '../../src/workspace/dockerfile.ts';
import { LARGEST, openFiles, path } from '../../src/workspace/files.ts';
import { memory } from './memory.ts';

const ROOT = path('');
function resolve(text: string, more: Readonly<Record<string, string>> = {}) {
  return resolveCompose(memory({ 'compose.yaml': text, ...more }), [path('compose.yaml')], ROOT, {});
}
function stopOf(run: () => unknown): Stop {
  try {
    run();
  } catch (error) {
    if (error instanceof Stop) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a hostile compose file', () => {
  it('may not expand aliases without bound', () => {
    const levels = [...'abcdefghi'].map((name, i, all) => `x-${name}: &${name} [${Array(9).fill(i === 0 ? 'lol' : `*${all[i - 1]}`).join(', ')}]`);
    const stop = stopOf(() => resolve(`${levels.join('\n')}\nservices: { web: { image: app, command: *i } }`));
    expect(stop).toMatchObject({ exit: EXIT.refused });
    expect(stop.message).toContain('aliases');
  });

  it('may have ten thousand services', () => {
    const text = `services:\n${Array.from({ length: 10_000 }, (_, i) => `  s${i}:\n    image: app\n    environment: { A: "${i}" }\n`).join('')}`;
    expect(resolve(text).services).toHaveLength(10_000);
  });

  it.each([
    ['nested lists', `a: ${'['.repeat(20_000)}`],
    ['an anchor in itself', 'services: { web: &a { image: app, x-self: *a } }'],
    ['an unknown alias', 'services: { web: *nowhere }'],
    ['a key twice', 'services:\n  web: { image: a }\n  web: { image: b }'],
    ['a tab', 'services:\n\tweb: {}'],
    ['a list', '- a'],
    ['services that are a list', 'services: [a]'],
    ['a service that is text', 'services: { web: text }'],
    ['a malformed variable', 'services: { web: { image: "${" } }'],
    ['merge of a text', 'services: { web: { <<: text } }'],
    ['extends in a circle', 'services: { a: { extends: b }, b: { extends: { service: a } } }'],
    ['extends of nothing', 'services: { a: { extends: gone } }'],
    ['include of itself', 'include: [compose.yaml]'],
    ['include of nothing', 'include: [gone.yaml]'],
    ['include from outside', 'include: [../other/compose.yaml]'],
    ['extends from outside', 'services: { a: { extends: { file: /etc/compose.yaml, service: x } } }'],
    ['ports that are none', 'services: { a: { image: x, ports: ["nope"] } }'],
  ])('%s', (_, text) => {
    const stop = stopOf(() => resolve(text));
    expect([EXIT.usage, EXIT.refused]).toContain(stop.exit);
    expect(stop.message).toMatch(/^(?:The aliases in )?compose\.yaml/);
  });

  it.each([
    ['open braces', '${A:-'.repeat(200_000)],
    ['deep defaults', `${'${A:-'.repeat(20_000)}${'}'.repeat(20_000)}`],
  ])('%s are refused, not searched forever', (_, value) => {
    expect(stopOf(() => resolve(`services: { web: { image: a, environment: { A: '${value}' } } }`)).exit).toBe(EXIT.usage);
  });

  it('may have many variables in one line', () => {
    const [web] = resolve(`services: { web: { image: a, environment: { A: '${'${X:-x}'.repeat(100_000)}' } } }`).services;
    expect(web?.env[0]?.value).toHaveLength(100_000);
  });

  it('may have a Dockerfile of many stages and instructions', () => {
    const doubling = Array.from({ length: 60 }, (_, i) => `FROM a AS s${i}\nCOPY . /x\n${i === 0 ? '' : `COPY --from=s${i - 1} / /y\nCOPY --from=s${i - 1} / /z\n`}`).join('');
    const o = { args: {}, context: ROOT };
    expect(readStage(memory({ Dockerfile: doubling }), path('Dockerfile'), o)).toMatchObject({ index: 59 });
    expect(readStage(memory({ Dockerfile: `FROM a\n${'RUN x\n'.repeat(20_000)}` }), path('Dockerfile'), o)).toMatchObject({ index: 0 });
    expect(readStage(memory({ Dockerfile: 'FROM a\n'.repeat(5_000) }), path('Dockerfile'), o)).toHaveProperty('refused');
  });

  it('names the line', () => {
    expect(stopOf(() => resolve('services:\n  web:\n    image: a\n    image: b\n')).message).toBe('compose.yaml:4: "image" is there already, in line 3.');
  });
});

describe('hostile files', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(joinPath(tmpdir(), 'otel-setup-files-'));
    mkdirSync(joinPath(folder, 'in/sub'), { recursive: true });
    writeFileSync(joinPath(folder, 'secret'), 'not yours');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string | Uint8Array): void => writeFileSync(joinPath(folder, 'in', name), content);

  it('reads nothing through a symlink that leaves the root', () => {
    symlinkSync('../secret', joinPath(folder, 'in/.env'));
    symlinkSync('..', joinPath(folder, 'in/up'));
    symlinkSync('../gone', joinPath(folder, 'in/dangling'));
    write('real', 'mine');
    symlinkSync('real', joinPath(folder, 'in/link'));
    const files = openFiles(joinPath(folder, 'in'));
    expect([files.text(path('.env')), files.why(path('.env')), files.exists(path('.env'))]).toEqual([undefined, 'outside', false]);
    expect([files.text(path('up/secret')), files.why(path('up/secret'))]).toEqual([undefined, 'outside']);
    expect(files.why(path('dangling'))).toBe('outside');
    expect(files.text(path('link'))).toBe('mine');
    expect(files.resolve(path('sub'), '../up/secret')).toBeUndefined();
    expect(files.resolve(path('sub'), '../../secret')).toBeUndefined();
    expect(files.resolve(path('sub'), '../real')).toBe('real');
    expect(files.resolve(ROOT, joinPath(files.root, 'sub/x'))).toBe('sub/x');
    expect(files.resolve(ROOT, '/etc/passwd')).toBeUndefined();
    expect(files.find(ROOT, /./)).toEqual(['link', 'real']);
  });

  it('says why there is no text', () => {
    write('big', new Uint8Array(LARGEST + 1).fill(97));
    write('binary', new Uint8Array([0xff, 0xfa, 0x00, 0x80]));
    write('nul', 'a\0b');
    const files = openFiles(joinPath(folder, 'in'));
    expect(['big', 'binary', 'nul', 'sub', 'gone', 'sub/gone'].map(name => files.why(path(name)))).toEqual(['too-large', 'not-text', 'not-text', 'not-a-file', undefined, undefined]);
    for (const name of ['big', 'binary']) {
      expect(stopOf(() => resolveCompose(files, [path(name)], ROOT, {})).exit).toBe(EXIT.refused);
    }
  });

  it('decodes what PowerShell writes and keeps the BOM', () => {
    write('le', Buffer.from('\uFEFFflask\r\n', 'utf16le'));
    write('nobom', Buffer.from('flask-cors\r\n', 'utf16le'));
    write('be', Buffer.from('\uFEFFflask\r\n', 'utf16le').swap16());
    write('utf8', '\uFEFFé\n');
    const files = openFiles(joinPath(folder, 'in'));
    expect(['le', 'nobom', 'be', 'utf8'].map(name => [files.text(path(name)), files.encoding(path(name))])).toEqual([
      ['\uFEFFflask\r\n', 'utf-16le'], ['flask-cors\r\n', 'utf-16le'], ['\uFEFFflask\r\n', 'utf-16be'], ['\uFEFFé\n', 'utf-8'],
    ]);
  });

  it.each(['../x', '/x', 'a/../b', 'a/..', 'a\0b'])('%j is no path of the workspace', text => {
    expect(stopOf(() => path(text)).exit).toBe(EXIT.refused);
  });
});
