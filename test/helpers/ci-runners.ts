/**
 * CI systems as readers of what a program prints. The rules are those of actions/runner (ActionCommand.cs, OutputManager.cs),
 * azure-pipelines-agent (Command.cs), TeamCity's service messages, GitLab's sections, Travis' folds and Buildkite's groups.
 */

export interface Command {
  readonly by: string;
  readonly line: string;
}

/** What the runner knows by name; any other word is none of its commands. */
const KNOWN = new Set(['set-env', 'set-output', 'save-state', 'add-mask', 'add-path', 'add-matcher', 'remove-matcher', 'warning', 'error', 'notice', 'debug', 'group', 'endgroup', 'echo', 'stop-commands', 'internal-set-repo-path', 'owned']);
// .NET compares as a culture does: signs that are not seen, control characters too, do not keep two texts from being the same.
const seen = (text: string): string => text.replace(/(?!\s)[\p{Cc}\p{Default_Ignorable_Code_Point}]/gu, '');

/** The name of the command in '::name a=b::data', after blanks; undefined = it is none. */
function second(line: string): string | undefined {
  const message = line.replace(/^[\s\u0085]+/, '');
  const end = message.startsWith('::') ? message.indexOf('::', 2) : -1;
  return end < 0 ? undefined : message.slice(2, end).split(' ')[0];
}
/** The same of '##[name a=b]data', anywhere in a line. */
function first(line: string): string | undefined {
  const at = line.indexOf('##[');
  const end = at < 0 ? -1 : line.indexOf(']', at);
  return end < 0 ? undefined : line.slice(at + 3, end).split(' ')[0];
}

/** Every line in which a CI system finds a command. @param text all that was printed on one stream, to the byte. */
export function commandsIn(text: string): readonly Command[] {
  const found: Command[] = [];
  for (const raw of text.split(/\r\n|\n|\r/)) {
    for (const line of new Set([raw, seen(raw)])) {
      for (const name of [second(line), first(line)]) if (name !== undefined && KNOWN.has(name.toLowerCase())) found.push({ by: `GitHub ${name}`, line });
      if (/##vso\[[^\]]*\]/i.test(line)) found.push({ by: 'Azure Pipelines', line });
      // What colours or folds a line there: '##[section]', '##[group]'.
      if (/^##\[\w+\]/.test(line)) found.push({ by: 'Azure Pipelines', line });
      if (/##teamcity\[/i.test(line)) found.push({ by: 'TeamCity', line });
      if (/travis_(?:fold|time):/.test(line)) found.push({ by: 'Travis', line });
    }
  }
  for (const [line] of text.matchAll(/section_(?:start|end):\d+:[\w.-]+(?:\[[^\]]*\])?\r\p{Cc}\[0K/gu)) found.push({ by: 'GitLab', line });
  return found;
}

/** Lines with which Buildkite begins a group; those of a diff are its own. */
export const groupsIn = (text: string): readonly string[] => text.split('\n').filter((line) => /^(?:---|\+\+\+|~~~|\^\^\^) (?![ab]\/|\/dev\/null)/.test(line));

/** Control and format characters, but for line ends and tabs. */
export const controlsIn = (text: string): readonly string[] => [...text.matchAll(/(?![\n\t]|\r\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu)].map(({ 0: sign, index }) => `${sign.codePointAt(0)?.toString(16) ?? ''} in ${JSON.stringify(text.slice(Math.max(0, index - 20), index + 20))}`);
