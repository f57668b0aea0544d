import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename } from 'node:path';

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

/** The address of this machine that its containers reach too: the gateway of the engine's default network. */
export async function bridgeAddress(): Promise<string> {
  const ran = await run(['docker', 'network', 'inspect', 'bridge', '--format', '{{with index .IPAM.Config 0}}{{.Subnet}} {{.Gateway}}{{end}}'], '.');
  const [subnet = '', gateway = ''] = ran.out.trim().split(' ');
  if (ran.code !== 0 || subnet === '') throw new Error(`The Docker engine does not answer: start it (.ci/docker.sh does), then run the tests again. ${ran.err.trim()}`);
  // Some engines leave the gateway out while no container is on the network: it is the subnet's first address.
  return gateway === '' ? subnet.replace(/\d+\/\d+$/, '1') : gateway;
}

/** Takes away containers, volumes and images, those of earlier builds too, and the folder. */
export async function clear(folder: string): Promise<void> {
  const project = basename(folder).toLowerCase(); // as Compose names it
  await run(['docker', 'compose', 'down', '--volumes', '--rmi', 'local', '--timeout', '0'], folder);
  await run(['docker', 'image', 'prune', '--force', '--filter', `label=com.docker.compose.project=${project}`], folder);
  rmSync(folder, { recursive: true, force: true });
  rmSync(`${folder}.state`, { recursive: true, force: true });
}
