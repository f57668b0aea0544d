/**
 * A lock file follows its manifest: the project's own package manager runs on copies in a temporary folder, and what
 * it makes becomes a patch. Nothing is installed into the workspace, and no script of the repository is run.
 */
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { refuse } from '../formats/refusal.ts';
import type { Files, Op, Path, Refusal, Splice, Tools } from '../types.ts';
import { clean } from '../ui/redact.ts';
import { decode, encode } from './bytes.ts';
import { lockVersion } from './lock-versions.ts';
import { spliceBetween } from './text-diff.ts';
import { readBytes, withScratch } from './write.ts';

type LockOp = Extract<Op, { op: 'lock' }>;
export type LockAnswer = { readonly files: readonly { readonly path: Path; readonly splices: readonly Splice[]; readonly after: string }[] } | Refusal;

const LIMIT_MS = 300_000;

// Package managers: no questions, no other version of themselves out of the repository, no scripts.
const QUIET = {
  CI: '1',
  COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
  YARN_IGNORE_PATH: '1',
  YARN_ENABLE_SCRIPTS: '0',
  YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
  npm_config_ignore_scripts: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  PIPENV_NOSPIN: '1',
  POETRY_NO_INTERACTION: '1',
};

/** Runs a lock operation over the planned files. A refusal names the reason; the caller adds the command to run by hand. */
export async function runLock(op: LockOp, planned: Files, tools: Tools): Promise<LockAnswer> {
  const [program = ''] = op.argv;
  const names = op.writes.join(', ');
  const copies = new Map<string, Uint8Array>();
  for (const path of [...op.reads, ...op.writes]) {
    const text = planned.text(path);
    if (text !== undefined) copies.set(inFolder(op.cwd, path), encode(text, planned.encoding(path)));
  }
  const working = tools.working(`${program}: bringing ${names} up to date`);
  const answer = await withScratch(copies, async (folder): Promise<LockAnswer> => {
    const argv = await forThisVersion(op.argv, folder, tools);
    const { code, err, out } = await tools.exec(argv, { cwd: folder, ms: LIMIT_MS, env: QUIET });
    if (code === 127) return refuse(`${names} has to follow its manifest, and ${program} is not installed here.`);
    if (code === 124) return refuse(`${program} did not finish ${names} within ${LIMIT_MS / 60_000} minutes.`);
    if (code !== 0) return refuse(`${program} could not bring ${names} up to date: ${lastWords(err, out, folder)}`);
    return results(op, planned, folder);
  });
  if ('refused' in answer) working.failed(answer.refused);
  else working.done();
  return answer;
}

function results(op: LockOp, planned: Files, folder: string): LockAnswer {
  const files: { path: Path; splices: readonly Splice[]; after: string }[] = [];
  for (const path of op.writes) {
    const bytes = readBytes(join(folder, ...inFolder(op.cwd, path).split('/')));
    const encoding = planned.encoding(path);
    const after = bytes === undefined ? undefined : decode(bytes, encoding);
    const before = planned.text(path) ?? '';
    if (after === undefined) return refuse(`${op.argv[0]} left no ${path} behind.`);
    const [was, is] = [lockVersion(path, before), lockVersion(path, after)];
    if (was !== is) return refuse(`${op.argv[0]} here writes ${path} in another version (${is ?? 'unknown'}) than the one that is there (${was ?? 'unknown'}).`);
    const splices = spliceBetween(before, after);
    if (splices.length > 0) files.push({ path, splices, after });
  }
  return { files };
}

/** Poetry 1 would bring every package up to date unless it is told not to; Poetry 2 no longer knows the flag. */
async function forThisVersion(argv: readonly string[], folder: string, tools: Tools): Promise<readonly string[]> {
  if (argv[0] !== 'poetry') return argv;
  const { out } = await tools.exec(['poetry', '--version'], { cwd: folder, ms: 30_000 });
  return /version 1\./.test(out) ? [...argv, '--no-update'] : argv;
}

/** A path of the workspace inside the copy of its folder; what lies above is put beside under its own name. */
function inFolder(cwd: Path, path: Path): string {
  return cwd === '' ? path : path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : (path.split('/').at(-1) ?? path);
}

const LONGEST = 300;

/** The last line that says something, without the temporary folder's name and without control characters. */
function lastWords(err: string, out: string, folder: string): string {
  const said = (text: string): string => clean(stripVTControlCharacters(text)).replaceAll(folder, '.').trim();
  const lines = [...out.split('\n'), ...err.split('\n')].map(said).filter((text) => text !== '' && !/^npm (notice|warn)|complete log of this run/i.test(text));
  const telling = lines.findLast((text) => /\b(err|error|failed|cannot|could not|unable)\b/i.test(text)) ?? lines.at(-1) ?? 'it said nothing';
  return telling.slice(0, LONGEST);
}
