/** What makes a container run that does not: the one thing to do, by how it ended. Pure. */
import type { Service, Workspace } from '../../../types.ts';
import { oneLine } from '../../../ui/redact.ts';
import { placeOf } from '../../../ui/show.ts';
import type { Container, Finding, Logged } from '../../types.ts';
import { errorOf, placeOfEnd } from './last-words.ts';

/** `docker compose up` made it and could not start it. */
export function notStarted({ service, error }: Container): string {
  const program = /exec: "([^"]+)": (?:executable file not found|stat [^:]+: no such file)/.exec(error)?.[1];
  if (program !== undefined) return `${service} was never started: its image has no program ${oneLine(program)}.`;
  const port = /(?:Bind for|listen tcp\d?) \S*?:(\d+)(?:| failed)?: (?:port is already allocated|bind: address already in use)/.exec(error)?.[1];
  if (port !== undefined) return `${service} was never started: port ${port} of this machine is taken.`;
  return `${service} was made but never started${error === '' ? ': a service that it depends on did not come up, or `up` was interrupted' : ''}.`;
}

export function startAgain({ error }: Container, { name, build }: Service): Pick<Finding, 'do' | 'then'> {
  if (/port is already allocated|address already in use/.test(error)) return { do: 'docker ps   (and stop what has that port)', then: `docker compose up -d ${name}` };
  return { do: `docker compose up -d ${build !== undefined && /executable file not found|no such file/.test(error) ? '--build ' : ''}${name}`, then: 'npx otel-setup doctor' };
}

/** By what it said at its end. */
export function todo(logs: readonly Logged[], service: Service, workspace: Workspace, { exitCode, oomKilled }: Container): Pick<Finding, 'do' | 'then'> {
  const { name, app } = service;
  const up = `docker compose up -d ${service.build === undefined ? '' : '--build '}${name}`;
  const error = errorOf(logs, name);
  // It ended over telemetry: then that page knows more.
  const led = logs.findLast((one) => one.service === name && one.rule !== undefined && (error === undefined || one.line.trim() === error));
  if (led?.rule !== undefined) return { do: `npx otel-setup explain ${led.rule}`, then: up };
  const [, python, node] = /No module named '([\w.]+)'|Cannot find (?:module|package) '([^'./][^']*)'/.exec(error ?? '') ?? [];
  const [module, manifest] = [python ?? node, app?.manifest?.path];
  // Declared and not there: the image is older than the manifest (Python's modules have other names than their packages).
  if (module !== undefined && app?.libraries[module.toLowerCase()] !== undefined) return { do: up, then: 'npx otel-setup doctor' };
  if (module !== undefined && manifest !== undefined) return { do: python === undefined ? `add ${module} to ${manifest}` : `add the package that has ${module} to ${manifest}`, then: up };
  const place = placeOfEnd(logs, service, workspace);
  if (place !== undefined && error !== undefined) return { do: `mend ${placeOf(place)}`, then: up };
  if (error !== undefined) return { do: `docker compose logs --tail 50 ${name}   (and mend the error that it ends with)`, then: up };
  if (oomKilled) return { do: 'give it more memory (mem_limit, deploy.resources.limits.memory, or Docker Desktop’s own limit)', then: up };
  return [0, 137, 143].includes(exitCode) ? { do: `docker compose up -d ${name}`, then: 'send it a request, then look again: npx otel-setup doctor' } : { do: `docker compose logs --tail 50 ${name}`, then: up };
}
