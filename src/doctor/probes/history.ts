/** Keys in git: written out in a tracked file, or in a commit of the past. Only places leave this file, never a value. */
import { askGitLong, type Unanswered } from '../../io/git.ts';
import { repositoryAbove } from '../../io/repository.ts';
import type { ExecResult } from '../../types.ts';
import type { Facts, Missing, Probe } from '../types.ts';

type Found = Facts['history'][number];

/** Of both searches, which run side by side. */
const LIMIT_MS = 15_000;
const FIRST_MS = 3_000;
const MOST_COMMITS = 200;
const MOST_FOUND = 50;

/** What git looks for (POSIX extended): whole ingest keys, and what follows a header or variable of the key's name. */
const ROUGH = '(hc[a-z]i[kc]_[0-9a-z]{58}|(x-honeycomb-team|HONEYCOMB_[A-Z_]*KEY|HONEYCOMB_WRITEKEY).{1,12}[0-9A-Za-z]{22})';
/**
 * What is a key: 64, 32 or 22 characters. A word of 22 letters without a digit is a name in code: 2 in 100 keys have none,
 * and a name that is called a key is worse than a key that is missed.
 */
const INGEST = /\bhc[a-z]i[kc]_[0-9a-z]{58}\b/;
const NAMED = /(?:x-honeycomb-team|HONEYCOMB_(?:[A-Z_]{0,60}KEY|WRITEKEY))["']?\s*(?:[=:,]|=>|:=)\s*["']?(?:x-honeycomb-team=)?([0-9A-Za-z]{22}|[0-9a-f]{32})(?![0-9A-Za-z_.([-])/i;

export const holdsKey = (line: string): boolean => INGEST.test(line) || isRandom(NAMED.exec(line)?.[1] ?? '');
/** More than a few different characters, digits among them: not xxxxxxxxxxxxxxxxxxxxxx. */
const isRandom = (text: string): boolean => /\d/.test(text) && /[a-z]/i.test(text) && new Set(text).size >= 6;

export const history: Probe<'history'> = {
  fact: 'history',
  title: 'looking for keys in git',
  from: ['workspace'],
  touches: 'nothing',
  ms: FIRST_MS + LIMIT_MS + 2_000,
  async run({ workspace }, tools) {
    const top = repositoryAbove(workspace.files.root);
    // Without a repository nothing was given away through it.
    if (top === undefined) return [];
    // Whether git answers at all is known soon: one name in its index.
    const first = await askGitLong(tools.exec, top, ['ls-files', '--cached', '--', '.gitignore'], [0], FIRST_MS);
    if ('why' in first) return untold({ why: first.why, do: first.do });
    const git: Git = (words, good) => askGitLong(tools.exec, top, words, good, LIMIT_MS);
    const [now, past] = await Promise.all([tracked(git), commits(git)]);
    if ('why' in now) return untold(now);
    if ('why' in past) return untold(past);
    const here = new Set(now.map(({ path }) => path));
    // A key that still stands there is told of once.
    return [...now, ...past.filter(({ path }) => !here.has(path))].slice(0, MOST_FOUND);
  },
};

type Git = (words: readonly string[], good: readonly number[]) => Promise<ExecResult | Unanswered>;

function untold({ why, do: then, late }: Unanswered): Missing {
  if (late === true) return { missing: `git has more to search than ${LIMIT_MS / 1000} s are enough for`, then: `git log --all -E -G 'hc[a-z]i[kc]_|x-honeycomb-team=[0-9A-Za-z]{22}' --oneline` };
  // Nothing is fetched from wherever the repository says.
  if (/promisor|lazy fetch|unable to read|missing (?:blob|tree)/.test(why)) return { missing: 'part of the history is not on this machine (a partial clone)', then: 'npx otel-setup doctor   (in a clone that was made without --filter)' };
  return { missing: `keys in git were not looked for: ${why}`, then };
}

/** `commit` is '' for what stands in a tracked file now. */
async function tracked(git: Git): Promise<readonly Found[] | Unanswered> {
  const said = await git(['grep', '--no-color', '--no-recurse-submodules', '-I', '-n', '-z', '-E', '-i', '--no-textconv', '-e', ROUGH, '--', '.'], [0, 1]);
  if ('why' in said) return said;
  return said.out.split('\n').flatMap((row) => {
    const [path = '', line = '', text = ''] = row.split('\0');
    return path !== '' && holdsKey(text) ? [{ commit: '', path, line: Number(line) }] : [];
  });
}

/** The commit in which a key's line was written, newest first; one a file. */
async function commits(git: Git): Promise<readonly Found[] | Unanswered> {
  // What stands in the repository's own settings must neither start a program (a driver, a diff within a submodule) nor change what is printed.
  const plain = ['--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--no-show-signature', '--no-notes', '--no-follow', '--submodule=short', '--ignore-submodules=all', '--inter-hunk-context=0'];
  const said = await git(['log', '--all', ...plain, '--relative', `--max-count=${MOST_COMMITS}`, '-E', `-G${ROUGH}`, '-p', '-U0', '--src-prefix=a/', '--dst-prefix=b/', '--format=commit %h', '--', '.'], [0]);
  if ('why' in said) return said;
  const found = new Map<string, Found>();
  let commit = '';
  let path = '';
  let line = 0;
  for (const row of said.out.split('\n')) {
    if (row.startsWith('commit ')) commit = row.slice(7);
    else if (row.startsWith('+++ ')) path = row.slice(4).replace(/^b\//, '').replace(/\t$/, '');
    else if (row.startsWith('@@ ')) line = Number(/\+(\d+)/.exec(row)?.[1] ?? 0) - 1;
    else if (row.startsWith('+')) {
      line += 1;
      if (holdsKey(row) && !found.has(path)) found.set(path, { commit, path, line });
    }
  }
  return [...found.values()];
}
