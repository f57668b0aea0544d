/** Ignore files, read by our own rules. */
import ignore from 'ignore';
import type { Path } from '../types.ts';
import { path } from './path.ts';

/**
 * Whether the .gitignore files from the root down to the file's folder ignore it; the deepest that speaks decides. Small
 * letters are other letters than capital ones, as git has it unless a file system makes no difference. Rules that could take
 * too long to try ignore nothing: that answer costs a line more, the other one a key.
 */
export function ignoredByFiles(text: (file: Path) => string | undefined, file: Path): boolean {
  const parts = file.split('/');
  let ignored = false;
  for (let depth = 0; depth < parts.length; depth += 1) {
    const dir = parts.slice(0, depth).join('/');
    const rules = text(path(dir === '' ? '.gitignore' : `${dir}/.gitignore`));
    if (rules === undefined) continue;
    if (isEndless(rules, file.length)) return false;
    const answer = ignore({ ignorecase: false }).add(rules.replace(/^\uFEFF/, '')).test(parts.slice(depth).join('/'));
    if (answer.ignored) ignored = true;
    else if (answer.unignored) ignored = false;
  }
  return ignored;
}

const MOST_STEPS = 1e8;
const MOST_RULES = 5_000;
const LONGEST_RULE = 1_000;

/** `ignore` makes an expression of each rule, which backtracks: its steps are at most length ^ (stars + 1). */
function isEndless(rules: string, length: number): boolean {
  const lines = rules.split('\n');
  if (lines.length > MOST_RULES) return true;
  let steps = 0;
  for (const line of lines) {
    if (line.length > LONGEST_RULE) return true;
    steps += length ** ((line.match(/\*+/g)?.length ?? 0) + 1);
  }
  return steps > MOST_STEPS;
}
