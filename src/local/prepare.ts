/** A service of the workspace → a program that can be started on this machine. */
import { delimiter } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import type { Service, Tools, Workspace } from '../types.ts';
import { localCommand } from './command.ts';
import { localEnvironment } from './environment.ts';
import { nodeModules } from './node-modules.ts';
import { mappings, workingFolder } from './paths.ts';
import { virtualEnvironment } from './venv.ts';

export interface Prepared {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** All of it. */
  readonly env: Readonly<Record<string, string>>;
  /** What is different from the container, one sentence each. */
  readonly said: readonly string[];
}

/**
 * Installs what the service needs (Python: an environment of its own in the cache; Node.js: node_modules) and says
 * what is to be started, where and with which environment.
 * @param command instead of the service's own, as given after `--`.
 * @param override on top of the service's environment; undefined takes a name out.
 * Throws Stop where its command is not known, or its packages cannot be installed.
 */
export async function prepare(workspace: Workspace, service: Service, tools: Tools, command: readonly string[] = [], override: Readonly<Record<string, string | undefined>> = {}): Promise<Prepared> {
  const { files } = workspace;
  const maps = mappings(service, files);
  const argv = command.length > 0 ? command : localCommand(service, files, maps);
  if ('refused' in argv) throw new Stop(EXIT.notDone, argv.refused);
  const { env, said } = localEnvironment(service, workspace.services, tools.env, maps);
  const language = service.app?.language;
  const packages = language === 'python' ? await virtualEnvironment(service, files, tools) : language === 'node' || language === 'browser' ? await nodeModules(service, files, tools) : undefined;
  const merged: Record<string, string | undefined> = { ...env, ...override };
  if (packages !== undefined) {
    const name = Object.keys(merged).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
    merged[name] = [packages.programs, merged[name] ?? ''].filter((part) => part !== '').join(delimiter);
    // An activated environment of the shell is not this service's.
    delete merged['PYTHONHOME'];
  }
  const whole = Object.fromEntries(Object.entries(merged).filter((pair): pair is [string, string] => pair[1] !== undefined));
  return { argv, cwd: workingFolder(service, files, maps), env: whole, said: [...(packages?.said ?? []), ...said] };
}
