import { spawn } from 'node:child_process';
import { networkInterfaces } from 'node:os';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
}

/** Runs a program to its end and never throws for its exit code; `seconds` is wall clock. */
export async function run(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const start = performance.now();
  const [program = '', ...words] = argv;
  const child = spawn(program, words, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number>((ended, failed) => {
    child.once('error', failed);
    child.once('close', (status) => ended(status ?? 1));
  });
  return { code, out, err, seconds: (performance.now() - start) / 1000 };
}

/** `docker compose …` in a workspace; throws with the end of its output where it fails. */
export async function compose(folder: string, ...words: string[]): Promise<Ran> {
  const ran = await run(['docker', 'compose', '--ansi=never', '--progress=plain', ...words], folder);
  if (ran.code !== 0) throw new Error(`docker compose ${words.join(' ')} ended with ${ran.code}:\n${`${ran.out}\n${ran.err}`.trim().split('\n').slice(-25).join('\n')}`);
  return ran;
}

/** The address of this machine that its containers reach too: that of the engine's default bridge. */
export function bridgeAddress(): string {
  const bridge = networkInterfaces()['docker0']?.find((address) => address.family === 'IPv4');
  if (bridge === undefined) throw new Error('No docker0 network on this machine: start the Docker engine (.ci/docker.sh does), then run the tests again.');
  return bridge.address;
}
