/** Where a `.git` is and git does not say what it tracks, no key is written, nobody is accused, and one thing to do is named. */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, treeOf, writeTree } from '../helpers/tree.ts';
import { CANARY, FLASK, KEY, pathWith, place, run, type How, type Place } from './program.ts';

const INIT = ['init', '--yes', '--offline'];
const OTHER_KEY = 'TestConfigurationUS000';
const isRoot = process.getuid?.() === 0;

/** A workspace with `.env` in git's index, whose git is then broken. */
const broken: readonly (readonly [string, (at: Place) => How, RegExp])[] = [
  ['no git on PATH', () => ({ env: { ...KEY.env, PATH: pathWith('mkfifo') } }), /install git/],
  ['an index that is none', ({ folder }) => (writeFileSync(join(folder, '.git/index'), 'DIRC, or not'), KEY), /index file (?:corrupt|smaller)[\s\S]*Do: git -C \S+ status/],
  ['settings that are none', ({ folder }) => (writeFileSync(join(folder, '.git/config'), '[core\n'), KEY), /bad config line 1[\s\S]*Do: git -C \S+ status/],
  ['an index that never ends', ({ folder }) => (rmSync(join(folder, '.git/index')), execFileSync('mkfifo', [join(folder, '.git/index')]), KEY), /git did not answer within 3 s[\s\S]*Do: git -C \S+ status/],
  ['a .git that leads nowhere', ({ folder }) => (rmSync(join(folder, '.git'), { recursive: true }), writeFileSync(join(folder, '.git'), 'gitdir: ../gone\n'), KEY), /not a git repository[\s\S]*Do: git -C \S+ status/],
  ['an empty .git below another repository', ({ folder, home }) => {
    rmSync(join(folder, '.git'), { recursive: true });
    mkdirSync(join(folder, '.git'));
    git(home, 'init', '-q');
    git(home, 'add', '-f', 'workspace/.env');
    return KEY;
  }, /not a git repository[\s\S]*Do: git -C \S+ status/],
];
const owned: typeof broken = isRoot ? [['a folder of another user', ({ folder }) => {
  for (const path of ['', '.git']) chownSync(join(folder, path), 12_345, 12_345);
  return KEY;
}, /belongs to another user[\s\S]*Do: git config --global --add safe\.directory \S+workspace/]] : [];

describe('git does not answer', () => {
  test.each([...broken, ...owned])('%s', async (_, breaks, says) => {
    const at = place({ ...FLASK, '.env': `OTHER=1\n` });
    const how = breaks(at);
    const before = treeOf(at.folder);
    const ran = await run(at, INIT, how);
    expect({ code: ran.code, err: ran.err }).toEqual({ code: 4, err: expect.stringMatching(says) });
    expect(ran.err).toContain('Nothing was written');
    expect(treeOf(at.folder)).toEqual(before);
    // The same without a .env so far: it may have been taken away here and still be in git.
    rmSync(join(at.folder, '.env'));
    expect(await run(at, INIT, how)).toMatchObject({ code: 4, err: expect.stringMatching(says) });
    expect(Object.keys(treeOf(at.folder))).not.toContain('.env');
  });

  test.each([...broken.slice(0, 2), ...owned])('%s: a plan that was made before is refused as well', async (_, breaks, says) => {
    const at = place(FLASK);
    expect((await run(at, [...INIT, '--out', '../plan.json'], KEY)).code).toBe(0);
    const how = breaks(at);
    expect(await run(at, [...INIT, '--apply', '../plan.json'], how)).toMatchObject({ code: 4, err: expect.stringMatching(says) });
    expect(Object.keys(treeOf(at.folder))).not.toContain('.env');
  });

  test.each([...broken, ...owned])('%s: doctor says that it is not known, and accuses nobody', async (_, breaks, says) => {
    const at = place({ ...FLASK, '.gitignore': '.env\n', '.env': 'OTHER=1\n' });
    const how = breaks(at);
    writeTree(at.folder, { '.env': `HONEYCOMB_API_KEY=${OTHER_KEY}\n`, 'docker-compose.yml': `${FLASK['docker-compose.yml']}      OTEL_EXPORTER_OTLP_HEADERS: x-honeycomb-team=\${HONEYCOMB_API_KEY}\n` });
    const ran = await run(at, ['doctor', '--offline', '--no-docker', '--only', 'stores', '--json'], { ...how, env: { ...how.env, HONEYCOMB_API_KEY: OTHER_KEY } });
    const { lines } = JSON.parse(ran.out) as { lines: readonly { rule: string; status: string; says: string; do?: string }[] };
    const ofGit = lines.filter(({ rule }) => /tracked|in-source|in-history/.test(rule));
    expect(ofGit.map(({ rule, status }) => `${rule} ${status}`)).toEqual(['stores.tracked warn', 'stores.in-source skipped', 'stores.in-history skipped']);
    for (const line of ofGit) expect(`${line.says}\n  Do: ${line.do ?? ''}`).toMatch(says);
    expect(ran.out).not.toMatch(/is in git: everybody|[Rr]evoke/);
    expect(ran.code).toBe(1);
    expect(await run(at, ['status'], how)).toMatchObject({ code: 0 });
  });
});

test('another user\'s folder is taken once the user says so, as the message tells', { skip: !isRoot }, async () => {
  const at = place(FLASK);
  for (const path of ['', '.git']) chownSync(join(at.folder, path), 12_345, 12_345);
  const advice = /Do: (git config .*)/.exec((await run(at, INIT, KEY)).err)?.[1] ?? '';
  execFileSync('sh', ['-c', advice], { env: { ...process.env, HOME: at.home } });
  expect(await run(at, INIT, KEY)).toMatchObject({ code: 0 });
  expect(readFileSync(join(at.folder, '.env'), 'utf8')).toContain(CANARY);
});

describe('git answers', () => {
  test('without a repository nothing is in git, and .env is written', async () => {
    const at = place(FLASK);
    rmSync(join(at.folder, '.git'), { recursive: true });
    expect(await run(at, INIT, { env: { ...KEY.env, PATH: pathWith('mkfifo') } })).toMatchObject({ code: 0 });
    expect(readFileSync(join(at.folder, '.gitignore'), 'utf8')).toContain('.env');
  });
  test.each<[string, (at: Place) => void]>([
    ['in the index alone', ({ folder }) => git(folder, 'add', '-f', '.env')],
    ['assumed to be unchanged', ({ folder }) => (git(folder, 'add', '-f', '.env'), git(folder, 'update-index', '--assume-unchanged', '.env'))],
    ['left out of the working tree', ({ folder }) => (git(folder, 'add', '-f', '.env'), git(folder, 'update-index', '--skip-worktree', '.env'), rmSync(join(folder, '.env')))],
    ['meant to be added', ({ folder }) => git(folder, 'add', '-f', '-N', '.env')],
    ['under the name that a link leads to', ({ folder }) => (writeFileSync(join(folder, 'shared.env'), 'A=1\n'), git(folder, 'add', '-f', 'shared.env'), rmSync(join(folder, '.env')), symlinkSync('shared.env', join(folder, '.env')))],
    ['with a working tree elsewhere, says the repository', ({ folder }) => (git(folder, 'add', '-f', '.env'), git(folder, 'config', 'core.worktree', '/tmp'))],
  ])('.env is tracked: %s', async (_, makes) => {
    const at = place(FLASK);
    writeFileSync(join(at.folder, '.env'), 'OTHER=1\n');
    makes(at);
    const before = treeOf(at.folder);
    expect(await run(at, INIT, KEY)).toMatchObject({ code: 4, err: expect.stringMatching(/env is in git/) });
    expect(treeOf(at.folder)).toEqual(before);
  });
  test.each<[string, (at: Place) => void, RegExp]>([
    ['.gitignore is a link, which git does not follow', ({ folder }) => (writeFileSync(join(folder, 'rules'), '# none\n'), symlinkSync('rules', join(folder, '.gitignore'))), /\.gitignore is a link/],
    ['.env is a link to a file that git does not ignore', ({ folder }) => (writeFileSync(join(folder, 'shared.env'), 'A=1\n'), symlinkSync('shared.env', join(folder, '.env'))), /link to shared\.env, which git does not ignore[\s\S]*Do: echo \/shared\.env >> \.gitignore/],
  ])('%s: the key would get into git', async (_, makes, says) => {
    const at = place(FLASK);
    makes(at);
    const before = treeOf(at.folder);
    expect(await run(at, INIT, KEY)).toMatchObject({ code: 4, err: expect.stringMatching(says) });
    expect(treeOf(at.folder)).toEqual(before);
  });
  test('in a linked working tree and in a submodule their own index is asked', async () => {
    const at = place(FLASK);
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'protocol.file.allow=always'];
    git(at.folder, ...identity, 'commit', '-q', '-m', 'one');
    git(at.folder, 'worktree', 'add', '-q', join(at.home, 'tree'));
    const outer = join(at.home, 'outer');
    git(at.home, 'init', '-q', 'outer');
    git(outer, ...identity, 'submodule', '--quiet', 'add', at.folder, 'sub');
    for (const folder of [join(at.home, 'tree'), join(outer, 'sub')]) {
      const here = { folder, home: at.home };
      expect(await run(here, INIT, KEY)).toMatchObject({ code: 0 });
      expect(await run(here, ['undo', '--yes'])).toMatchObject({ code: 0 });
      writeFileSync(join(folder, '.env'), 'OTHER=1\n');
      git(folder, 'add', '-f', '.env');
      expect(await run(here, INIT, KEY)).toMatchObject({ code: 4, err: expect.stringMatching(/\.env is in git/) });
    }
  });
  test('a hook\'s own index and folder lead nowhere else', async () => {
    const at = place({ ...FLASK, '.env': 'OTHER=1\n' });
    git(at.home, 'init', '-q', 'other');
    const env = { ...KEY.env, GIT_DIR: join(at.home, 'other/.git'), GIT_INDEX_FILE: join(at.home, 'none'), GIT_WORK_TREE: join(at.home, 'other') };
    expect(await run(at, INIT, { env })).toMatchObject({ code: 4, err: expect.stringMatching(/\.env is in git/) });
  });
});
