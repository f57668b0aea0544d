/** Where an environment variable lands: in compose, or in `.env` beside a folder service. */
import type { EnvVar, Need, Op, Path, Service, Verdict, Workspace } from '../types.ts';
import { isSecretName } from '../ui/redact.ts';
import { join } from '../workspace/path.ts';
import { composeHome, homeless } from './compose-home.ts';
import { joined, listed, sameSource } from './env-values.ts';
import { valueIn } from './models.ts';

type EnvNeed = Extract<Need, { kind: 'env' }>;

/** A value of the user's is kept: another value differs, a blank one too (it hides what would be there). */
export function land(workspace: Workspace, service: Service, need: EnvNeed): Verdict {
  const there = service.env.findLast((one) => one.name === need.name);
  if (there === undefined) return set(workspace, service, need.name, need.value, need.value);
  // `NAME` alone passes the shell's variable on; where that has none, the process gets nothing.
  if (there.raw === null && there.value === undefined) return { is: 'differs', where: there.where, found: 'passed on from the shell, where it is not set', ops: [] };
  const raw = there.raw ?? there.value ?? '';
  const blank = there.value === '' || there.value === undefined;
  if (need.join !== undefined) return joining(workspace, service, { ...need, join: need.join }, there, raw);
  if (!blank && (need.accept === 'any' || need.name === 'OTEL_SERVICE_NAME')) return { is: 'met', where: there.where };
  if (sameSource(raw, need.value) || (there.value === need.value && !need.value.includes('$'))) return { is: 'met', where: there.where };
  // A written-out key is never quoted, not even as what was there before: that line goes by hand.
  const secret = isSecretName(need.name) && raw !== '' && !raw.includes('$');
  return { is: 'differs', where: there.where, found: blank && raw === '' ? 'blank' : secret ? 'a value that is written out' : blank ? `${raw}, which comes out empty` : raw, ops: secret ? [] : replace(workspace, service, need, there) };
}

function joining(workspace: Workspace, service: Service, need: EnvNeed & { readonly join: ' ' | ',' | ':' }, there: EnvVar, raw: string): Verdict {
  if (listed(raw, need.value, need.join) || listed(there.value ?? '', need.value, need.join)) return { is: 'met', where: there.where };
  const home = writtenIn(workspace, service, there);
  if (home !== undefined && there.raw !== null) {
    const change = { do: 'append', at: home.at, value: need.value, sep: raw === '' ? '' : need.join } as const;
    return { is: 'absent', ops: [{ op: 'edit', path: home.path, format: 'compose', change }] };
  }
  // From an env_file, the image or the shell: compose's own entry wins over all of them, so it repeats what was there.
  if (there.where === 'shell' || there.value === undefined) {
    return { is: 'stuck', stuck: `${need.name} comes from the shell and must also have ${need.value}.`, paste: { into: `${service.name}, environment`, text: `${need.name}: "\${${need.name}}${need.join}${need.value}"` } };
  }
  const both = joined(there.value, need.value, need.join);
  return set(workspace, service, need.name, both.replaceAll('$', '$$$$'), both);
}

/** @param source as compose reads it; @param plain as it is. */
function set(workspace: Workspace, service: Service, name: string, source: string, plain: string): Verdict {
  const op = setOp(workspace, service, name, source);
  if (op !== undefined) return { is: 'absent', ops: [op] };
  return { is: 'stuck', stuck: homeless(service), paste: { into: `${service.name}, environment`, text: `${name}: "${plain}"` } };
}

function setOp(workspace: Workspace, service: Service, name: string, value: string): Op | undefined {
  if (service.origin === 'folder') return { op: 'edit', path: join(service.dir, '.env'), format: 'dotenv', change: { do: 'set', at: [name], value } };
  const path = composeHome(workspace, service, 'environment');
  return path === undefined ? undefined : { op: 'edit', path, format: 'compose', change: { do: 'set', at: ['services', service.name, 'environment', name], value } };
}

function replace(workspace: Workspace, service: Service, { name, value }: EnvNeed, there: EnvVar): readonly Op[] {
  const home = writtenIn(workspace, service, there);
  if (home !== undefined && there.raw !== null) return [{ op: 'edit', path: home.path, format: 'compose', change: { do: 'replace', at: home.at, was: there.raw, value } }];
  if (service.origin === 'folder') {
    const path = join(service.dir, '.env');
    const was = valueIn(workspace.files, path, 'dotenv', [name]);
    return typeof was === 'string' ? [{ op: 'edit', path, format: 'dotenv', change: { do: 'replace', at: [name], was, value } }] : [];
  }
  const op = home === undefined ? setOp(workspace, service, name, value) : undefined;
  return op === undefined ? [] : [op];
}

/** The place in a compose file where the variable is written for this very service (not an env_file, not the image). */
function writtenIn(workspace: Workspace, service: Service, { name, where }: EnvVar): { readonly path: Path; readonly at: readonly string[] } | undefined {
  if (typeof where === 'string' || !workspace.compose.includes(where.path)) return undefined;
  const at = ['services', service.name, 'environment', name];
  return valueIn(workspace.files, where.path, 'compose', at) === undefined ? undefined : { path: where.path, at };
}
