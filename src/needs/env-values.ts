/** When two values of a variable mean the same. */
import { withoutEnd } from '../patterns.ts';

/** `$A`, `${A}`, `${A:-}` and `${A:?message}` hand the same variable on; a final slash of an address and blanks around do not count. */
export function sameSource(there: string, wanted: string): boolean {
  if (canonical(there) === canonical(wanted)) return true;
  // Headers are a list: others beside ours are the user's.
  const pairs = canonical(wanted).split(',');
  const own = canonical(there).split(',').map((pair) => pair.trim());
  return pairs.every((pair) => pair.includes('=') && own.includes(pair));
}

function canonical(value: string): string {
  const text = value
    .trim()
    .replaceAll(/\$\{([A-Za-z_]\w*)(?::?[?][^}]{0,200}|:?-)?\}/g, '${$1}')
    .replaceAll(/\$([A-Za-z_]\w*)/g, '${$1}')
    .replaceAll(/(?<!\s)\s*=\s*/g, '=');
  return /^https?:\/\//.test(text) ? withoutEnd(text, '/') : text;
}

/** Is `wanted` among the parts of a joined value? */
export function listed(value: string, wanted: string, sep: string): boolean {
  const squeezed = (text: string): string => (sep === ' ' ? text.trim().replaceAll(/\s+/g, ' ') : text.trim());
  return `${sep}${squeezed(value)}${sep}`.includes(`${sep}${squeezed(wanted)}${sep}`);
}

export function joined(value: string, more: string, sep: string): string {
  return value === '' ? more : `${value}${sep}${more}`;
}
