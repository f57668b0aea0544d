/** Repositories whose own settings start programs, and the programs: each leaves a marker when it was started. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, writeTree, type Tree } from '../helpers/tree.ts';
import { FLASK, place, type Place } from './program.ts';

export interface Traps {
  /** A program that leaves `name` behind; its absolute path. */
  set(name: string, file?: string): string;
  /** Names of those that were started, with what they were given. */
  sprung(): Readonly<Record<string, string>>;
}

export function traps({ home }: Place): Traps {
  const marks = join(home, 'marks');
  const programs = join(home, 'traps');
  for (const folder of [marks, programs]) mkdirSync(folder, { recursive: true });
  return {
    set(name, file = join(programs, name)) {
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, `#!/bin/sh\n{ echo "$0 $*"; /usr/bin/env; } >> '${marks}/${name}'\nexit 1\n`);
      chmodSync(file, 0o755);
      return file;
    },
    sprung: () => Object.fromEntries(readdirSync(marks).map((name) => [name, readFileSync(join(marks, name), 'utf8')])),
  };
}

/** git without a protocol's leave, an identity or this machine's settings. */
export const plainGit = (folder: string, ...words: readonly string[]): string =>
  git(folder, '-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'protocol.file.allow=always', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...words);

const HOOKS = ['post-index-change', 'pre-auto-gc', 'reference-transaction', 'post-checkout', 'fsmonitor-watchman', 'pre-commit', 'query-watchman'];
const SECRET_LINE = 'HONEYCOMB_API_KEY=abcdefghij0123456789AB\n';

/** Every setting that names a program, in `.git/config`; attributes that apply them to every file. */
function poison(at: string, { set }: Traps, name: string): void {
  const value: Readonly<Record<string, string>> = {
    'core.fsmonitor': set(`${name}-fsmonitor`), 'core.sshCommand': set(`${name}-ssh`), 'core.gitProxy': set(`${name}-proxy`), 'core.askPass': set(`${name}-askpass`), 'core.editor': set(`${name}-editor`),
    'core.pager': set(`${name}-pager`), 'pager.log': set(`${name}-pager-log`), 'pager.grep': set(`${name}-pager-grep`), 'core.alternateRefsCommand': set(`${name}-alternates`),
    'diff.external': set(`${name}-external`), 'diff.x.textconv': set(`${name}-textconv`), 'diff.x.command': set(`${name}-diff-command`), 'diff.x.cachetextconv': 'false', 'diff.submodule': 'diff',
    'filter.x.process': set(`${name}-filter`), 'filter.x.clean': set(`${name}-clean`), 'filter.x.smudge': set(`${name}-smudge`), 'filter.x.required': 'true',
    'gpg.program': set(`${name}-gpg`), 'gpg.ssh.program': set(`${name}-gpg-ssh`), 'log.showSignature': 'true', 'credential.helper': set(`${name}-credential`),
    'submodule.recurse': 'true', 'grep.recurseSubmodules': 'true', 'protocol.allow': 'always', 'protocol.ext.allow': 'always', 'protocol.ssh.allow': 'always', 'protocol.file.allow': 'always',
    'uploadpack.packObjectsHook': set(`${name}-pack-objects`), 'alias.ls-files': `!${set(`${name}-alias`)}`, 'alias.log': `!${set(`${name}-alias-log`)}`, 'color.ui': 'always', 'log.follow': 'true', 'interactive.diffFilter': set(`${name}-filter-diff`),
    'trace2.eventTarget': set(`${name}-trace2`), 'sequence.editor': set(`${name}-sequence`), 'gc.auto': '1', 'core.hooksPath': join(at, '.hooks'),
  };
  for (const hook of HOOKS) set(`${name}-hook-${hook}`, join(at, '.hooks', hook));
  for (const [setting, what] of Object.entries(value)) plainGit(at, 'config', setting, what);
  writeTree(at, { '.gitattributes': '* diff=x filter=x\n' });
}

/** A clone without its blobs, the missing ones to be had from `remote`. */
function partial(tree: Tree, settings: (set: Traps['set']) => Readonly<Record<string, string>>): Made {
  const at = place({});
  const laid = traps(at);
  const source = join(at.home, 'source');
  mkdirSync(source);
  plainGit(source, 'init', '-q');
  plainGit(source, 'config', 'uploadpack.allowFilter', 'true');
  for (const text of [SECRET_LINE, 'nothing\n', `${SECRET_LINE}more\n`]) {
    writeTree(source, { ...tree, 'notes.txt': text, 'deep/er/notes.txt': text });
    plainGit(source, 'add', '-A');
    plainGit(source, 'commit', '-q', '-m', 'one');
  }
  const clone = join(at.home, 'clone');
  plainGit(at.home, 'clone', '-q', '--no-local', '--filter=blob:none', `file://${source}`, clone);
  const made = { at: { folder: clone, home: at.home }, traps: laid };
  poison(clone, laid, 'config');
  for (const [name, value] of Object.entries(settings(laid.set))) plainGit(clone, 'config', name, value);
  return made;
}

export interface Made {
  readonly at: Place;
  readonly traps: Traps;
}

function poisoned(then: (at: Place, set: Traps) => void = () => {}): Made {
  const at = place(FLASK);
  writeTree(at.folder, { 'notes.txt': SECRET_LINE });
  plainGit(at.folder, 'add', '-A');
  plainGit(at.folder, 'commit', '-q', '-m', 'one');
  const set = traps(at);
  then(at, set);
  poison(at.folder, set, 'config');
  return { at, traps: set };
}

/** A folder of the index that is kept as one tree, and that tree is to be had from a remote: reading the index fetches it. */
function sparse(at: Place, { set }: Traps): void {
  writeTree(at.folder, { ...FLASK, 'more/notes.txt': SECRET_LINE });
  plainGit(at.folder, 'add', '-A', '-f');
  plainGit(at.folder, 'commit', '-q', '-m', 'one');
  plainGit(at.folder, 'sparse-checkout', 'init', '--cone', '--sparse-index');
  plainGit(at.folder, 'sparse-checkout', 'set', 'api');
  const tree = plainGit(at.folder, 'rev-parse', 'HEAD:more').trim();
  rmSync(join(at.folder, '.git/objects', tree.slice(0, 2), tree.slice(2)));
  const settings = { 'core.repositoryformatversion': '1', 'extensions.partialClone': 'origin', 'remote.origin.promisor': 'true', 'remote.origin.url': 'ssh://nobody@127.0.0.1:1/r', 'core.sshCommand': set('index-ssh') };
  for (const [name, value] of Object.entries(settings)) plainGit(at.folder, 'config', name, value);
}

/** The layout of a bare repository, all of it in the folder itself. */
function layBare(folder: string, set: Traps): void {
  for (const inner of ['objects', 'refs']) mkdirSync(join(folder, inner), { recursive: true });
  writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(folder, 'config'), `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = ${set.set('bare-fsmonitor')}\n\tsshCommand = ${set.set('bare-ssh')}\n`);
  plainGit(folder, '--git-dir=.', '--work-tree=.', 'add', 'docker-compose.yml');
}

/** @param http address of a remote that nobody may ask. */
export const strange = (http: string): readonly (readonly [string, () => Made])[] => [
  ['every setting that names a program', () => poisoned()],
  ['the same by include', () => poisoned(({ folder }, { set }) => {
    writeFileSync(join(folder, '.git/more'), `[core]\n\tfsmonitor = ${set('include-fsmonitor')}\n`);
    plainGit(folder, 'config', 'include.path', 'more');
    plainGit(folder, 'config', `includeIf.gitdir:${folder}/.path`, 'more');
  })],
  ['the same by a worktree\'s own settings', () => poisoned(({ folder }, { set }) => {
    plainGit(folder, 'config', 'extensions.worktreeConfig', 'true');
    plainGit(folder, 'config', '--worktree', 'core.fsmonitor', set('worktree-fsmonitor'));
  })],
  ['a submodule with such settings', () => poisoned((at, set) => {
    const other = join(at.home, 'other');
    mkdirSync(other);
    plainGit(other, 'init', '-q');
    for (const text of [SECRET_LINE, 'x\n']) {
      writeTree(other, { k: text });
      plainGit(other, 'add', '-A');
      plainGit(other, 'commit', '-q', '-m', 'one');
    }
    plainGit(at.folder, 'submodule', '--quiet', 'add', other, 'sub');
    plainGit(at.folder, 'commit', '-q', '-m', 'sub');
    plainGit(join(at.folder, 'sub'), 'checkout', '-q', 'HEAD^');
    plainGit(at.folder, 'commit', '-qam', 'sub moved');
    poison(join(at.folder, 'sub'), set, 'sub');
  })],
  ['objects that are missing, over ssh', () => partial(FLASK, () => ({ 'remote.origin.url': 'ssh://nobody@127.0.0.1:1/r' }))],
  ['objects that are missing, over ext', () => partial(FLASK, (set) => ({ 'remote.origin.url': `ext::${set('ext')}` }))],
  ['objects that are missing, over a program for a folder', () => partial(FLASK, (set) => ({ 'remote.origin.uploadpack': set('upload-pack') }))],
  ['objects that are missing, over http', () => partial(FLASK, () => ({ 'remote.origin.url': http }))],
  ['an index whose trees are missing', () => {
    const at = place({});
    const set = traps(at);
    sparse(at, set);
    return { at, traps: set };
  }],
  ['the same as a bare repository in the root', () => {
    const at = place({});
    const set = traps(at);
    sparse(at, set);
    plainGit(at.folder, 'config', 'core.worktree', '.');
    for (const name of readdirSync(join(at.folder, '.git'))) renameSync(join(at.folder, '.git', name), join(at.folder, name));
    rmdirSync(join(at.folder, '.git'));
    return { at, traps: set };
  }],
  ['the layout of a bare repository in the root', () => {
    const at = place(FLASK);
    const set = traps(at);
    plainGit(at.home, 'init', '-q', 'aside');
    const folder = join(at.home, 'bare');
    writeTree(folder, FLASK);
    layBare(folder, set);
    return { at: { folder, home: at.home }, traps: set };
  }],
  ['the same beside an empty .git', () => {
    const at = place(FLASK);
    const set = traps(at);
    const folder = join(at.home, 'bare');
    writeTree(folder, FLASK);
    layBare(folder, set);
    mkdirSync(join(folder, '.git'));
    return { at: { folder, home: at.home }, traps: set };
  }],
];
