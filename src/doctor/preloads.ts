/** Files that Node.js is told to load first. Pure. */
import type { Subject } from './types.ts';

const WORD = /(?:^|\s)(?:-r|--require|--import)(?:\s+|=)(["']?)([^\s"']+)\1/g;

/** Paths (not packages) behind --require and --import, in NODE_OPTIONS and in the command, as written. */
export function preloadsOf({ service, settings }: Pick<Subject, 'service' | 'settings'>): readonly string[] {
  const { argv = [], real = [] } = service.start ?? {};
  const texts = [settings.get('NODE_OPTIONS')?.value ?? '', argv.join(' '), real.join(' ')];
  return [...new Set(texts.flatMap((text) => [...text.matchAll(WORD)].map(([, , path = '']) => path.replace(/^file:\/\//, ''))))].filter((path) => /^\.{0,2}\//.test(path));
}
