/** What git knows of the workspace's files. Where git is absent or refuses, the ignore files are read by our own rules. */
import { execSync } from '../io/exec.ts';
import type { Path } from '../types.ts';

export interface GitIndex {
  tracked(file: Path): boolean;
  ignored(file: Path): boolean;
}

/** Git's view of the folder `root` (absolute); asked once for the index, once for each path whose ignore rule matters. */
export function gitIndex(root: string): GitIndex {
  let index: ReadonlySet<string> | undefined;
  const ignored = new Map<Path, boolean>();
  return {
    tracked(file) {
      index ??= new Set(git(root, ['ls-files', '-z', '--cached']).out.split('\0').filter(name => name !== ''));
      return index.has(file);
    },
    ignored(file) {
      let answer = ignored.get(file);
      if (answer === undefined) {
        // 0 = ignored, 1 = not; anything else (no repository, no git) is no answer.
        answer = git(root, ['check-ignore', '-q', '--no-index', '--', file === '' ? '.' : file]).code === 0;
        ignored.set(file, answer);
      }
      return answer;
    },
  };
}

/** A hook or pager of the repository's configuration must not run: these are read-only questions. */
function git(root: string, args: readonly string[]): { readonly code: number; readonly out: string } {
  return execSync(['git', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...args], { cwd: root, ms: 10_000 });
}
