/** The built program as a process of its own, without a terminal and with nothing of this machine but git. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { git, writeTree, type Tree } from '../helpers/tree.ts';

const top = realpathSync(mkdtempSync(join(tmpdir(), 'otel-setup-safety-')));
afterAll(() => {
  for (const name of readdirSync(top)) chmodSync(join(top, name), 0o755);
  rmSync(top, { recursive: true, force: true });
});

/** A key of the right shape that no program knows. */
export const CANARY = 'cAnArYcAnArYcAnArYcAnA';

export const programOnPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, name)).find((file) => existsSync(file));

/** A folder with only these programs in it. */
export function pathWith(...names: readonly string[]): string {
  const folder = mkdtempSync(join(top, 'bin-'));
  for (const name of names) {
    const file = programOnPath(name);
    if (file !== undefined) symlinkSync(file, join(folder, name));
  }
  return folder;
}
const onlyGit = pathWith('git');

export interface Place {
  readonly folder: string;
  /** Beside the workspace: HOME, and room for what a test keeps. */
  readonly home: string;
}
/** A fresh workspace in git; files as latin1 text, all of them in the index. */
export function place(tree: Tree): Place {
  const home = mkdtempSync(join(top, 'w-'));
  const folder = join(home, 'workspace');
  mkdirSync(folder);
  git(folder, 'init', '-q');
  writeTree(folder, tree);
  if (Object.keys(tree).length > 0) git(folder, 'add', '-A', '-f');
  return { folder, home };
}

/** One small Flask service. */
export const FLASK: Tree = {
  'docker-compose.yml': 'services:\n  api:\n    build: ./api\n    environment:\n      PORT: "4567"\n',
  'api/requirements.txt': 'flask\n',
  'api/app.py': 'from flask import Flask\napp = Flask(__name__)\n',
  'api/Dockerfile': 'FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD ["flask", "run"]\n',
};

export interface How {
  readonly env?: Readonly<Record<string, string>>;
  /** undefined = closed; a string = written, then closed; 'open' = a pipe that stays open. */
  readonly stdin?: string;
  /** Put in front: ['strace', '-f', …]. */
  readonly under?: readonly string[];
  readonly cwd?: string;
}
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Only a program that hangs takes as long: the test says so then. */
export const PATIENCE_MS = 90_000;

export function start({ folder, home }: Place, argv: readonly string[], { env = {}, stdin, under = [], cwd = folder }: How = {}) {
  const [file = '', ...args] = [...under, process.execPath, '--max-old-space-size=512', inject('program'), ...argv];
  const child = spawn(file, args, {
    cwd,
    env: { PATH: onlyGit, HOME: home, XDG_STATE_HOME: join(home, 'state'), ...env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => void out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => void err.push(chunk));
  if (stdin !== undefined && stdin !== 'open') child.stdin?.end(stdin);
  const ended = once(child, 'close').then(([code]: (number | null)[]): Ran => {
    clearTimeout(late);
    return { code: code ?? null, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
  });
  return { child, ended };
}
export const run = (at: Place, argv: readonly string[], how: How = {}): Promise<Ran> => start(at, argv, how).ended;
export const KEY = { env: { HONEYCOMB_API_KEY: CANARY } };
