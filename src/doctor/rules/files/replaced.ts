/** The edits that give a variable another value, another name, or take it away, where it is written; none where that place cannot be edited safely. */
import { formatOf } from '../../../formats/index.ts';
import { isRefusal } from '../../../formats/refusal.ts';
import { valueIn } from '../../../needs/models.ts';
import type { Change, FormatId, Keys, Op, Path, Service, Workspace } from '../../../types.ts';
import { isSecretName } from '../../../ui/redact.ts';
import { linesOf } from '../../lines.ts';
import type { Setting } from '../../types.ts';

interface Home {
  readonly path: Path;
  readonly format: FormatId;
  readonly at: (name: string) => Keys;
  readonly was: string;
}

/** [] where it stands in no file of this project, or where the text before or after would hold a written-out secret: a plan may not. */
export function replaced(workspace: Workspace, service: Service, setting: Setting, value: string): readonly Op[] {
  const home = homeOf(workspace, service, setting);
  if (home === undefined || value === home.was) return [];
  return edits(workspace, home, [{ do: 'replace', at: home.at(setting.name), was: home.was, value }]);
}

/** The entry with its line; [] as for `replaced`. */
export function removed(workspace: Workspace, service: Service, setting: Setting): readonly Op[] {
  const home = homeOf(workspace, service, setting);
  return home === undefined ? [] : edits(workspace, home, [{ do: 'remove', at: home.at(setting.name), was: home.was }]);
}

/** The same value under another name; [] as for `replaced`, and where a comment on its line would go with it. */
export function renamed(workspace: Workspace, service: Service, setting: Setting, name: string): readonly Op[] {
  const home = homeOf(workspace, service, setting, isSecretName(name) || isSecretName(setting.name));
  if (home === undefined || typeof setting.where === 'string' || commented(workspace, setting.where)) return [];
  if (valueIn(workspace.files, home.path, home.format, home.at(name)) !== undefined) return [];
  // A .env writes a value that is filled in only in its plain form.
  if (home.format === 'dotenv' && !/^(?:[A-Za-z0-9_.,:@%+/=-]|\$\{[A-Za-z_]\w*\})*$/.test(home.was)) return [];
  return edits(workspace, home, [{ do: 'remove', at: home.at(setting.name), was: home.was }, { do: 'set', at: home.at(name), value: home.was }]);
}

/** [] where the format refuses one of them: behind an anchor, through a merge key, in a line with others. */
function edits({ files }: Workspace, { path, format }: Home, changes: readonly Change[]): readonly Op[] {
  const text = files.text(path);
  if (text === undefined || changes.some((change) => isRefusal(formatOf(format).splice(text, change)))) return [];
  return changes.map((change): Op => ({ op: 'edit', path, format, change }));
}

function homeOf(workspace: Workspace, service: Service, { name, raw, where }: Setting, secret = isSecretName(name)): Home | undefined {
  if (typeof where === 'string' || raw === null) return undefined;
  if (secret && raw.trim() !== '' && !onlyNames(raw)) return undefined;
  const compose = workspace.compose.includes(where.path);
  if (!compose && !/(?:^|[./])env(?:[./]|$)/i.test(where.path)) return undefined;
  const at = (of: string): Keys => (compose ? ['services', service.name, 'environment', of] : [of]);
  const format = compose ? 'compose' : 'dotenv';
  return valueIn(workspace.files, where.path, format, at(name)) === raw ? { path: where.path, format, at, was: raw } : undefined;
}

function commented({ files }: Workspace, where: { readonly path: Path; readonly line?: number }): boolean {
  return where.line === undefined || / #/.test(linesOf(files, where.path)[where.line - 1] ?? '');
}

/** 'x-honeycomb-team: ${KEY}': what is left without ${…} is no secret. */
const onlyNames = (raw: string): boolean => raw.includes('$') && !/[0-9A-Za-z]{16,}/.test(raw.replaceAll(/\$\{[^}]{0,200}\}|\$\w+/g, ''));
