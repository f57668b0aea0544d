/** Evidence as it may be shown: the file's own line with secrets taken out. */
import type { Evidence, Files, Place } from '../types.ts';
import { fingerprint, isSecretName, oneLine } from '../ui/redact.ts';
import { withoutSecrets } from '../ui/secret-shapes.ts';
import { linesOf } from './lines.ts';
import type { Setting } from './types.ts';

const LONGEST = 120;
/** Of a line so much is looked at: what stands behind it is not shown. */
const LOOKED_AT = 4_000;

/** The line of a file at a place, trimmed and redacted; `says` where there is none. */
export function lineAt(files: Files, where: Place, says: string): Evidence {
  if (typeof where === 'string' || where.line === undefined) return { where, says };
  const line = linesOf(files, where.path)[where.line - 1]?.trim().slice(0, LOOKED_AT);
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
  return isSecretName(name) ? fingerprint(value) : shortened(withoutSecrets(oneLine(value.slice(0, LOOKED_AT))));
}

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
