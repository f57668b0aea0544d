/**
 * The only place that starts git. The repository is a stranger's, and so is its configuration: whatever in it names a
 * program, a remote or a file to write to is turned off here, for every call. Only questions are asked.
 */
import { delimiter, dirname } from 'node:path';
import type { ExecOptions, ExecResult, Tools } from '../types.ts';
import { commandLine } from '../ui/shell-lines.ts';
import { execSync } from './exec.ts';
import { looksBare } from './repository.ts';

/** Why git did not answer, as the end of a sentence, and the one thing that would make it answer. */
export interface Unanswered {
  readonly why: string;
  readonly do: string;
  /** Its time was up. */
  readonly late?: true;
}

/** A question of ours takes milliseconds; one that takes seconds was made to (an ignore file that is a pipe). */
const LIMIT_MS = 3_000;

/** Settings of the command line beat those of the repository. */
const SETTINGS: readonly string[] = [
  'core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.sshCommand=false', 'core.gitProxy=false', 'core.askPass=',
  'core.editor=false', 'core.pager=cat', 'core.alternateRefsCommand=false', 'core.quotePath=false', 'credential.helper=',
  'protocol.allow=never', 'safe.bareRepository=explicit', 'submodule.recurse=false', 'gpg.program=false',
  'log.showSignature=false', 'grep.fallbackToNoIndex=false', 'maintenance.auto=false', 'gc.auto=0',
];

/**
 * Of ours. GIT_ALLOW_PROTOCOL beats every `protocol.*` of the repository, also with a git that does not know
 * GIT_NO_LAZY_FETCH (before 2.45): an object that is missing stays missing, and nothing is started to get it.
 */
const VARIABLES: Readonly<Record<string, string>> = {
  GIT_ALLOW_PROTOCOL: '', GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', GIT_PAGER: 'cat', GIT_EDITOR: 'false',
  GIT_SSH_COMMAND: 'false', GIT_ASKPASS: 'false', SSH_ASKPASS: 'false', SSH_ASKPASS_REQUIRE: 'never', GIT_NO_REPLACE_OBJECTS: '1', GIT_DISCOVERY_ACROSS_FILESYSTEM: '1', LC_ALL: 'C',
};

/**
 * Of the user's: where programs, settings and this machine's own needs are found; no key and nothing of a cloud. Not the
 * GIT_* that lead to another repository or index (a hook's, a dotfile manager's): the question is about this folder's.
 */
const INHERITED: readonly string[] = [
  'PATH', 'HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM', 'SUDO_UID', 'TMPDIR',
  'USERPROFILE', 'HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA', 'SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'TEMP', 'TMP',
];

interface Call {
  readonly argv: readonly string[];
  readonly options: ExecOptions;
}

/** @param top folder that has the `.git`; git runs there and looks nowhere else. */
function call(top: string, words: readonly string[], ms: number): Call {
  // A list of folders cannot hold one with its own delimiter: then git's view of the folders above is taken.
  const pinned = top.includes(delimiter) ? {} : { GIT_CEILING_DIRECTORIES: dirname(top), GIT_WORK_TREE: top };
  return {
    argv: ['git', '--no-pager', ...SETTINGS.flatMap((setting) => ['-c', setting]), ...words],
    options: { cwd: top, ms, inherit: INHERITED, env: { ...VARIABLES, ...pinned } },
  };
}

/**
 * Asks git about the repository whose `.git` lies in `top` (absolute, links resolved). Never throws.
 * @param good exit codes that are an answer.
 */
export function askGit(top: string, words: readonly string[], good: readonly number[] = [0], ms = LIMIT_MS): ExecResult | Unanswered {
  if (looksBare(top)) return bare(top);
  const { argv, options } = call(top, words, ms);
  const said = execSync(argv, options);
  return good.includes(said.code) ? said : unanswered(said, top, ms);
}

/** The same for questions that take longer, through `exec`. */
export async function askGitLong(exec: Tools['exec'], top: string, words: readonly string[], good: readonly number[], ms: number): Promise<ExecResult | Unanswered> {
  if (looksBare(top)) return bare(top);
  const { argv, options } = call(top, words, ms);
  const said = await exec(argv, options);
  return good.includes(said.code) ? said : unanswered(said, top, ms);
}

/** With a broken `.git` beside it, a git before 2.38 would take the folder itself for the repository. */
const bare = (top: string): Unanswered => ({ why: `${top} is laid out as a bare repository, and git is not asked there`, do: `move HEAD, objects and refs out of ${top}` });

const LONGEST = 200;

function unanswered({ code, err }: ExecResult, top: string, ms: number): Unanswered {
  if (code === 127) return { why: `there is a repository, and git cannot be started (${firstLine(err) || 'it is not on PATH'})`, do: 'install git, then run the same command again' };
  if (code === 124) return { why: `git did not answer within ${ms / 1000} s`, do: `${gitIn(top)} status   (what does it wait for?)`, late: true };
  // It names the folder as it wants to have it.
  const exception = /^[ \t]*(git config --global --add safe\.directory \S.*)$/m.exec(err)?.[1];
  if (exception !== undefined) return { why: `git does not trust ${top}, which belongs to another user`, do: exception.trim() };
  const fatal = /^fatal: (.+)$/m.exec(err)?.[1] ?? firstLine(err);
  return { why: `git says: ${fatal === '' ? `nothing (exit code ${code})` : fatal.slice(0, LONGEST)}`, do: `${gitIn(top)} status   (what does it say?)` };
}

const firstLine = (text: string): string => (text.trim().split('\n')[0] ?? '').slice(0, LONGEST);
const gitIn = (top: string): string => commandLine(['git', '-C', top], 'sh');
