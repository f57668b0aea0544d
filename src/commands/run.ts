/** `otel-setup run SERVICE [-- CMD]`: one service here as a process, as Compose would start it. */
import { backendOf } from '../backends/index.ts';
import { startChild } from '../io/child.ts';
import { prepare } from '../local/prepare.ts';
import { EXIT, Stop } from '../stop.ts';
import type { Choices, Report, Service, Workspace } from '../types.ts';
import type { Run } from './context.ts';
import { hideSecretsOf } from './hide.ts';
import { workspaceOf } from './workspace-of.ts';

export const run: Run = async (args, context) => {
  const workspace = await workspaceOf(args, context);
  const service = pick(workspace, args.operands[0]);
  hideSecretsOf(service, context);
  const prepared = await prepare(workspace, service, context.tools, args.rest, overrides(service, args.backend, args.endpoint));
  for (const sentence of prepared.said) context.print(`  ${sentence}`);
  for (const { name, blank } of service.env) for (const variable of blank) context.warn(`  ${variable} is blank: ${name} of ${service.name} lacks it`);
  const shares = args.rest.length > 0 && context.terminal.interactive;
  context.print(`  ${service.name}: ${prepared.argv.join(' ')}${listening(service)}`);
  const child = await startChild(prepared.argv, { cwd: prepared.cwd, env: prepared.env, ofWorkspace: true, output: shares ? 'terminal' : 'streams' });
  let asked = false;
  const release = context.onInterrupt(() => {
    asked = true;
    // One that shares the terminal has been told by the terminal.
    if (!shares) child.signal('SIGINT');
  });
  const code = await child.ended;
  release();
  // What the program started and left behind.
  if (!shares) child.signal('SIGKILL');
  if (code === 127) context.warn(`  ${prepared.argv[0] ?? ''} was not found, or is no program.${service.app === undefined ? '' : ' Is it among the packages of the service?'}`);
  const report: Report = { schema: 1, command: 'run', exit: code, ok: code === 0 || asked, next: [] };
  return report;
};

/** Throws Stop (2) with the names that there are. */
function pick(workspace: Workspace, name: string | undefined): Service {
  const { services } = workspace;
  const [only] = services;
  if (name === undefined && services.length === 1 && only !== undefined) return only;
  const service = services.find((one) => one.name === name);
  if (service !== undefined) return service;
  const names = services.map((one) => one.name).join(', ');
  throw new Stop(EXIT.usage, name === undefined ? 'run needs the name of a service.' : `There is no service "${name}".`, names === '' ? 'There is no compose file and no application here; use --cwd FOLDER.' : `one of: ${names}`);
}

/** --backend and --endpoint for this one run: the backend's variables instead of those in the files. */
function overrides(service: Service, backend: string | undefined, endpoint: string | undefined): Readonly<Record<string, string | undefined>> {
  if (backend === undefined) return endpoint === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  const choices: Choices = { backend, region: 'us', services: [service.name], stores: [], signals: ['traces'], local: true, ...(endpoint === undefined ? {} : { endpoint }) };
  const needs = backendOf(backend).needs(service, choices);
  const env = Object.fromEntries(needs.flatMap((need) => (need.kind === 'env' && need.accept !== 'any' && !need.value.includes('${') ? [[need.name, need.value]] : [])));
  // Another backend's key is not for this one.
  return needs.some((need) => need.kind === 'env' && need.name === 'OTEL_EXPORTER_OTLP_HEADERS') ? env : { ...env, OTEL_EXPORTER_OTLP_HEADERS: undefined };
}

/** The port that it listens on here is the container's, not the published one. */
function listening(service: Service): string {
  const ports = service.ports.map((port) => port.container);
  return ports.length === 0 ? '' : `   (port ${ports.join(', ')})`;
}
