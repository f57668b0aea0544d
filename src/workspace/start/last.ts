/** Which command of a script is the server: the last one that is not housekeeping. */
import type { ShellCommand } from './shell.ts';

const HOUSEKEEPING = new Set([
  ':', '.', '[', '[[', 'alias', 'apk', 'apt', 'apt-get', 'awk', 'basename', 'break', 'cat', 'cd', 'chmod', 'chown', 'cp', 'curl', 'date',
  'dirname', 'echo', 'exit', 'export', 'false', 'find', 'grep', 'head', 'id', 'kill', 'ln', 'local', 'ls', 'mkdir', 'mv', 'nc', 'pg_isready',
  'popd', 'printf', 'pushd', 'pwd', 'read', 'readonly', 'return', 'rm', 'sed', 'set', 'shift', 'shopt', 'sleep', 'source', 'tail', 'tee', 'test',
  'touch', 'tr', 'trap', 'true', 'ulimit', 'umask', 'unset', 'wait', 'wc', 'wget', 'whoami',
]);
const PASSED = new Set(['$@', '$*', '${@}']);

/** undefined = nothing but housekeeping. In a pipeline it is the first program: `server | tee log`. */
export function serverCommand(commands: readonly ShellCommand[]): ShellCommand | undefined {
  let found = commands.findLastIndex(command => !isHousekeeping(command));
  while (found > 0 && commands[found]?.operator === '|') found -= 1;
  return found < 0 ? undefined : commands[found];
}

/** `exec "$@"` and its like: the command that hands over to the script's own arguments. */
export function passingCommand(commands: readonly ShellCommand[]): ShellCommand | undefined {
  return commands.findLast(command => command.words.some(word => PASSED.has(word.text)));
}

export function isPassed(text: string): boolean {
  return PASSED.has(text);
}

/** Whether a script looks at its first argument, so that a word in front of it would change what it does. */
export function looksAtFirst(commands: readonly ShellCommand[]): boolean {
  const first = /\$(?:1(?!\d)|\{1[^\d])/;
  return commands.some(command => command.words.some(word => first.test(word.text)) || (command.branch !== undefined && first.test(command.branch.subject)));
}

/** The commands that run when the first argument is `first`: branches of `case "$1"` for other values are left out. */
export function whenFirstIs(commands: readonly ShellCommand[], first: string | undefined): readonly ShellCommand[] {
  return commands.filter(({ branch }) => {
    if (branch === undefined || !/^\$(?:1|\{1\b.*\})$/.test(branch.subject)) return true;
    return first !== undefined && branch.patterns.some(pattern => pattern === first || (pattern === '*' && !commands.some(other => other.branch?.patterns.includes(first) === true)));
  });
}

function isHousekeeping(command: ShellCommand): boolean {
  const words = command.words.map(word => word.text);
  const [first = '', second = ''] = words[0] === 'exec' ? words.slice(1) : words;
  if (isPassed(first) || first === '' || HOUSEKEEPING.has(first)) return true;
  return /^(?:pip3?|npm|yarn|pnpm|poetry|uv|pipenv|bundle|composer)$/.test(first) && /^(?:install|ci|i|sync|add)$/.test(second);
}
