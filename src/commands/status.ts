/** status: the tool's `env | grep HONEY`: every relevant variable, every place that has a value, and which one wins. */
import type { Context, Run } from './context.ts';
import { dotenvPath, variablesIn } from '../stores/dotenv.ts';
import { gpEnv, gpVariables } from '../stores/gp-env.ts';
import { EXIT } from '../stop.ts';
import type { EnvVar, Service, VariableReport, Workspace } from '../types.ts';
import { fingerprint, isSecretName, oneLine } from '../ui/redact.ts';
import { shellOf, unsetLine } from '../ui/shell-lines.ts';
import { placeOf } from '../ui/show.ts';
import { workspaceOf } from './workspace-of.ts';

const RELEVANT = /^(HONEYCOMB_|OTEL_)/;
const LONGEST = 100;

/** A value as it may be shown: of a secret its fingerprint, of an address no password. */
export function shownValue(name: string, value: string | undefined): string {
  if (value === undefined) return '(not set)';
  if (isSecretName(name)) return fingerprint(value);
  if (value === '') return '(blank)';
  const plain = oneLine(value).replace(/\/\/[^/@\s]*@/, '//…@');
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}

export const run: Run = async (args, context) => {
  const workspace = await workspaceOf(args, context);
  const variables = [...(await outsideOf(workspace, context)), ...workspace.services.flatMap(insideOf)];
  if (!args.json) context.result(`${[...shown(variables)].join('\n')}\n`);
  return { schema: 1, command: 'status', exit: EXIT.done, ok: true, variables, next: variables.flatMap(({ problem }) => problem ?? []) };
};

/** What Compose fills ${…} with: the shell first, blank or not, then `.env`. What `gp env` has comes with the next workspace. */
async function outsideOf(workspace: Workspace, { env, tools, hide }: Context): Promise<VariableReport[]> {
  const file = dotenvPath(workspace);
  const inFile = variablesIn(workspace.files, file);
  const inGitpod = gpEnv.usable(workspace.host) ? await gpVariables(tools) : new Map<string, string>();
  const names = [...new Set([...Object.keys(env), ...inFile.keys(), ...inGitpod.keys()])].filter((name) => RELEVANT.test(name)).toSorted();
  return names.map((name) => {
    const shell = env[name];
    const kept = inFile.get(name);
    const gitpod = inGitpod.get(name);
    for (const value of [shell, kept?.value, gitpod]) if (value !== undefined && isSecretName(name)) hide(value.trim());
    const places = [
      ...(shell === undefined ? [] : [{ place: 'shell', value: shownValue(name, shell), wins: true }]),
      ...(kept === undefined ? [] : [{ place: placeOf({ path: file, ...(kept.line === undefined ? {} : { line: kept.line }) }), value: shownValue(name, kept.value), wins: shell === undefined }]),
      ...(gitpod === undefined ? [] : [{ place: 'gp env (new workspaces)', value: shownValue(name, gitpod), wins: false }]),
    ];
    const problem = problemOf(name, shell, kept?.value, gitpod, unsetLine(name, shellOf(env)));
    return { name, places, ...(problem === undefined ? {} : { problem }) };
  });
}

function problemOf(name: string, shell: string | undefined, kept: string | undefined, gitpod: string | undefined, unset: string): string | undefined {
  if (shell !== undefined && kept !== undefined && shell !== kept) return `${name} ${shell.trim() === '' ? 'is blank' : 'has another value'} in this shell, and that beats .env. Paste: ${unset}`;
  if (gitpod !== undefined && gitpod !== (shell ?? kept)) return `${name} of gp env is not what this workspace uses; a running workspace does not get it.`;
  return undefined;
}

/** What one service's process gets, with every place that had a say. */
function insideOf(service: Service): VariableReport[] {
  const byName = new Map<string, EnvVar[]>();
  for (const one of service.env) if (RELEVANT.test(one.name)) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  return [...byName].map(([name, all]) => {
    const last = all.at(-1);
    const places = all.map((one) => ({ place: placeOf(one.where), value: shownValue(name, one.value), wins: one === last }));
    const blank = last?.blank.map((variable) => oneLine(variable)) ?? [];
    return { name, service: service.name, places, ...(blank.length === 0 ? {} : { problem: `${name} of ${oneLine(service.name)} lacks ${blank.join(', ')}: blank or not set` }) };
  });
}

function* shown(variables: readonly VariableReport[]): Generator<string> {
  const width = Math.min(32, Math.max(0, ...variables.flatMap(({ places }) => places.map(({ place }) => place.length))));
  let group: string | undefined;
  if (variables.length === 0) yield 'No HONEYCOMB_* or OTEL_* variable is set: not in this shell, not in .env, not in a service.';
  for (const { name, service, places, problem } of variables) {
    if (service !== group && service !== undefined) yield `\n${oneLine(service)} (as its process gets it)`;
    group = service;
    yield `  ${oneLine(name)}`;
    for (const { place, value, wins } of places) yield `    ${oneLine(place).padEnd(width)}  ${value}${wins && places.length > 1 ? '  ← wins' : ''}`;
    if (problem !== undefined) yield `    ! ${problem}`;
  }
}
