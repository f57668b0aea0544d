/** The edit that gives a variable another value, where it is written; none where that place cannot be edited safely. */
import { valueIn } from '../../../needs/models.ts';
import type { Op, Service, Workspace } from '../../../types.ts';
import { isSecretName } from '../../../ui/redact.ts';
import type { Setting } from '../../types.ts';

/** [] where it stands in no file of this project, or where the text before or after would hold a written-out secret: a plan may not. */
export function replaced(workspace: Workspace, service: Service, { name, raw, where }: Setting, value: string): readonly Op[] {
  if (typeof where === 'string' || raw === null || value === raw) return [];
  if (isSecretName(name) && raw.trim() !== '' && !onlyNames(raw)) return [];
  if (workspace.compose.includes(where.path)) {
    const at = ['services', service.name, 'environment', name];
    return valueIn(workspace.files, where.path, 'compose', at) === raw ? [{ op: 'edit', path: where.path, format: 'compose', change: { do: 'replace', at, was: raw, value } }] : [];
  }
  return valueIn(workspace.files, where.path, 'dotenv', [name]) === raw ? [{ op: 'edit', path: where.path, format: 'dotenv', change: { do: 'replace', at: [name], was: raw, value } }] : [];
}

/** 'x-honeycomb-team: ${KEY}': what is left without ${…} is no secret. */
const onlyNames = (raw: string): boolean => raw.includes('$') && !/[0-9A-Za-z]{16,}/.test(raw.replaceAll(/\$\{[^}]*\}|\$\w+/g, ''));
