/**
 * Docker Compose as the referee: the planned text goes through `docker compose config`, and what Compose reads before
 * and after must differ by exactly what was planned. `--no-interpolate` keeps every value a name, so the key is never
 * in what comes back; nothing of it is printed.
 */
import { join } from 'node:path';
import { isMapModel, sameModel, secretText, valueAt } from '../formats/model.ts';
import { applySplices } from '../formats/splices.ts';
import type { Change, Model, Path, Plan, Tools, Workspace } from '../types.ts';

export type Ruling =
  | { readonly is: 'agrees' }
  /** Nothing to rule on, or no Compose to ask. */
  | { readonly is: 'skipped'; readonly why: string }
  | { readonly is: 'disagrees'; readonly why: string };

// A file that Compose needs longer for is one that was made to be slow: it is judged by our own proof alone.
const LIMIT_MS = 15_000;

/** Asks Compose about a plan. Never throws, writes nothing. */
export async function referee(workspace: Workspace, plan: Plan, tools: Tools): Promise<Ruling> {
  const changed = plan.patches.filter((patch) => workspace.compose.includes(patch.path));
  const [patch, ...more] = changed;
  if (patch === undefined) return { is: 'skipped', why: 'the plan changes no compose file' };
  if (more.length > 0) return { is: 'skipped', why: 'the plan changes several compose files at once' };
  const before = workspace.files.text(patch.path) ?? '';
  const old = await read(workspace, patch.path, before, tools);
  if ('why' in old) return { is: 'skipped', why: old.why };
  const now = await read(workspace, patch.path, applySplices(before, patch.splices), tools);
  if ('why' in now && now.silent === true) return { is: 'skipped', why: now.why };
  if ('why' in now) return { is: 'disagrees', why: `Docker Compose would not take the changed ${patch.path}: ${now.why}` };
  const changes = plan.ops.flatMap((op) => (op.op === 'edit' && op.path === patch.path ? [op.change] : []));
  return compare(old.model, now.model, changes, patch.path);
}

async function read(workspace: Workspace, path: Path, text: string, tools: Tools): Promise<{ readonly model: Model } | { readonly why: string; /** It said nothing about the file. */ readonly silent?: true }> {
  const { root } = workspace.files;
  const files = workspace.compose.flatMap((file) => ['-f', file === path ? '-' : join(root, file)]);
  const argv = ['docker', 'compose', ...files, '--project-directory', join(root, workspace.projectDir), '--profile', '*', 'config', '--no-interpolate', '--format', 'json'];
  const { code, out, err } = await tools.exec(argv, { cwd: join(root, workspace.projectDir), input: text.replace(/^\uFEFF/, ''), ms: LIMIT_MS });
  if (code === 127) return { why: 'docker is not installed here', silent: true };
  if (code === 124) return { why: 'docker compose did not answer in time', silent: true };
  if (code !== 0) return { why: reason(err) };
  try {
    return { model: named(JSON.parse(out) as Model) };
  } catch {
    return { why: 'docker compose answered something else than JSON', silent: true };
  }
}

/** With `--no-interpolate` an environment in list form stays one, and numbers stay numbers: by name, as text, they compare. */
function named(model: Model): Model {
  if (!isMapModel(model) || !isMapModel(model['services'])) return model;
  const services = Object.entries(model['services']).map(([name, service]) => [name, isMapModel(service) && service['environment'] !== undefined ? { ...service, environment: byName(service['environment']) } : service]);
  return { ...model, services: Object.fromEntries(services) };
}

function byName(environment: Model): Model {
  const pairs: readonly (readonly [string, Model])[] = Array.isArray(environment)
    ? environment.map((entry: Model) => {
        const [name = '', ...value] = String(entry).split('=');
        return [name, value.length === 0 ? null : value.join('=')];
      })
    : isMapModel(environment) ? Object.entries(environment) : [];
  return Object.fromEntries(pairs.map(([name, value]) => [name, value === null ? null : String(value)]));
}

/** Compose's complaint names keys and files; a quoted value in it is left out, it may be a secret. */
function reason(err: string): string {
  const line = err.split('\n').findLast((text) => text.trim() !== '' && !/level=warning/.test(text)) ?? 'unknown reason';
  return line.replaceAll(/"[^"]*"/g, '"…"').trim().slice(0, 200);
}

function compare(old: Model, now: Model, changes: readonly Change[], path: Path): Ruling {
  for (const change of changes) {
    const [, service, part, name] = change.at;
    if (part !== 'environment' || typeof service !== 'string' || typeof name !== 'string' || (change.do !== 'set' && change.do !== 'replace')) continue;
    const value = valueAt(now, ['services', service, 'environment', name]);
    if (value !== secretText(change.value)) return { is: 'disagrees', why: `Docker Compose reads ${name} of ${service} in the changed ${path} in another way than planned.` };
  }
  if (sameModel(without(old, changes), without(now, changes))) return { is: 'agrees' };
  return { is: 'disagrees', why: `Docker Compose reads more changes in ${path} than were planned.` };
}

/** Services without what the plan touches: environment variables by name, other keys (command, extra_hosts) whole. */
function without(model: Model, changes: readonly Change[]): Model {
  if (!isMapModel(model) || !isMapModel(model['services'])) return model;
  const services: Record<string, Model> = { ...model['services'] };
  for (const { at } of changes) {
    const [, service, part, name] = at;
    const own = typeof service === 'string' ? services[service] : undefined;
    if (typeof service !== 'string' || typeof part !== 'string' || !isMapModel(own)) continue;
    const copy: Record<string, Model> = { ...own };
    const environment = copy['environment'];
    if (part === 'environment' && typeof name === 'string' && isMapModel(environment)) {
      const left: Record<string, Model> = { ...environment };
      delete left[name];
      if (Object.keys(left).length === 0) delete copy['environment'];
      else copy['environment'] = left;
    } else delete copy[part];
    services[service] = copy;
  }
  return { ...model, services };
}
