/** Evidence as it may be shown: the file's own line with secrets taken out. */
import type { Evidence, Files, Place } from '../types.ts';
import { fingerprint, isSecretName, oneLine } from '../ui/redact.ts';
import { linesOf } from './lines.ts';
import type { Setting } from './types.ts';

const LONGEST = 120;
/** Secrets by their shape, wherever they stand (keys: backends/honeycomb/key.ts): whole ingest keys, what follows the header's name, what is behind Basic or Bearer, a password in an address. */
const KEY_SHAPES: readonly RegExp[] = [/(?<=\b(?:Basic|Bearer)(?:\s|%20)+)[\w+/=.~-]{6,}/g, /(?<=:\/\/[^\s/:@"']*:)[^\s@/"'${}]+(?=@)/g, /\bhc[a-z](?:ik|ic|lk|mk)_[0-9A-Za-z]{6,}/g, /(?<=x-honeycomb-team["']?\s*[=:,]\s*["']?)[^"'\s,${}][^"'\s,]{5,}/gi];
/** NAME: value and NAME=value of a secret's name; a value that is only ${…} is none. */
const ASSIGNED = /\b([A-Za-z_][\w-]*)(["']?\s*[:=]\s*["']?)([^\s"',#]{4,})/g;

/** A line of text without what could be a secret: known shapes, and what is assigned to a secret's name. */
export function withoutSecrets(text: string): string {
  let shown = text;
  for (const shape of KEY_SHAPES) shown = shown.replace(shape, (key) => (/^\$?\{?[A-Z_]+\}?$/.test(key) ? key : fingerprint(key)));
  return shown.replace(ASSIGNED, (all, name: string, between: string, value: string) =>
    !isSecretName(name) || value.includes('$') || /^x-honeycomb-team/i.test(value) || value.includes('…') ? all : `${name}${between}${fingerprint(value)}`);
}

/** The line of a file at a place, trimmed and redacted; `says` where there is none. */
export function lineAt(files: Files, where: Place, says: string): Evidence {
  if (typeof where === 'string' || where.line === undefined) return { where, says };
  const line = linesOf(files, where.path)[where.line - 1]?.trim();
  return { where, says: line === undefined || line === '' ? says : shortened(withoutSecrets(oneLine(line))) };
}

/** A variable where it is set: the line itself, else NAME=value as it may be shown. */
export function settingAt(files: Files, { name, value, where }: Setting): Evidence {
  return lineAt(files, where, `${name}=${shownSetting(name, value)}`);
}

/** A value as it may be shown: of a header its names and a fingerprint, of another secret a fingerprint. */
export function shownSetting(name: string, value: string): string {
  if (value === '') return '(blank)';
  if (name.endsWith('HEADERS')) return shortened(oneLine(value.split(',').map((pair) => pair.replace(/^([^=:]*[=:]\s*)(.+)$/s, (_, before: string, secret: string) => before + fingerprint(secret))).join(',')));
  return isSecretName(name) ? fingerprint(value) : shortened(withoutSecrets(oneLine(value)));
}

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
