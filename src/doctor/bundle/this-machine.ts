/** What a bundle need not tell of the machine that it was made on: who works there, and where. Pure. */
import type { Hidden } from './mask.ts';

/** Names that say nothing of anybody: those of images and of workspaces in a browser. */
const NOBODY = /^(?:root|user|users|node|app|apps|web|www|www-data|data|admin|ubuntu|debian|alpine|vscode|codespace|gitpod|runner|docker|python|flask|django|express|postgres|mysql|redis|nobody|dev|test|home|workspace|workspaces|localhost)$/i;

const told = (name: string): boolean => name.length > 2 && !NOBODY.test(name);

/**
 * @param env the shell's: its user's name and folder, its host's name.
 * @returns what is masked as whole words, in paths as well.
 */
export function hiddenOf(env: Readonly<Record<string, string | undefined>>): readonly Hidden[] {
  const folder = env['HOME'] ?? env['USERPROFILE'] ?? '';
  const host = env['HOSTNAME'] ?? env['COMPUTERNAME'] ?? '';
  const users = [env['USER'], env['LOGNAME'], env['USERNAME'], folder.split(/[/\\]/).at(-1)].map((name) => name ?? '');
  const user = [...new Set(users)].filter(told);
  return [...user.map((value) => ({ kind: 'name of the user', value })), ...(told(host) ? [{ kind: 'name of the host', value: host }] : [])];
}
