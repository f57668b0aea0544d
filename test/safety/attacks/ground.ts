/** Where an attack happens: a repository, and beside it all that it must not touch. */
import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { git, writeTree, type Tree } from '../../helpers/tree.ts';

export interface Ground {
  /** The repository. */
  readonly folder: string;
  /** HOME of the one who runs the tool. */
  readonly home: string;
  /** Another folder of theirs, beside the repository. */
  readonly outside: string;
  /** Comes into being when something of the repository's runs. */
  readonly pwned: string;
  /** 127.0.0.1:PORT of the attacker: it keeps what it gets. */
  readonly host: string;
}
export interface Attack {
  readonly name: string;
  /** What it wants to reach. */
  readonly tries: string;
  /** Path → bytes as latin1 text; @ROOT@, @HOME@, @OUTSIDE@, @PWNED@, @HOST@ and @EVIL@ (a script that tells that it ran) are filled in. */
  readonly tree: Tree;
  /** What a tree cannot say: links, pipes, git's own files. The repository is not in the index yet. */
  readonly make?: (at: Ground) => void;
  /** Not everything is put into git's index. */
  readonly untracked?: boolean;
  /** Folders that stand before all others in PATH: @ROOT@ is filled in. */
  readonly path?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Programs that are the real ones. */
  readonly real?: readonly string[];
  /** Changes files while commands run, until the given function is called. */
  readonly during?: (at: Ground) => () => void;
}

const EVIL = 'evil.sh';
export function filled(text: string, { folder, home, outside, pwned, host }: Ground): string {
  return text.replaceAll('@ROOT@', folder).replaceAll('@HOME@', home).replaceAll('@OUTSIDE@', outside).replaceAll('@PWNED@', pwned).replaceAll('@HOST@', host).replaceAll('@EVIL@', join(folder, EVIL));
}
/** A script that tells that it ran, and with which environment. */
export const payload = ({ pwned }: Ground): string => `#!/bin/sh\n/usr/bin/env >> ${pwned}\nexit 1\n`;

/** Makes the repository and what is beside it. */
export function build(attack: Attack, at: Ground): void {
  for (const folder of [at.folder, at.home, join(at.home, 'tmp'), join(at.home, '.ssh'), at.outside, join(at.outside, 'deep')]) mkdirSync(folder, { recursive: true });
  for (const file of [join(at.home, '.bashrc'), join(at.home, '.ssh/id_ed25519'), join(at.outside, 'profile'), join(at.outside, 'deep/notes')]) writeFileSync(file, `mine: ${file}\n`);
  git(at.folder, 'init', '-q');
  program(join(at.folder, EVIL), at);
  writeTree(at.folder, Object.fromEntries(Object.entries(attack.tree).map(([path, text]) => [path, filled(text, at)])));
  if (attack.untracked !== true) git(at.folder, 'add', '-A', '-f');
  attack.make?.(at);
}

/** A program of the attacker's at this place. */
export function program(file: string, at: Ground): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, payload(at));
  chmodSync(file, 0o755);
}

/** Each of these makes something in the repository that no tree of texts can hold. */
export const link = (name: string, to: string) => (at: Ground): void => {
  remove(at, name);
  symlinkSync(filled(to, at), join(at.folder, name));
};
export const hardLink = (name: string, to: string) => (at: Ground): void => {
  remove(at, name);
  linkSync(filled(to, at), join(at.folder, name));
};
export const pipe = (...names: readonly string[]) => (at: Ground): void => {
  for (const name of names) {
    remove(at, name);
    execFileSync('mkfifo', [join(at.folder, name)]);
  }
};
export const folders = (...names: readonly string[]) => (at: Ground): void => {
  for (const name of names) {
    remove(at, name);
    mkdirSync(join(at.folder, name));
  }
};
/** A file below .git, which git itself never brings but an archive does. */
export const inGit = (name: string, text: string) => (at: Ground): void => {
  const file = join(at.folder, '.git', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, filled(text, at));
};
/** A line of git's configuration of the repository. */
export const config = (...lines: readonly (readonly [string, string])[]) => (at: Ground): void => {
  for (const [key, value] of lines) git(at.folder, 'config', '--add', key, filled(value, at));
};
export const both = (...makes: readonly ((at: Ground) => void)[]) => (at: Ground): void => {
  for (const make of makes) make(at);
};
function remove(at: Ground, name: string): void {
  execFileSync('rm', ['-rf', join(at.folder, name)]);
}
