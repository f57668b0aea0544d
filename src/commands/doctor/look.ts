/** What the doctor knows of this workspace: files read, probes run side by side. */
import { factsOf } from '../../doctor/know.ts';
import { wantedRules } from '../../doctor/engine.ts';
import { neededProbes, probe } from '../../doctor/probing.ts';
import { probes } from '../../doctor/probes/index.ts';
import { rules } from '../../doctor/rules/index.ts';
import type { Facts, Known, Missing, Probe } from '../../doctor/types.ts';
import { EXIT, Stop } from '../../stop.ts';
import type { Workspace } from '../../types.ts';
import { reread } from '../../workspace/reread.ts';
import { recorded, type Recording } from '../../doctor/bundle/record.ts';
import type { ParsedArgs } from '../../args.ts';
import { hideSecret } from '../hide.ts';
import { workspaceOf } from '../workspace-of.ts';
import { refusalsOf } from './refused.ts';
import type { Context } from '../context.ts';

export interface Looked {
  readonly known: Known;
  /** undefined: the compose file cannot be read. */
  readonly workspace?: Workspace;
  /** What was read, and how to read it again, with --bundle. */
  readonly recorded?: { readonly recording: Recording; /** Relative to the root. */ readonly folder: string; readonly composeFiles: readonly string[] };
  readonly took: readonly { readonly fact: string; readonly ms: number }[];
}
/** A value as short as an ordinary word hides that word wherever it stands; evidence is redacted by name as well. */
const WORDS = 12;
type Look = Pick<ParsedArgs, 'file' | 'services' | 'offline' | 'noDocker' | 'bundle' | 'only' | 'ignore'>;

/** @throws Stop as workspaceOf does, but for a compose file that cannot be read: that is a finding. */
export async function look(args: ParsedArgs, context: Context): Promise<Looked> {
  const workspace = await readable(args, context);
  if ('refusals' in workspace) return { known: workspace, took: [] };
  const unknown = args.services.find((name) => workspace.services.every((service) => service.name !== name));
  if (unknown !== undefined) throw new Stop(EXIT.usage, `There is no service "${unknown}".`, `there ${workspace.services.length === 1 ? 'is' : 'are'} ${workspace.services.map(({ name }) => name).join(', ') || 'none'}`);
  const recorder = args.bundle === undefined ? undefined : recorded(workspace.files);
  const second = recorder === undefined ? undefined : reread(workspace, recorder.files, { cwd: context.cwd, env: context.env, composeFiles: args.file });
  const read = second?.workspace ?? workspace;
  for (const { env } of read.services) for (const { name, value } of env) if (value !== undefined) hideSecret(name, value, context, WORDS);
  // Probes look at files that no rule reads (whether another tool's .env has the key): a bundle gets their answers only.
  const given: Known = factsOf(workspace, args.services);
  const asked = neededProbes(probes, wantedRules(rules, args));
  const working = asked.length === 0 ? undefined : context.tools.working('looking at keys, files, images and containers');
  const open = new Set(asked.map(({ fact }) => fact));
  const titles = new Map(asked.map(({ fact, title }) => [fact, title]));
  const { known: probed, took } = await probe(given, asked, context.tools, forbidden(args), (fact) => {
    open.delete(fact);
    const [next] = open;
    if (next !== undefined) working?.says(titles.get(next) ?? next);
  });
  working?.done('looked at');
  hideKnown(probed, context);
  const known: Known = recorder === undefined ? probed : { ...probed, ...factsOf(read, args.services) };
  return { known, workspace: read, took, ...(recorder === undefined || second === undefined ? {} : { recorded: { recording: recorder.recording(), folder: second.folder, composeFiles: second.composeFiles } }) };
}

/** Every value that a probe found and that is a secret is hidden in all that is printed from now on. */
function hideKnown(known: Known, context: Context): void {
  if (known.stores !== undefined && !('missing' in known.stores)) for (const { value } of known.stores) context.hide(value.trim());
  if (known.containers !== undefined && !('missing' in known.containers)) for (const { env } of known.containers) for (const [name, value] of Object.entries(env)) hideSecret(name, value, context, WORDS);
}

async function readable(args: ParsedArgs, context: Context): Promise<Workspace | Pick<Facts, 'refusals'>> {
  try {
    return await workspaceOf(args, context);
  } catch (error) {
    const refusals = refusalsOf(error, args.file);
    if (refusals === undefined) throw error;
    return { refusals };
  }
}

/** What may not be touched in this run, and why. */
function forbidden({ offline, noDocker }: Look): Partial<Record<Probe['touches'], Missing>> {
  const docker: Missing = { missing: '--no-docker was said', then: 'run doctor without --no-docker' };
  return { ...(offline ? { network: { missing: '--offline was said', then: 'run doctor without --offline' } } : {}), ...(noDocker ? { docker, containers: docker } : {}) };
}
