import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { Files, Path, Service, Stage } from '../../src/types.ts';
import { openFiles } from '../../src/workspace/files.ts';

const made: string[] = [];
afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

/** Files in a new temporary folder, removed at the end. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  const root = mkdtempSync(join(tmpdir(), 'otel-setup-test-'));
  made.push(root);
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return openFiles(root);
}

export const path = (text: string): Path => text as Path;

/** A service of a compose file in folder `api`, with only what a test says. */
export const service = (more: Partial<Service> = {}): Service => ({ name: 'api', dir: path('api'), origin: 'compose', definedIn: [], active: true, env: [], ports: [], mounts: [], extraHosts: [], unsure: [], ...more });

const where = { path: path('api/Dockerfile'), line: 1 };
/** A stage with this working folder and these copies: `{'.': '/app'}`. */
export const stage = (workdir: string, copies: Readonly<Record<string, string>> = {}): Stage => ({
  index: 0, base: 'python:3', workdir, env: [], expose: [], runs: [], copies: Object.entries(copies).map(([from, to]) => ({ from, to, where })),
});
export const built = (one: Stage, context = 'api'): Pick<Service, 'build'> => ({ build: { context: path(context), dockerfile: path(`${context}/Dockerfile`), args: {}, stage: one } });
export const starts = (...argv: string[]): Pick<Service, 'start'> => ({ start: { argv, shell: false, where, real: argv, realWhere: where, through: [] } });
export const variables = (values: Readonly<Record<string, string | undefined>>, from: 'image' | 'shell' = 'shell'): Pick<Service, 'env'> => ({ env: Object.entries(values).map(([name, value]) => ({ name, raw: value ?? null, value, blank: [], where: from })) });
