import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** The rules of ARCHITECTURE.md that the linter cannot say. */
const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const git = (...words: string[]): string[] => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).split('\n').filter((line) => line !== '');

const tracked = git('ls-files').filter((path) => existsSync(join(root, path)));
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => `src/${path.replaceAll('\\', '/')}`);

/** 'path:line text' of every line that matches. */
function linesWith(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
}

/** Ways to write to a stream of ours, or to hand it to a child (console.* is oxlint's). */
const RAW = /process\s*(?:\?\.|\.|\[['"`])\s*(?:stdout|stderr|_rawDebug)\b|\{[^}]*\bstd(?:out|err)\b[^}]*\}\s*=\s*(?:globalThis\.)?process\b|(?:writeSync|appendFileSync|writeFileSync)\(\s*[12]\b|['"`]inherit['"`]|\/dev\/(?:stdout|stderr|tty|fd)/;
/** A script that runs in a container, and `run`, whose program has our streams because the user started it with them. */
const NOT_OURS = new Set([
  "src/doctor/probes/reach/node.ts: process.stdout.write(JSON.stringify(what) + '\\\\n', function () { process.kill(process.pid, 'SIGKILL'); });",
  "src/io/child.ts: stdin: output === 'terminal' ? 'inherit' : 'ignore',",
  "src/io/child.ts: stdout: lines ? 'pipe' : 'inherit',",
  "src/io/child.ts: stderr: lines ? 'pipe' : 'inherit',",
]);

/** Comments may name the version in which a fact was seen; code may not. */
const withoutComments = (line: string): string => line.replace(/^\s*(\/\/|\*|\/\*).*$/, '').replace(/\s\/\/ .*$/, '').replace(/\/\*.*?\*\//g, '');

describe('the rooms', () => {
  test('there are sources and tracked files to look at', () => {
    expect(sources).toContain('src/types.ts');
    expect(tracked).toContain('package.json');
  });

  test('no version of a package in src/: versions live in templates/', () => {
    const version = /(?<![\d.])\d{1,3}\.\d{1,4}\.\d{1,4}(?![\d.])|\b\d+\.\d+b\d+\b/; // an IP address has four parts
    // SARIF's own number, which a SARIF file must say: no package's.
    const ownNumber = new Set(["src/doctor/show/sarif.ts: version: '2.1.0',"]);
    const found = sources.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, index) => (version.test(withoutComments(line)) && !ownNumber.has(`${path}: ${line.trim()}`) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });

  test('only cli.ts and bin.ts set the exit code, nobody calls process.exit', () => {
    const elsewhere = sources.filter((path) => path !== 'src/cli.ts' && path !== 'src/bin.ts');
    expect(linesWith(elsewhere, /process\.exitCode\s*=/)).toEqual([]);
    expect(linesWith(elsewhere, /process\.exit\s*\(/)).toEqual([]);
  });

  test('only ui/output.ts writes to standard output and standard error, and bin.ts before it is loaded', () => {
    const elsewhere = sources.filter((path) => path !== 'src/ui/output.ts' && path !== 'src/bin.ts');
    const raw = elsewhere.flatMap((path) => read(path).split('\n').flatMap((line) => (RAW.test(withoutComments(line)) ? [`${path}: ${line.trim()}`] : [])));
    expect(raw.filter((line) => !NOT_OURS.has(line))).toEqual([]);
    // What it looks for is found.
    for (const line of ["process.stderr.write('x')", "process['stdout'].write('x')", 'const { stdout } = process;', "writeSync(2, 'x')", "stdio: ['pipe', 'pipe', 'inherit']", "createWriteStream('/dev/stderr')"]) expect(line).toMatch(RAW);
    expect(linesWith(['src/ui/output.ts'], /\bwrite\(/).length).toBeGreaterThan(0);
  });

  test('git is started in one place', () => {
    const elsewhere = sources.filter((path) => path !== 'src/io/git.ts');
    expect(linesWith(elsewhere, /(?:exec|execSync|startChild|\bgit)\(\s*\[\s*['"`]git['"`]|=\s*\[['"`]git['"`]/)).toEqual([]);
    expect(linesWith(['src/io/git.ts'], /\['git', /)).toHaveLength(2);
  });

  test('no type suppressions', () => {
    expect(linesWith(sources, /@ts-(ignore|expect-error|nocheck)|oxlint-disable|eslint-disable/)).toEqual([]);
  });

  test('every top-level file and room of src/ is named in ARCHITECTURE.md', () => {
    const page = read('ARCHITECTURE.md');
    const names = readdirSync(join(root, 'src'), { withFileTypes: true }).map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    expect(names.filter((name) => !page.includes(`\`${name}\``) && !page.includes(`\`src/${name}\``))).toEqual([]);
  });

  test('no file of src/ has 400 lines, save the nouns', () => {
    const code = sources.filter((path) => path !== 'src/types.ts');
    expect(code.map((path) => [path, read(path).split('\n').length] as const).filter(([, lines]) => lines >= 400)).toEqual([]);
  });

  test('no path of somebody’s machine in a tracked file', () => {
    const texts = tracked.filter((path) => /\.(ts|mjs|cjs|js|json|md|sh|ya?ml|toml|txt|cfg)$|^\.ci\//.test(path) && path !== 'test/rooms.test.ts');
    expect(linesWith(texts, /(?<![\w./])\/work\//)).toEqual([]);
    // In test data, /root and /home/node are places in a container.
    expect(linesWith(texts.filter((path) => !path.startsWith('test/')), /(?<![\w.])\/(home\/\w+|root|Users\/\w+)\//)).toEqual([]);
  });

  test('no lock file names a registry', () => {
    const locks = tracked.filter((path) => path.endsWith('package-lock.json'));
    expect(locks).toContain('package-lock.json');
    expect(linesWith(locks, /"resolved":/)).toEqual([]);
  });
});
