/**
 * A lock file follows its manifest: the project's own package manager runs in a temporary folder, on files of our own
 * making, and what it makes becomes a patch. Nothing is installed into the workspace; no code, no setting and no
 * credential of the repository takes part, and none of this process's keys.
 */
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { isRefusal, refuse } from '../formats/refusal.ts';
import type { Files, Op, Path, Refusal, Splice, Tools } from '../types.ts';
import { clean } from '../ui/redact.ts';
import { decode, encode } from './bytes.ts';
import { lockEnvironment, ownSettings } from './lock-env.ts';
import { lockInput, type LockInput } from './lock-input.ts';
import { lockResult } from './lock-result.ts';
import { spliceBetween } from './text-diff.ts';
import { readBytes, withScratch } from './write.ts';

type LockOp = Extract<Op, { op: 'lock' }>;
export type LockAnswer = { readonly files: readonly { readonly path: Path; readonly splices: readonly Splice[]; readonly after: string }[] } | Refusal;

const LIMIT_MS = 300_000;

/** Whether a lock operation could be run here, without running it. A refusal says what is in the way. */
export function lockRefusal(op: LockOp, planned: Files): Refusal | undefined {
  const input = lockInput(op, planned);
  return isRefusal(input) ? notRun(op, input.refused) : undefined;
}

const notRun = (op: LockOp, why: string): Refusal => refuse(`${op.argv[0]} was not run for ${op.writes.join(', ')}: ${why}`);

/** Answers that were given already, of this process: the same inputs are never run twice. */
const given = new WeakMap<Tools, Map<string, Promise<LockAnswer>>>();

/** Runs a lock operation over the planned files. A refusal names the reason; the caller adds the command to run by hand. */
export function runLock(op: LockOp, planned: Files, tools: Tools): Promise<LockAnswer> {
  const input = lockInput(op, planned);
  if (isRefusal(input)) return Promise.resolve(notRun(op, input.refused));
  const key = JSON.stringify([op, [...input.files], op.writes.map((path) => planned.text(path))]);
  const known = given.get(tools) ?? new Map<string, Promise<LockAnswer>>();
  given.set(tools, known);
  const answer = known.get(key) ?? run(op, input, planned, tools);
  known.set(key, answer);
  return answer;
}

async function run(op: LockOp, input: LockInput, planned: Files, tools: Tools): Promise<LockAnswer> {
  const [program = ''] = op.argv;
  const names = op.writes.join(', ');
  const own = ownSettings(tools.env, planned.root);
  if ('inside' in own) return notRun(op, `your own settings (${own.inside}) lie in the workspace, so they may be somebody else's.`);
  if (own.forAnyHost && input.hosts) return notRun(op, 'the repository names a registry, and your own settings have a credential for whatever registry is named.');
  const copies = new Map([...input.files].map(([path, text]) => [path, encode(text, 'utf-8')]));
  const { inherit, env } = lockEnvironment(tools.env, own);
  const working = tools.working(`${names}: runs \`${op.argv.join(' ')}\` on a copy, no scripts`);
  const answer = await withScratch(copies, async (folder): Promise<LockAnswer> => {
    const { code, err, out } = await tools.exec(input.argv, { cwd: folder, ms: LIMIT_MS, inherit, env: { ...env, ...input.env }, group: true });
    if (code === 127) return refuse(`${names} has to follow its manifest, and ${program} is not installed here.`);
    if (code === 124) return refuse(`${program} did not finish ${names} within ${LIMIT_MS / 60_000} minutes.`);
    const left = input.left.length === 0 ? '' : ` Of the repository's settings these were not passed on: ${input.left.join(', ')}.`;
    if (code !== 0) return refuse(`${program} could not bring ${names} up to date: ${lastWords(err, out, folder)}${left}`);
    return results(op, input, planned, folder);
  });
  if (isRefusal(answer)) working.failed(answer.refused);
  else working.done();
  return answer;
}

function results(op: LockOp, input: LockInput, planned: Files, folder: string): LockAnswer {
  const files: { path: Path; splices: readonly Splice[]; after: string }[] = [];
  for (const path of op.writes) {
    const at = op.cwd === '' ? path : path.slice(op.cwd.length + 1);
    const bytes = readBytes(join(folder, ...at.split('/')));
    const before = planned.text(path) ?? '';
    const made = lockResult(op, path, before, input.files.get(at) ?? '', bytes === undefined ? undefined : decode(bytes, 'utf-8'));
    if (isRefusal(made)) return made;
    const splices = spliceBetween(before, made.text);
    if (splices.length > 0) files.push({ path, splices, after: made.text });
  }
  return { files };
}

const LONGEST = 300;

/** The last line that says something, without the temporary folder's name and without control characters. */
function lastWords(err: string, out: string, folder: string): string {
  const said = (text: string): string => clean(stripVTControlCharacters(text)).replaceAll(folder, '.').trim();
  const lines = [...out.split('\n'), ...err.split('\n')].map(said).filter((text) => text !== '' && !/^npm (notice|warn)|complete log of this run/i.test(text));
  const telling = lines.findLast((text) => /\b(err|error|failed|cannot|could not|unable)\b/i.test(text)) ?? lines.at(-1) ?? 'it said nothing';
  return telling.slice(0, LONGEST);
}
