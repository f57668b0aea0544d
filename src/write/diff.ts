/**
 * A plan as a unified patch that `git apply` takes. Secrets are placeholders: the splices never hold a value.
 */
import type { Patch, Path, Plan, Splice, Workspace } from '../types.ts';
import { hunks } from './hunks.ts';

/** One file and what becomes of it. */
export interface FileDiff {
  readonly path: Path;
  /** null = not there. */
  readonly before: string | null;
  readonly splices: readonly Splice[];
  /** The file goes away. */
  readonly removed?: boolean;
  readonly encoding: Patch['encoding'];
}

/** The whole plan, file by file, in the order of writing. */
export function diffText(workspace: Workspace, plan: Plan): string {
  return diffFiles(
    plan.patches.map(({ path, before, splices, encoding }) => ({ path, before: before === null ? null : (workspace.files.text(path) ?? ''), splices, encoding })),
  );
}

/** Empty text where nothing changes. */
export function diffFiles(files: readonly FileDiff[]): string {
  return files.map(diffOne).join('');
}

function diffOne({ path, before, splices, removed = false, encoding }: FileDiff): string {
  const [a, b] = [quoted(`a/${path}`), quoted(`b/${path}`)];
  // git takes UTF-16 for binary; `git apply` skips a line that is no header.
  if (encoding !== 'utf-8') return `Binary file: ${quoted(path)} is UTF-16 and changes too; a text patch cannot hold that change, otel-setup init writes it.\n`;
  const body = hunks(before ?? '', splices);
  if (body === '' && before !== null && !removed) return '';
  const word = before === null ? 'new file mode 100644\n' : removed ? 'deleted file mode 100644\n' : '';
  const names = body === '' ? '' : `--- ${before === null ? '/dev/null' : tabbed(a)}\n+++ ${removed ? '/dev/null' : tabbed(b)}\n`;
  return `diff --git ${a} ${b}\n${word}${names}${body}`;
}

/** git ends a name with blanks by a tab, so that nothing after it is taken for a date. */
const tabbed = (name: string): string => (name.includes(' ') && !name.startsWith('"') ? `${name}\t` : name);

/** A name as git writes it (core.quotePath): unusual bytes as octal, in quotes. */
function quoted(name: string): string {
  const bytes = [...Buffer.from(name, 'utf8')];
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c)) return name;
  const text = bytes.map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte);
  });
  return `"${text.join('')}"`;
}
