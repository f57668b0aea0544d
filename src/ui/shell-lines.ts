/** Lines to paste into the user's own shell, which no child process can change. */

export type Shell = 'sh' | 'fish' | 'powershell' | 'cmd';

/** From the environment: SHELL on Unix (bash, zsh and dash take the same lines), PSModulePath on Windows. */
export function shellOf(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform = process.platform): Shell {
  const name = (env['SHELL'] ?? '').split(/[/\\]/).at(-1)?.toLowerCase().replace(/(?<=.)\.exe$/, '') ?? '';
  if (name === 'fish') return 'fish';
  if (name === 'pwsh' || name === 'powershell') return 'powershell';
  if (name !== '' || platform !== 'win32') return 'sh';
  // Windows sets PSModulePath for everything; PROMPT is cmd's own and PowerShell does not have it.
  return env['PROMPT'] === undefined ? 'powershell' : 'cmd';
}

/** Forgets a variable, so that `.env` wins again. */
export function unsetLine(name: string, shell: Shell): string {
  return { sh: `unset ${name}`, fish: `set -e ${name}`, powershell: `Remove-Item Env:${name}`, cmd: `set ${name}=` }[shell];
}

/** Sets a variable; `value` is quoted so that the shell takes it as it is. For placeholders and names, never a key. */
export function setLine(name: string, value: string, shell: Shell): string {
  const single = value.replaceAll("'", shell === 'powershell' ? "''" : shell === 'fish' ? "\\'" : `'\\''`);
  return { sh: `export ${name}='${single}'`, fish: `set -gx ${name} '${single}'`, powershell: `$env:${name} = '${single}'`, cmd: `set "${name}=${value}"` }[shell];
}

/** Takes over in a running Gitpod shell what `gp env` keeps (gp escapes only '"', which is enough for the letters of a key). */
export const gpLine = (name: string, shell: Shell): string =>
  shell === 'fish' ? `gp env -e | string match 'export ${name}=*' | source` : `eval "$(gp env -e | grep '^export ${name}=')"`;

/** One word of a command line, quoted where the shell would read it otherwise. */
export function quoted(word: string, shell: Shell): string {
  if (/^[A-Za-z0-9_.,:=/@+-]+$/.test(word)) return word;
  if (shell === 'cmd') return `"${word.replaceAll('"', '""')}"`;
  return `'${word.replaceAll("'", shell === 'powershell' ? "''" : shell === 'fish' ? "\\'" : `'\\''`)}'`;
}
export const commandLine = (words: readonly string[], shell: Shell): string => words.map((word) => quoted(word, shell)).join(' ');
