/** The API key: found, asked for, and judged by its backend. It leaves this file only as a value that is hidden from all output. */
import type { ParsedArgs } from '../../args.ts';
import { recogniseKey } from '../../backends/honeycomb/key.ts';
import { EXIT, Stop } from '../../stop.ts';
import type { Account, Backend, Region, Store, Workspace } from '../../types.ts';
import { Cancelled } from '../../ui/prompt.ts';
import { wrap } from '../../ui/show.ts';
import type { Context } from '../context.ts';

export interface Kept {
  /** 'shell', or a store's id. */
  readonly place: string;
  readonly value: string;
}
export interface Key {
  readonly value: string;
  /** 'shell', 'stdin', 'prompt' or a store's id. */
  readonly from: string;
  /** undefined: nobody was asked (--offline). */
  readonly account?: Account;
}

/** Every place here that has a value for the key, blank ones too: the shell first, because it wins in Compose. */
export async function keptKeys(name: string, stores: readonly Store[], workspace: Workspace, { env, tools, hide }: Pick<Context, 'env' | 'tools' | 'hide'>): Promise<readonly Kept[]> {
  const kept: Kept[] = [];
  const shell = env[name];
  if (shell !== undefined) kept.push({ place: 'shell', value: shell });
  for (const store of stores) {
    const value = await store.get(name, workspace, tools);
    if (value !== undefined) kept.push({ place: store.id, value });
  }
  for (const { value } of kept) if (value.trim() !== '') hide(value.trim());
  return kept;
}

/** What --key-stdin was given. @throws Stop (exit 3) where that is blank. */
async function keyFromStdin(context: Context): Promise<Key> {
  const value = (await context.stdin()).trim();
  if (value === '') throw new Stop(EXIT.answerMissing, 'Standard input held no key.', 'printf %s "$HONEYCOMB_API_KEY" | otel-setup init --key-stdin');
  context.hide(value);
  return { value, from: 'stdin' };
}

const ATTEMPTS = 5;

export interface KeyQuestion {
  readonly backend: Backend;
  readonly region: Region | undefined;
  readonly kept: readonly Kept[];
  /** A wizard without a backend chosen takes Enter for "no account yet". */
  readonly mayDecline: boolean;
}

/**
 * The key that will do, judged. undefined = there is no account yet (Enter at the prompt).
 * @throws Stop: exit 3 where there is none and nobody can be asked, 5 where it is rejected or the backend is not reached, 130.
 */
export async function obtainKey(question: KeyQuestion, args: ParsedArgs, context: Context): Promise<Key | undefined> {
  const { backend, kept } = question;
  const name = backend.secret ?? '';
  const interactive = context.terminal.interactive && !args.yes;
  const found = kept.find(({ value }) => value.trim() !== '');
  let candidate: Key | undefined = args.keyStdin ? await keyFromStdin(context) : found === undefined ? undefined : { value: found.value, from: found.place };
  if (candidate === undefined && !interactive) {
    throw new Stop(EXIT.answerMissing, `Which ${backend.title} API key? None is known here, and nobody can be asked${args.yes ? ' (--yes)' : ' (no terminal, or CI is set)'}.`,
      `set ${name}, or give it to --key-stdin; without an account: --backend local`);
  }
  for (let attempt = 1; ; attempt++) {
    candidate ??= await prompted(question, context);
    if (candidate === undefined) return undefined;
    const judged = await judge(candidate, question, args, context);
    if ('value' in judged) return judged;
    if (!interactive || candidate.from === 'stdin' || attempt >= ATTEMPTS) throw new Stop(EXIT.backend, `The key ${origin(candidate.from, name)} is not usable: ${judged.says}`, judged.hint);
    context.warn(`  The key ${origin(candidate.from, name)} is not usable: ${judged.says}\n    Do: ${judged.hint}`);
    candidate = undefined;
  }
}

async function prompted({ backend, mayDecline }: KeyQuestion, { prompts, print, hide }: Context): Promise<Key | undefined> {
  print(`  ${backend.title} API key: ui.honeycomb.io → your environment → API keys${mayDecline ? '\n  (Enter = no account yet, show traces here)' : ''}`);
  try {
    for (;;) {
      const value = (await prompts.secret(`${backend.title} API key`)).trim();
      if (value !== '') {
        hide(value);
        return { value, from: 'prompt' };
      }
      if (mayDecline) return undefined;
    }
  } catch (error) {
    if (error instanceof Cancelled) throw new Stop(EXIT.interrupted, 'Interrupted; nothing was written.');
    throw error;
  }
}

/** Shape first, then GET /1/auth. */
async function judge(key: Key, { backend, region }: KeyQuestion, args: ParsedArgs, context: Context): Promise<Key | { readonly says: string; readonly hint: string }> {
  const shape = recogniseKey(key.value);
  if ('mistake' in shape) return { says: shape.mistake, hint: shape.hint };
  context.hide(shape.value);
  if (shape.without !== undefined) context.print(`  (taken without ${shape.without})`);
  const value = shape.value;
  if (args.offline || backend.account === undefined) {
    context.print('  The key has the right shape; nobody was asked about it (--offline).');
    return { value, from: key.from };
  }
  const answer = await backend.account(value, context.tools, region);
  if (answer.is === 'unreachable') throw new Stop(EXIT.backend, answer.says, answer.hint);
  if (answer.is === 'rejected') return answer;
  const { account } = answer;
  if (!account.maySend) return { says: `it may not send events (${account.says}).`, hint: 'make one with the permission "Send Events": ui.honeycomb.io → your environment → API keys' };
  for (const line of wrap(`  ✔ ${account.says}`, 4, Math.min(80, context.terminal.columns))) context.print(line);
  if (!account.mayCreate) context.warn('  Note: the key may not create datasets; spans of a new service are dropped until it may ("Create Datasets"), or until the dataset is there.');
  return { value, from: key.from, account };
}

const origin = (from: string, name: string): string =>
  ({ shell: `in this shell's ${name}`, stdin: 'from standard input', prompt: 'that was typed', dotenv: `in .env (${name})`, 'gp-env': `in gp env (${name})` })[from] ?? `in ${from}`;
