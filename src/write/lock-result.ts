/** What a package manager left: the lock file as it goes into the plan, or why it does not. Pure. */
import { isRefusal, refuse } from '../formats/refusal.ts';
import type { Op, Path, Refusal } from '../types.ts';
import { knownLock } from './lock-known.ts';
import { foreignSource, logicalLines } from './lock-python.ts';
import { lockVersion } from './lock-versions.ts';

type LockOp = Extract<Op, { op: 'lock' }>;

/**
 * @param before the file as it is. @param given as the package manager got it: where it left that, nothing changed.
 * @param after as it was left; undefined = it is gone.
 */
export function lockResult(op: LockOp, path: Path, before: string, given: string, after: string | undefined): { readonly text: string } | Refusal {
  const [program = ''] = op.argv;
  if (after === undefined) return refuse(`${program} left no ${path} behind.`);
  if (after === given) return { text: before };
  const [was, is] = [lockVersion(path, before), lockVersion(path, after)];
  if (was !== is) return refuse(`${program} here writes ${path} in another version (${is ?? 'unknown'}) than the one that is there (${was ?? 'unknown'}).`);
  // A package of a registry may itself ask for one from elsewhere.
  if (['npm', 'pnpm', 'yarn', 'bun'].includes(program)) {
    const known = knownLock(path, after);
    return isRefusal(known) ? known : { text: after };
  }
  const foreign = path.endsWith('.lock') ? foreignSource(path, after) : undefined;
  if (foreign !== undefined) return foreign;
  const text = program === 'pip-compile' ? withoutOnlyBinary(after) : after;
  const moved = movedPin(before, text, path.endsWith('.lock') ? lockedIn : pinnedIn);
  return moved === undefined ? { text } : refuse(`${program} would move ${moved}: packages that exist as source alone were not looked at, because building them runs their code.`);
}

/** pip-compile repeats in its output what it was told, and a blank line ends such options. */
function withoutOnlyBinary(text: string): string {
  const lines = text.split('\n');
  const at = lines.indexOf('--only-binary :all:');
  if (at === -1) return text;
  const alone = lines[at + 1] === '' && !(lines[at - 1] ?? '#').startsWith('--');
  return lines.toSpliced(at, alone ? 2 : 1).join('\n');
}

type Pins = ReadonlyMap<string, string>;

/** What is locked in both, in different versions: 'docopt from 0.6.2 to 0.6.1'. */
function movedPin(before: string, after: string, read: (text: string) => Pins): string | undefined {
  const now = read(after);
  for (const [name, version] of read(before)) {
    const other = now.get(name);
    if (other !== undefined && other !== version) return `${name} from ${version} to ${other}`;
  }
  return undefined;
}

function pinnedIn(text: string): Pins {
  return new Map(logicalLines(text).flatMap((line) => {
    const [name = '', version] = line.split(/[\s;]/)[0]?.split('==') ?? [];
    return version === undefined ? [] : [[name, version]];
  }));
}

/** Of a uv.lock; a package can be locked in several versions. */
function lockedIn(text: string): Pins {
  const pins = new Map<string, string>();
  let name = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('name = ')) name = line.slice(7).replaceAll('"', '');
    else if (line.startsWith('version = ') && name !== '') {
      pins.set(name, pins.has(name) ? `${pins.get(name) ?? ''}, ${line.slice(10).replaceAll('"', '')}` : line.slice(10).replaceAll('"', ''));
      name = '';
    }
  }
  return pins;
}
