/** The demo's workspace in a temporary folder. */
import { join } from 'node:path';
import { temporaryFolder, writeFiles } from '../../io/scratch.ts';
import { freePorts } from '../../see/ports.ts';
import { template } from '../../templates.ts';

export type Variant = 'python' | 'node';
/** The services of templates/demo, the one that is asked first. */
export const SERVICES = ['api', 'items'] as const;
const PORTS: readonly number[] = [4567, 4568];
const FILES: Readonly<Record<Variant, readonly string[]>> = {
  python: ['docker-compose.yml', ...SERVICES.flatMap((name) => [`${name}/app.py`, `${name}/requirements.txt`, `${name}/Dockerfile`])],
  node: ['docker-compose.yml', ...SERVICES.flatMap((name) => [`${name}/server.js`, `${name}/package.json`, `${name}/Dockerfile`])],
};

export interface DemoFolder {
  /** The workspace. */
  readonly path: string;
  /** What is to be removed at the end: the workspace and the journal of its changes. */
  readonly all: string;
  /** What answers as soon as each service is there. */
  readonly ready: readonly string[];
  /** What is asked for: it needs both services. */
  readonly url: string;
}

/** Copies templates/demo/<variant>; ports that another program has are replaced in the copy. */
export async function demoFolder(variant: Variant): Promise<DemoFolder> {
  const all = await temporaryFolder('otel-setup-demo');
  const path = join(all, 'demo');
  const ports = await freePorts(PORTS);
  // In one pass: a port that was put in may hold the digits of the other one.
  const placed = (text: string): string => text.replaceAll(new RegExp(`\\b(?:${PORTS.join('|')})\\b`, 'g'), (was) => String(ports[PORTS.indexOf(Number(was))]));
  const copied = FILES[variant].map((file): [string, string] => [file, placed(template(`demo/${variant}/${file}`))]);
  await writeFiles(path, copied);
  const [api, items] = ports.map((port) => `http://localhost:${port}`);
  return { path, all, ready: [`${api}/api/health`, `${items}/items`], url: `${api}/api/order` };
}
