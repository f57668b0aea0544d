/** What makes a container run that does not: the one thing to do, by how it ended. Pure. */
import { dockerIgnores } from '../../../workspace/docker-ignore.ts';
import type { Path, Service, Workspace } from '../../../types.ts';
import { commandLine } from '../../../ui/shell-lines.ts';
import { oneLine } from '../../../ui/redact.ts';
import { placeOf } from '../../../ui/show.ts';
import { inContainer } from '../../../workspace/container-path.ts';
import { join } from '../../../workspace/path.ts';
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
  const own = python === undefined ? undefined : ownModule(python, service, workspace);
  if (own !== undefined) return { do: own.keptOut ?? (own.copied ? up : `mend ${placeOf(placeOfEnd(logs, service, workspace) ?? { path: own.path })}`), then: own.keptOut !== undefined || !own.copied ? up : 'npx otel-setup doctor' };
  if (module !== undefined && manifest !== undefined) return { do: python === undefined ? `add ${module} to ${manifest}` : `add the package that has ${module} to ${manifest}`, then: up };
  const place = placeOfEnd(logs, service, workspace);
  if (place !== undefined && error !== undefined) return { do: `mend ${placeOf(place)}`, then: up };
  if (error !== undefined) return { do: `docker compose logs --tail 50 ${name}   (and mend the error that it ends with)`, then: up };
  if (oomKilled) return { do: 'give it more memory (mem_limit, deploy.resources.limits.memory, or Docker Desktop’s own limit)', then: up };
  return [0, 137, 143].includes(exitCode) ? { do: `docker compose up -d ${name}`, then: 'send it a request, then look again: npx otel-setup doctor' } : { do: `docker compose logs --tail 50 ${name}`, then: up };
}

/** A module of the service's own that its Python did not find: .dockerignore keeps it out (and the line that lets it in), or the image is older. */
function ownModule(module: string, service: Service, { files }: Workspace): { readonly path: Path; readonly copied: boolean; readonly keptOut?: string } | undefined {
  const base = module.replaceAll('.', '/');
  const path = [`${base}.py`, `${base}/__init__.py`].map((one) => join(service.dir, one)).find((one) => files.exists(one));
  const { build } = service;
  if (path === undefined) return undefined;
  const copied = inContainer(service, path)?.by === 'copy';
  const below = build === undefined || !copied ? undefined : build.context === '' ? path : path.startsWith(`${build.context}/`) ? path.slice(build.context.length + 1) : undefined;
  const ignore = build === undefined || below === undefined ? undefined : dockerIgnores(files, build.context, build.dockerfile, below);
  return { path, copied, ...(ignore === undefined ? {} : { keptOut: `printf '\\n%s\\n' ${commandLine([`!${below ?? ''}`], 'sh')} >> ${commandLine([ignore], 'sh')}` }) };
}
