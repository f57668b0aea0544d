/** The table of test/workspace/docker-ignore.cases.ts, held to the real Docker: a build that copies the context, and what arrived. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

import { treeOf, writeTree } from '../helpers/tree.ts';
import { CONTEXT, COPIED, IGNORED } from '../workspace/docker-ignore.cases.ts';

const scratch = mkdtempSync(join(tmpdir(), 'otel-setup-ignore-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const context = Object.fromEntries(CONTEXT.map((file) => [file, file]));
let builds = 0;

/** Every file that a build of `dockerfile` puts out. */
async function built(dockerfile: string, ignore?: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(scratch, `${(builds += 1)}-`));
  const [from, to] = [join(folder, 'in'), join(folder, 'out')];
  // The Dockerfile lies beside the context, so that it is no file of it.
  writeTree(folder, { Dockerfile: dockerfile, ...Object.fromEntries(Object.entries(context).map(([file, text]) => [`in/${file}`, text])), ...(ignore === undefined ? {} : { 'in/.dockerignore': Buffer.from(ignore).toString('latin1') }) });
  await promisify(execFile)('docker', ['buildx', 'build', '--quiet', '--output', `type=local,dest=${to}`, '--file', join(folder, 'Dockerfile'), from]);
  return Object.keys(treeOf(to));
}

test.each(IGNORED)('.dockerignore %j', async (text, out) => {
  const kept = CONTEXT.filter((file) => !out.includes(file));
  // Of an empty context there is nothing to copy.
  const found = kept.length === 0 ? await built('FROM scratch\nWORKDIR /\nCOPY . /\n', text) : await built('FROM scratch\nCOPY . /\n', text);
  expect(found.filter((file) => file !== '.dockerignore').toSorted()).toEqual(kept.toSorted());
}, 60_000);

test('COPY', async () => {
  const found = await built(`FROM scratch\n${COPIED.map(([source], i) => `COPY ${source} /${i}/\n`).join('')}`);
  expect(found.toSorted()).toEqual(COPIED.flatMap(([, taken], i) => Object.values(taken).map((at) => `${i}/${at}`)).toSorted());
}, 60_000);
