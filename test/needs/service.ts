/** Services and workspaces as plain data, for judging needs without reading a disk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { EnvVar, Need, Path, Service, Stage, Start, Where, Workspace } from '../../src/types.ts';
import { openFiles } from '../../src/workspace/files.ts';
import { overlay } from '../../src/workspace/overlay.ts';

const empty = mkdtempSync(join(tmpdir(), 'otel-setup-test-'));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

export const at = (path: string, line?: number): Where => ({ path: path as Path, ...(line === undefined ? {} : { line }) });

export function workspaceOf(tree: Readonly<Record<string, string>>, services: readonly Service[] = [], more: Partial<Workspace> = {}): Workspace {
  const files = overlay(openFiles(empty), new Map(Object.entries(tree).map(([path, text]) => [path as Path, text])));
  const compose = Object.keys(tree).filter((path) => /^(docker-)?compose[\w.]*\.ya?ml$/.test(path)) as Path[];
  return { host: 'local', files, projectDir: '' as Path, compose, alsoThere: [], services, unsure: [], ...more };
}

export function serviceOf(more: Partial<Service> & { readonly dir?: Path } = {}): Service {
  return { name: 'api', dir: 'api' as Path, origin: 'compose', definedIn: [at('compose.yml', 2)], active: true, env: [], ports: [], mounts: [], extraHosts: [], unsure: [], ...more };
}

export const folderService = (more: Partial<Service> = {}): Service => serviceOf({ origin: 'folder', dir: '' as Path, definedIn: [], ...more });

/** A variable as the resolver hands it on. */
export function envVar(name: string, raw: string | null, value: string | undefined = raw ?? undefined, where: EnvVar['where'] = at('compose.yml', 5)): EnvVar {
  return { name, raw, value, blank: [], where };
}

export function stageOf(more: Partial<Stage> = {}): Stage {
  return { index: 0, base: 'python:3.12', workdir: '/app', env: [], expose: [], copies: [], runs: [], ...more };
}

/** A start at the CMD of api/Dockerfile. */
export function startAt(argv: readonly string[], more: Partial<Start> = {}): Start {
  return { argv, shell: false, where: at('api/Dockerfile', 4), slot: { path: 'api/Dockerfile' as Path, format: 'dockerfile', at: ['stages', 0, 'instructions', 2, 'args'] }, real: argv, realWhere: at('api/Dockerfile', 4), through: [], ...more };
}

export const why = { by: 'test', why: 'test' } as const;
export const env = (name: string, value: string, more: { readonly accept?: 'any'; readonly join?: ' ' | ',' | ':' } = {}): Extract<Need, { kind: 'env' }> => ({ ...why, kind: 'env', name, value, ...more });
