/** What a process ended with, and the file that its last words name. Pure. */
import type { Evidence, Service, Where, Workspace } from '../../../types.ts';
import { oneLine } from '../../../ui/redact.ts';
import { fromContainer } from '../../../workspace/container-path.ts';
import type { Logged } from '../../types.ts';

/** Lines that the process ended with; those of telemetry have a rule. */
const lastOf = (logs: readonly Logged[], service: string): readonly Logged[] => logs.filter((one) => one.service === service && one.rule === undefined);
export const errorOf = (logs: readonly Logged[], service: string): string | undefined => lastOf(logs, service).map(({ line }) => line.trim()).findLast((line) => /Error\b|Exception\b|not found|No such file|error/i.test(line) && !line.startsWith('File "'));

export function ownError(logs: readonly Logged[], service: string): string {
  const error = errorOf(logs, service);
  return error === undefined ? '' : `: ${oneLine(error).slice(0, 160).replace(/\.$/, '')}`;
}

/** The first place in a file of the workspace that its last words name. */
export const placeOfEnd = (logs: readonly Logged[], service: Service, workspace: Workspace): Where | undefined => lastOf(logs, service.name).map(({ line }) => placeIn(line, service, workspace)).find((one) => one !== undefined);

/** The file of the workspace that a line of a traceback names. */
function placeIn(line: string, service: Service, workspace: Workspace): Where | undefined {
  const [, python, pythonLine, node, nodeLine] = /File "([^"]+)", line (\d+)|(?<![^\s:()])[^\s:()/]*(\/[^\s:()]+\.[cm]?[jt]sx?):(\d+)/.exec(line) ?? [];
  const there = python ?? node;
  const path = there === undefined ? undefined : fromContainer(service, workspace.files, there);
  return path === undefined ? undefined : { path, line: Number(pythonLine ?? nodeLine) };
}

export function wordsOf(logs: readonly Logged[], service: Service, workspace: Workspace): readonly Evidence[] {
  return lastOf(logs, service.name).map(({ line }) => ({ where: placeIn(line, service, workspace) ?? 'container', says: oneLine(line.trim()).slice(0, 200) }));
}
