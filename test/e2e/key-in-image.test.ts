/** After init, no layer of an image that copies the whole folder holds the key; without the line that init wrote, one does. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { CANARY } from '../helpers/init.ts';
import { treeOf, writeTree } from '../helpers/tree.ts';
import { clear, compose, run } from './docker.ts';
import { program } from './init.ts';

let folder = '';
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'e2e-key-in-image-')));
  writeTree(folder, {
    'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
    'requirements.txt': 'flask\n',
    // What pip installs does not matter here, and takes long.
    Dockerfile: 'FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt ./\nARG SKIP\nRUN test -n "$SKIP" || pip install -r requirements.txt\nCOPY . .\nCMD ["flask", "run"]\n',
    'compose.yaml': `name: ${basename(folder).toLowerCase()}\nservices:\n  web:\n    build: .\n`,
  });
  execFileSync('git', ['init', '-q'], { cwd: folder });
});
afterAll(() => clear(folder));

/** The image with all its layers, searched for the key. */
async function holdsKey(): Promise<boolean> {
  await compose(folder, 'build', '--build-arg', 'SKIP=1', 'web');
  const image = `${basename(folder).toLowerCase()}-web`;
  const layers = spawn('sh', ['-c', `docker save ${image} | grep --text --count --fixed-strings ${CANARY}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  layers.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await new Promise((ended) => layers.once('close', ended));
  expect(out.trim()).toMatch(/^\d+$/);
  return out.trim() !== '0';
}

test('COPY . . after init', async () => {
  const before = treeOf(folder);
  const env = { HONEYCOMB_API_KEY: CANARY, XDG_STATE_HOME: `${folder}.state` };
  const ran = await run([process.execPath, program, 'init', '--yes', '--offline'], folder, env);
  expect({ code: ran.code, err: ran.err }).toMatchObject({ code: 0 });
  expect(treeOf(folder)).toMatchObject({ '.dockerignore': '.env\n', '.env': expect.stringContaining(CANARY) as string });
  expect(await holdsKey()).toBe(false);
  // What would have been without it.
  rmSync(join(folder, '.dockerignore'));
  expect(await holdsKey()).toBe(true);
  const doctor = await run([process.execPath, program, 'doctor', '--only', 'stores', '--no-docker', '--offline', '--fix', '--yes'], folder, { XDG_STATE_HOME: `${folder}.state` });
  expect(doctor.err + doctor.out).toContain('stores.in-image');
  expect(await holdsKey()).toBe(false);
  expect((await run([process.execPath, program, 'undo', '--yes', '--all'], folder, env)).code).toBe(0);
  expect(treeOf(folder)).toEqual(before);
});
