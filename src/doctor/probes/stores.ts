/** Every place that has a value for a variable from which a key is filled in, and which of them Compose takes. */
import { dotenvPath } from '../../stores/dotenv.ts';
import { gpEnv, gpVariables } from '../../stores/gp-env.ts';
import type { Files, Path, Tools, Workspace } from '../../types.ts';
import { readEnvFile } from '../../workspace/compose/env-file.ts';
import { path as asPath } from '../../workspace/path.ts';
import { namesOfKeys } from '../keys.ts';
import type { Kept, Probe, Subject } from '../types.ts';

export const stores: Probe<'stores'> = {
  fact: 'stores',
  title: 'looking where the key is kept',
  from: ['workspace', 'subjects'],
  touches: 'nothing',
  // gp asks a server; what Compose uses is known without it.
  ms: 20_000,
  async run({ workspace, subjects }, tools) {
    const names = namesOfKeys(subjects);
    const gitpod = gpEnv.usable(workspace.host) ? await gpVariables({ exec: (argv, options) => tools.exec(argv, { ...options, ms: 15_000 }) }) : new Map<string, string>();
    return names.flatMap((name) => keptOf(name, workspace, subjects, gitpod, tools.env));
  },
};

function keptOf(name: string, workspace: Workspace, subjects: readonly Subject[], gitpod: ReadonlyMap<string, string>, env: Tools['env']): readonly Kept[] {
  const { files } = workspace;
  const found: Kept[] = [];
  const shell = env[name];
  if (shell !== undefined) found.push({ name, store: 'shell', where: 'shell', value: shell, wins: true });
  const read = readByCompose(workspace, env);
  let taken = shell !== undefined;
  for (const path of read) {
    const kept = inFile(name, files, path);
    if (kept === undefined) continue;
    found.push({ ...kept, store: 'dotenv', wins: !taken });
    taken = true;
  }
  const loaded = new Set(subjects.flatMap(({ service }) => service.env.flatMap(({ where }) => (typeof where !== 'string' && !workspace.compose.includes(where.path) && /env/i.test(where.path) ? [where.path] : []))));
  const others = new Set([...loaded, ...files.find(asPath(''), /^\.env(?:\.local)?$/, 4)]);
  for (const path of others) {
    const kept = read.includes(path) ? undefined : inFile(name, files, path);
    if (kept !== undefined) found.push({ ...kept, store: loaded.has(path) ? 'env-file' : 'dotenv', wins: false });
  }
  const inGitpod = gitpod.get(name);
  if (inGitpod !== undefined) found.push({ name, store: 'gp-env', where: 'backend', value: inGitpod, wins: false });
  return found;
}

/** The files of which Compose fills in variables, the strongest first (workspace/compose/project-env.ts). */
function readByCompose(workspace: Workspace, env: Tools['env']): readonly Path[] {
  const named = (env['COMPOSE_ENV_FILES'] ?? '').split(',').filter((name) => name !== '');
  if (named.length > 0) return named.flatMap((name) => workspace.files.resolve(workspace.projectDir, name) ?? []).toReversed();
  return /^(?:1|t|true)$/i.test(env['COMPOSE_DISABLE_ENV_FILE'] ?? '') ? [] : [dotenvPath(workspace)];
}

/** The last line of a name counts, as Compose reads it. */
function inFile(name: string, files: Files, path: Path): Pick<Kept, 'name' | 'where' | 'value' | 'raw' | 'tracked' | 'untold'> | undefined {
  const text = files.text(path);
  if (text === undefined) return undefined;
  const found = readEnvFile(text, () => undefined).vars.findLast((one) => one.name === name);
  if (found === undefined || found.raw === null) return undefined;
  const line = text.split('\n')[found.line - 1] ?? '';
  const raw = line.slice(line.search(/[=:]/) + 1);
  const tracked = files.tracked(path);
  const inGit = tracked.is === 'unknown' ? { untold: { why: tracked.why, do: tracked.do } } : { tracked: tracked.is === 'yes' };
  return { name, where: { path, line: found.line }, value: found.value, raw, ...inGit };
}
