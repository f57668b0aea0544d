/** A command of Node.js cut in two: what Node.js reads, and what is the app's. Pure. */
import type { Start } from '../../../types.ts';

/** Options of Node.js that take the next word as their value. */
const WITH_VALUE = /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file|--title)$/;
export const baseName = (word: string): string => word.slice(word.lastIndexOf('/') + 1);

export interface Split {
  readonly pm2: boolean;
  readonly script: string;
  readonly front: readonly string[];
  readonly behind: readonly string[];
}

/** undefined = it is no command of Node.js, or names no script. */
export function splitOf({ real, through }: Start): Split | undefined {
  const program = baseName(real[0] ?? '');
  const pm2 = through.includes('pm2') || /^pm2(?:-runtime)?$/.test(program);
  if (!pm2 && !/^(?:node|nodemon|ts-node|tsx)$/.test(program)) return undefined;
  const script = scriptAt(real, program === 'pm2' ? 2 : 1);
  if (script < 0) return undefined;
  const from = pm2 ? real.indexOf('--', script) : script;
  return from < 0 ? undefined : { pm2, script: real[script] ?? '', front: real.slice(0, from), behind: real.slice(from + 1) };
}

function scriptAt(words: readonly string[], first: number): number {
  let at = first;
  while (words[at]?.startsWith('-') === true) at += WITH_VALUE.test(words[at] ?? '') ? 2 : 1;
  return /\.[cm]?[jt]s$/.test(words[at] ?? '') ? at : -1;
}
