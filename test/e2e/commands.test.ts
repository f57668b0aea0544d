import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { clear, run } from './docker.ts';
import { readExpect } from './expect.ts';
import { init, program } from './init.ts';
import { checkOut } from './tree.ts';
import { sendAll, untilReady } from './traffic.ts';

// The commands that start services themselves. These use port 4318, as a user's would: nothing else may listen there.

const top = fileURLToPath(new URL('../..', import.meta.url));
const workspaces = fileURLToPath(new URL('workspaces', import.meta.url));

/** Commands (with their working folders) of processes that run in a folder or below it. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      return cwd.startsWith(folder) ? [`${pid} in ${cwd}`] : [];
    } catch {
      return []; // it has ended in the meantime
    }
  });
}

/** Containers, running or not, of the Compose projects below a folder. */
async function containersOf(folder: string): Promise<string[]> {
  const ran = await run(['docker', 'ps', '--all', '--format', '{{.Names}} {{.Label "com.docker.compose.project.working_dir"}}'], '.');
  return ran.out.split('\n').filter((line) => line.includes(folder));
}

test('init --run --backend local builds, starts, sends a GET and sees its span arrive', async () => {
  const folder = checkOut(join(workspaces, 'flask-exec'), 'run-local');
  onTestFinished(() => clear(folder));
  const ran = await run([process.execPath, program, 'init', '--yes', '--run', '--backend', 'local'], folder, { XDG_STATE_HOME: `${folder}.state` });
  expect(ran.err).toMatch(/GET http:\/\/localhost:4201\/ → 404/);
  expect(ran.err).toMatch(/backend: [1-9]\d* spans? arrived here/);
  expect({ code: ran.code, out: ran.out }).toEqual({ code: 0, out: '' });
});

test('run starts a service without Docker, and its spans arrive', async () => {
  const folder = checkOut(join(workspaces, 'flask-exec'), 'run-here');
  const receiver = await startOtlpReceiver();
  onTestFinished(async () => {
    await receiver.close();
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}.state`, { recursive: true, force: true });
  });
  await init(folder, receiver.url);
  const expected = { ...readExpect(join(workspaces, 'flask-exec')), at: { backend: 'http://127.0.0.1:4567' } };
  const { PATH = '', HOME = '' } = process.env;
  const nowhere = { DOCKER_HOST: 'tcp://127.0.0.1:9' };
  const child = spawn(process.execPath, [program, 'run', 'backend'], { cwd: folder, env: { PATH, HOME, ...machine(), XDG_CACHE_HOME: join(top, '.cache', 'e2e'), XDG_STATE_HOME: `${folder}.state`, ...nowhere }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  try {
    await Promise.race([untilReady(expected), ended.then(() => Promise.reject(new Error(`run ended early:\n${said}`)))]);
    const sent = await sendAll(expected);
    expect(sent.map(({ answer }) => answer.status)).toEqual([200, 200, 200, 404, 201]);
    const ids = new Set(sent.map(({ traceId }) => traceId));
    expect(await receiver.until((spans) => sent.every(({ traceId }) => spans.some((span) => span.traceId === traceId)), 20_000), said).toBe(true);
    const servers = receiver.spans.filter((span) => span.kind === 'server' && ids.has(span.traceId));
    expect(servers.map(({ service }) => service)).toEqual(sent.map(() => 'backend'));
  } finally {
    child.kill('SIGINT');
    await ended;
  }
  expect(processesIn(folder)).toEqual([]);
});

describe('npm run demo', () => {
  test.each([
    ['in containers', [], 'docker compose up'],
    ['as processes on this machine', ['--', '--local'], 'you asked for processes'],
  ])('%s: one trace of two services arrives, and nothing is left', async (_where, words, says) => {
    const ran = await run(['npm', 'run', '--silent', 'demo', ...words], top);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.err).toContain(says);
    const folder = /files: (\/\S+) \(removed at the end/.exec(ran.err)?.[1] ?? '';
    expect(basename(folder)).toBe('demo');
    const table = ran.out.split('\n').filter((line) => /^ {2}(api|items) +\d+ +0 /.test(line));
    expect(table).toHaveLength(2);
    expect(ran.out).toMatch(/^ {2}trace [0-9a-f]{32} {2}[3-9] spans, 2 services$/m);
    expect(ran.out).toMatch(/api +\S+ \S+ +GET \/api\/order\n(.*\n)* +items +\S+ \S+ +GET \/items/);
    expect(ran.err).toMatch(new RegExp(`In a terminal the demo stays open, and shows this trace at http://localhost:\\d+/\\?trace=${/trace ([0-9a-f]{32})/.exec(ran.out)?.[1]}\n`));
    expect(existsSync(folder)).toBe(false);
    expect(processesIn(join(folder, '..'))).toEqual([]);
    expect(await containersOf(join(folder, '..'))).toEqual([]);
  });
});

/** What programs need of this machine to reach a package index, and nothing else of its environment. */
function machine(): Record<string, string> {
  const wanted = /^(PIP_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|(HTTPS?|NO)_PROXY|PYENV_ROOT|LANG)$/i;
  return Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => wanted.test(pair[0]) && pair[1] !== undefined));
}
