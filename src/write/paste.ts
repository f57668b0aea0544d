/** What a refused service's operations come to, as lines to paste: nobody is left with a bare "no". */
import { secretText } from '../formats/apply.ts';
import type { Op, Paste, Path } from '../types.ts';

/** The lines for one file, in its own syntax; undefined where there is nothing to paste. */
export function pasteFor(path: Path, ops: readonly Op[]): Paste | undefined {
  const lines = ops.flatMap((op) => (op.op === 'edit' && op.path === path ? [op] : [])).flatMap(({ format, change }) => {
    const key = String(change.at.at(-1) ?? '');
    const value = 'value' in change ? plain(change.value) : '';
    if (change.do === 'prefix') return [`put in front: ${change.words.join(' ')}`];
    if (format === 'compose' && change.at[2] === 'environment' && change.do === 'set') return [`      ${key}: "${value.replaceAll('"', '\\"')}"`];
    if (format === 'dotenv' && change.do === 'set') return [`${key}=${value}`];
    if (format === 'package-json' && change.do === 'set') return [`    "${key}": "${value}"`];
    if (format === 'toml' && change.do === 'set') return [`${key} = "${value}"`];
    if (change.do === 'append') return [`${key}: add "${value}"`];
    return [format === 'compose' ? `      ${key}: ${value}` : value];
  });
  if (lines.length === 0) return undefined;
  const environment = ops.some((op) => op.op === 'edit' && op.format === 'compose' && op.change.at[2] === 'environment');
  return { into: path, text: [...(environment ? ['    environment:'] : []), ...lines].join('\n') };
}

/** A secret's placeholder means nothing to a reader; its name does. */
function plain(value: Parameters<typeof secretText>[0]): string {
  return typeof value === 'string' ? value : `<${value.secret}>`;
}
