/** `.env` beside the compose file: Compose reads it, so a key in it works now. Its edits are ops; write/ makes them. */
import type { Files, Op, Path, Store, Workspace } from '../types.ts';
import { commandLine } from '../ui/shell-lines.ts';
import { join } from '../workspace/files.ts';
import { keepOutOps } from './keep-out.ts';
import { valueIn } from './variables.ts';

export { valueIn, variablesIn } from './variables.ts';

/** Where Compose looks for it: the project's folder. */
export const dotenvPath = (workspace: Pick<Workspace, 'projectDir'>): Path => join(workspace.projectDir, '.env');

export const dotenv: Store = {
  id: 'dotenv',
  title: '.env',
  lasts: 'here',
  usable: () => true,
  get: async (name, workspace) => valueIn(workspace.files, dotenvPath(workspace), name)?.value,
  ops(name, workspace) {
    const file = dotenvPath(workspace);
    const { files } = workspace;
    const tracked = files.tracked(file);
    // Not knowing is no better than being in git: a key cannot be taken back out of a commit.
    if (tracked.is === 'unknown') return { stuck: `Whether ${file} is in git is not known: ${tracked.why}. A key written there could be committed.`, paste: { into: 'your shell', text: tracked.do } };
    if (tracked.is === 'yes') return { stuck: `${file} is in git: a key written there would be committed.`, paste: { into: 'your shell', text: commandLine(['git', 'rm', '--cached', file], 'sh') } };
    const why = files.exists(file) ? files.why(file) : undefined;
    if (why !== undefined) return { stuck: `${file} cannot hold the key: ${REASONS[why] ?? 'it cannot be read'}.`, paste: { into: 'your shell', text: `rename ${file} or make it a text file, then run init again` } };
    const out = keepOutOps(workspace, file, [name]);
    if ('stuck' in out) return out;
    const ignored = [...ignoreOps(files, file, workspace.projectDir), ...out];
    const kept = valueIn(files, file, name);
    const secret = { secret: name };
    if (kept === undefined) return [...ignored, { op: 'edit', path: file, format: 'dotenv', change: { do: 'set', at: [name], value: secret } }];
    // Another key is never put into a plan, not even as what was there before: its line goes by hand.
    if (kept.value !== '') return { stuck: `${file}${kept.line === undefined ? '' : `:${kept.line}`} holds another ${name} already.`, paste: { into: file, text: `delete the line ${name}=…, then run init again` } };
    return [...ignored, { op: 'edit', path: file, format: 'dotenv', change: { do: 'replace', at: [name], was: '', value: secret } }];
  },
};

const REASONS: Readonly<Record<string, string>> = { 'not-a-file': 'it is not a file', 'not-text': 'it is not text', 'too-large': 'it is too large', outside: 'it leads out of the workspace' };

/** The ignore line comes before the key, so that no moment exists in which git could take it. Also where there is no git yet: it may come. */
function ignoreOps(files: Files, file: Path, projectDir: Path): readonly Op[] {
  if (files.ignored(file)) return [];
  return [{ op: 'edit', path: join(projectDir, '.gitignore'), format: 'ignore-file', change: { do: 'add', at: [], value: '.env' } }];
}
