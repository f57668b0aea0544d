/** What a refused service's operations come to, as lines to paste: nobody is left with a bare "no". */
import { secretText } from '../formats/apply.ts';
import type { EnvVar, Op, Paste, Path } from '../types.ts';
import { isSecretName } from '../ui/redact.ts';

type EditOp = Extract<Op, { op: 'edit' }>;

/**
 * The lines for one file, in its own syntax; undefined where there is nothing to paste.
 * @param env of the service: what it has in this very file is repeated, because an `environment` of its own hides an
 * inherited one.
 */
export function pasteFor(path: Path, ops: readonly Op[], env: readonly EnvVar[] = []): Paste | undefined {
  const edits = ops.flatMap((op) => (op.op === 'edit' && op.path === path ? [op] : []));
  if (edits.length === 0) return undefined;
  const compose = edits.every(({ format }) => format === 'compose');
  return { into: path, text: (compose ? composeLines(path, edits, env) : edits.map(lineOf)).join('\n') };
}

function lineOf({ format, change }: EditOp): string {
  const key = String(change.at.at(-1) ?? '');
  const value = 'value' in change ? plain(change.value) : '';
  if (change.do === 'prefix') return `put in front: ${change.words.join(' ')}`;
  if (format === 'dotenv' && change.do === 'set') return `${key}=${value}`;
  if (format === 'package-json' && change.do === 'set') return `    "${key}": "${value}"`;
  if (format === 'toml' && change.do === 'set') return `${key} = "${value}"`;
  return change.do === 'append' ? `${key}: add "${value}"` : value;
}

/** Keys of one service, as deep as most files have them. */
function composeLines(path: Path, edits: readonly EditOp[], env: readonly EnvVar[]): string[] {
  const below = new Map<string, string[]>();
  const noted = (key: string, line: string): void => void below.set(key, [...(below.get(key) ?? []), line]);
  const own = edits.flatMap(({ change }) => (change.at[2] === 'environment' ? [String(change.at[3])] : []));
  if (own.length > 0) for (const line of writtenHere(path, env, own)) noted('environment', line);
  const whole: string[] = [];
  for (const { change } of edits) {
    const key = String(change.at[2] ?? change.at.at(-1));
    const value = 'value' in change ? plain(change.value) : '';
    if (change.do === 'prefix') whole.push(`    # ${key}: put in front: ${change.words.join(' ')}`);
    else if (change.do === 'append') noted(key, `      # add to ${String(change.at.at(-1))}: ${value}`);
    else if (key === 'environment') noted(key, `      ${String(change.at[3])}: ${quoted(value)}`);
    else if (change.do === 'add') noted(key, `      - ${quoted(value)}`);
    else whole.push(`    ${key}: ${value}`);
  }
  return [...[...below].flatMap(([key, lines]) => [`    ${key}:`, ...lines]), ...whole];
}

/** The entries that are there already. A secret that is written out is not repeated, only named. */
function writtenHere(path: Path, env: readonly EnvVar[], without: readonly string[]): string[] {
  const lines = new Map<string, string>();
  for (const { name, raw, where } of env) {
    if (typeof where === 'string' || where.path !== path || without.includes(name)) continue;
    const hidden = raw !== null && isSecretName(name) && !raw.includes('$');
    lines.set(name, `      ${name}:${raw === null ? '' : hidden ? ` # its value is in line ${where.line ?? 1}` : ` ${quoted(raw)}`}`);
  }
  return [...lines.values()];
}

const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;

/** A secret's placeholder means nothing to a reader; its name does. */
function plain(value: Parameters<typeof secretText>[0]): string {
  return typeof value === 'string' ? value : `<${value.secret}>`;
}
