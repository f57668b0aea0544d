/** One attack, every command: what each of them did is held against what it may do. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { dockerConfig } from '../../helpers/docker-config.ts';
import { CANARY, programOnPath } from '../program.ts';
import { build, filled, type Attack, type Ground } from './ground.ts';

/** Seconds of processor time (its own and its programs'), so that a busy machine is no reason; and memory. */
const MOST_SECONDS = 5;
const MOST_MEGABYTES = 500;
/** Only what hangs takes as long. */
const PATIENCE_MS = 60_000;
const LOCKERS = ['npm', 'pnpm', 'yarn', 'bun', 'uv', 'poetry', 'pdm', 'pipenv', 'pip-compile', 'pip', 'python3', 'python', 'corepack', 'npx'];
/** An engine that runs nothing: what heals and looks goes on with it. */
const ENGINE = 'case "$1 $2" in "info "*|"version "*|"compose version") echo 28.0.0; exit 0;; "ps "*|"network "*|"inspect "*|"image "*) exit 0;; esac\n';
const OTHERS = ['docker', 'ssh', 'curl', 'gp'];
/** In a package manager's folder nothing of the repository's settings that can run, lead or send something. */
const SETTINGS = ['.npmrc', '.yarnrc', '.yarnrc.yml', '.yarn', 'uv.toml', 'pip.conf', 'poetry.toml', 'pdm.toml', 'bunfig.toml', '.pnpmfile.cjs', 'pnpmfile.js', 'pnpm-workspace.yaml', '.pdm-python', '.python-version', '.pip-tools.toml', '.env', 'setup.py', 'node_modules', '.venv'];
const NAMES = ['AWS_SECRET_ACCESS_KEY', 'GITHUB_TOKEN', 'NPM_TOKEN', 'NODE_AUTH_TOKEN', 'PYPI_TOKEN', 'UV_PUBLISH_TOKEN', 'DATABASE_URL', 'STRIPE_SECRET', 'SECRET_OF_NO_KNOWN_NAME', 'GOOGLE_APPLICATION_CREDENTIALS', 'KUBECONFIG'];

interface Does {
  readonly name: string;
  readonly argv: readonly string[];
  /** It writes into the repository. */
  readonly writes?: true;
  /** It speaks to the network only where the user's own words say so. */
  readonly offline?: true;
  /** Under strace, which sees each try to connect. */
  readonly traced?: true;
  /** It stays until Ctrl-C: that is sent when this was said. */
  readonly until?: RegExp;
  readonly stdin?: string;
  /** It starts containers or processes where it can. */
  readonly starts?: true;
  /** It reads nothing of the repository: once, among the attacks on what is printed. */
  readonly reads?: 'nothing';
}
const BUNDLE = '@HOME@/tmp/bundle.json';
const COMMANDS: readonly Does[] = [
  { name: 'init, dry', argv: ['init', '--yes', '--offline', '--dry-run', '--json'], offline: true },
  { name: 'init, dry, with a backend that is reached', argv: ['init', '--yes', '--dry-run'] },
  { name: 'status', argv: ['status'], offline: true },
  { name: 'doctor, files only', argv: ['doctor', '--offline', '--no-docker', '--bundle', BUNDLE], offline: true, traced: true },
  { name: 'doctor', argv: ['doctor'] },
  { name: 'verify', argv: ['verify'], starts: true },
  { name: 'run', argv: ['run', 'no such service'], offline: true },
  { name: 'explain', argv: ['explain'], offline: true, reads: 'nothing', stdin: `api-1 | Failed to export traces to localhost:4318, error code: StatusCode.UNAVAILABLE\n${'a'.repeat(100_000)}\n\u001b[31m::error::x\n` },
  { name: 'view', argv: ['view', '--host', '127.0.0.1', '--port', '0', '--save', 'saved.jsonl'], offline: true, until: /Ctrl-C ends it/ },
  { name: 'init', argv: ['init', '--yes', '--offline'], offline: true, writes: true, traced: true },
  { name: 'doctor that fixes', argv: ['doctor', '--offline', '--no-docker', '--fix', '--yes'], offline: true, writes: true },
  { name: 'undo', argv: ['undo', '--all', '--yes'], offline: true, writes: true },
  { name: 'init for this machine', argv: ['init', '--yes', '--backend', 'local'], writes: true },
];

/** Whether something beside the repository must stay as it is: all but what is ours, the tool's own folders and npm's, and where a repository has its git folder. */
const passes = (name: string): boolean => !/^(workspace|log|bin|trace|home\/state|home\/\.cache\/otel-setup|home\/\.npm|home\/tmp\/bundle\.json|outside\/gitdir)(\/|$)/.test(name);
/** What is on the disk below a folder, links not followed: path → what it is. */
type Snapshot = ReadonlyMap<string, string>;
function snapshot(folder: string, wanted: (path: string) => boolean): Snapshot {
  const found = new Map<string, string>();
  // Names are bytes: not each of them is text.
  const look = (path: Buffer): void => {
    const name = path.subarray(Buffer.byteLength(folder) + 1).toString('latin1');
    if (!wanted(name)) return;
    const stats = lstatSync(path);
    if (stats.isDirectory()) {
      found.set(name, 'folder');
      for (const entry of readdirSync(path, { encoding: 'buffer' })) look(Buffer.concat([path, SLASH, entry]));
    } else if (stats.isSymbolicLink()) found.set(name, `-> ${readlinkSync(path)}`);
    else if (stats.isFile()) found.set(name, `${stats.mode & 0o777} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`);
    else found.set(name, 'no file');
  };
  look(Buffer.from(folder));
  return found;
}
const SLASH = Buffer.from('/');
const changes = (was: Snapshot, is: Snapshot): string[] => [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name));

/** A server that keeps every byte, and has nothing for anybody. */
async function recorder(): Promise<{ readonly server: Server; readonly host: string; readonly got: string[] }> {
  const got: string[] = [];
  const server = createServer((socket) => {
    const at = got.push('') - 1;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      got[at] += chunk.toString('latin1');
      if (/\r\n\r\n/.test(got[at] ?? '')) socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

interface Ran {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
  readonly cost?: { readonly seconds: number; readonly megabytes: number };
  readonly hung: boolean;
}

/**
 * Makes the repository in `top` and runs every command on it.
 * @param program the built program. @returns a sentence for each thing that must not be: empty = the attack came to nothing.
 */
export async function tried(attack: Attack, top: string, program: string): Promise<readonly string[]> {
  const attacker = await recorder();
  const friend = await recorder();
  const at: Ground = { folder: join(top, 'workspace'), home: join(top, 'home'), outside: join(top, 'outside'), pwned: join(top, 'pwned'), host: attacker.host };
  try {
    build(attack, at);
    writeFileSync(join(at.home, '.npmrc'), `registry=http://${friend.host}/\nfetch-retries=0\n`);
    return await everyCommand(attack, at, { top, program, attacker: attacker.got, friend: friend.host });
  } finally {
    for (const { server } of [attacker, friend]) server.close();
  }
}

interface With {
  readonly top: string;
  readonly program: string;
  /** What the attacker got so far. */
  readonly attacker: string[];
  readonly friend: string;
}

async function everyCommand(attack: Attack, at: Ground, { top, program, attacker, friend }: With): Promise<readonly string[]> {
  const secrets = Object.fromEntries(NAMES.map((name) => [name, `canary${randomBytes(12).toString('hex')}`]));
  const canaries = [CANARY, ...Object.values(secrets)];
  const log = join(top, 'log');
  mkdirSync(log);
  const bin = standIns(join(top, 'bin'), log, attack.real ?? []);
  const env: Record<string, string> = {
    ...secrets, HONEYCOMB_API_KEY: CANARY, HONEYCOMB_API_ENDPOINT: `http://${friend}`, HOME: at.home, TMPDIR: join(at.home, 'tmp'), XDG_STATE_HOME: join(at.home, 'state'),
    ...(attack.real?.includes('docker') === true ? dockerConfig() : {}),
    ...Object.fromEntries(Object.entries(attack.env ?? {}).map(([name, text]) => [name, filled(text, at)])),
    PATH: [...(attack.path ?? []).map((folder) => filled(folder, at)), bin].join(':'),
  };
  const wrong: string[] = [];
  const before = snapshot(top, passes);
  const root = (): Snapshot => snapshot(at.folder, (name) => !/^(\.git|saved\.jsonl)(\/|$)/.test(name) && !name.startsWith('.fresh-'));

  const check = (does: Does, ran: Ran, was: Snapshot | undefined): void => {
    const say = (what: string): void => void wrong.push(`${does.name}: ${what}`);
    const text = `${ran.out}\n${ran.err}`;
    if (ran.hung) say(`did not end: ${ran.err.slice(-200)}`);
    if (ran.cost !== undefined && ran.cost.seconds > MOST_SECONDS) say(`took ${ran.cost.seconds.toFixed(1)} s of processor time`);
    if (ran.cost !== undefined && ran.cost.megabytes > MOST_MEGABYTES) say(`took ${Math.round(ran.cost.megabytes)} MB`);
    if (!ran.hung && ran.signal !== null && does.until === undefined) say(`ended by ${ran.signal}`);
    const unknown = /^.*(?:does not know: |heap out of memory|node:internal|RangeError|TypeError).*$/m.exec(text);
    if (unknown !== null) say(`crashed: ${unknown[0].slice(0, 200)}`);
    if (/(?![\t\n])\p{Cc}/u.test(text)) say('printed control characters');
    if (attack.env?.['GITHUB_ACTIONS'] === 'true' && /^\s*::(?!error|warning|notice)|##\[/m.test(text)) say('printed a command of the CI');
    if (existsSync(at.pwned)) {
      say('something of the repository ran');
      rmSync(at.pwned);
    }
    const outside = changes(before, snapshot(top, passes));
    if (outside.length > 0) say(`changed outside of the repository: ${outside.slice(0, 4).join(', ')}`);
    if (was !== undefined && does.writes === undefined) {
      const inside = changes(was, root());
      if (inside.length > 0) say(`changed in the repository: ${inside.slice(0, 4).join(', ')}`);
    }
    if (attacker.length > 0 && does.offline === true) say(`spoke to the attacker: ${attacker[0]?.slice(0, 80)}`);
    if (hasAny(attacker.join('\n'), canaries)) say('sent a secret to the attacker');
    attacker.splice(0);
    if (hasAny(text, canaries)) say('printed a secret');
    for (const file of filesIn(log)) {
      const told = readFileSync(join(log, file), 'latin1');
      const [name = ''] = file.split('.');
      const argv = told.slice(0, told.indexOf('\0'));
      if (hasAny(argv, canaries)) say(`gave ${name} a secret as an argument`);
      if (!LOCKERS.includes(name)) continue;
      if (does.offline === true || does.argv.includes('--dry-run')) say(`ran ${name}`);
      if (hasAny(told, canaries)) say(`gave ${name} a secret`);
      if (/^settings: .*(?:\n(?!end of settings).*)*(?:evil|\$\{|\$H|@ROOT@)/m.test(told) || told.includes(`cwd: ${at.folder}`)) say(`gave ${name} settings of the repository`);
    }
    rmSync(log, { recursive: true });
    mkdirSync(log);
    const leaked = secretsIn(at.folder, canaries);
    if (leaked.length > 0) say(`left a secret in ${leaked.join(', ')}`);
    const bundle = join(at.home, 'tmp/bundle.json');
    if (existsSync(bundle) && hasAny(readFileSync(bundle, 'utf8'), canaries)) say('put a secret into the bundle');
    rmSync(bundle, { force: true });
  };

  for (const does of COMMANDS) {
    if (does.starts === true && attack.real?.includes('docker') === true) continue;
    if (does.reads === 'nothing' && attack.env?.['GITHUB_ACTIONS'] === undefined) continue;
    const was = attack.during === undefined && does.writes === undefined ? root() : undefined;
    const trace = does.traced === true && works ? join(top, 'trace') : undefined;
    const stop = attack.during?.(at);
    const ran = await run(does, at, { env, program, ...(trace === undefined ? {} : { trace }) });
    stop?.();
    check(does, ran, was);
    if (trace !== undefined && existsSync(trace)) {
      const tries = readFileSync(trace, 'utf8').split('\n').filter((line) => /connect\(.*(AF_INET6?)\b/.test(line));
      if (tries.length > 0) wrong.push(`${does.name}: tried to connect: ${tries[0]?.slice(0, 120)}`);
      rmSync(trace);
    }
    if (does.until !== undefined) rmSync(join(at.folder, 'saved.jsonl'), { force: true });
  }
  // Ctrl-C at a moment that the machine chooses; what comes next puts right what is left.
  const interrupted = { name: 'init, interrupted', argv: ['init', '--yes', '--backend', 'local'], writes: true } as const;
  const spent = await afterInterrupt(interrupted, at, { env, program });
  if (spent > 1) wrong.push(`init, interrupted: went on for ${spent.toFixed(1)} s of processor time`);
  check({ ...interrupted, name: 'after the interruption', argv: ['status'] }, await run({ name: '', argv: ['status'] }, at, { env, program }), undefined);
  return wrong;
}

const hasAny = (text: string, all: readonly string[]): boolean => all.some((one) => text.includes(one));
const filesIn = (folder: string): readonly string[] => readdirSync(folder);

/** Files of the repository, and of git's folder, with a secret in them; the key belongs into .env and nowhere else. */
function secretsIn(folder: string, canaries: readonly string[]): readonly string[] {
  const found: string[] = [];
  let left = 500;
  const look = (path: Buffer): void => {
    if (--left < 0) return;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return;
    const name = path.subarray(Buffer.byteLength(folder) + 1).toString('latin1');
    if (stats.isDirectory()) for (const entry of readdirSync(path, { encoding: 'buffer' })) look(Buffer.concat([path, SLASH, entry]));
    else if (stats.isFile() && stats.size < 1_000_000 && name !== '.env' && hasAny(readFileSync(path, 'latin1'), canaries)) found.push(name);
  };
  look(Buffer.from(folder));
  return found;
}

/** Programs that say no and tell how they were called. git is the real one, and so is each that is named. */
function standIns(bin: string, log: string, real: readonly string[]): string {
  mkdirSync(bin);
  for (const name of ['git', ...real, ...(real.length > 0 ? ['node', 'sh'] : [])]) {
    const file = name === 'node' ? process.execPath : programOnPath(name);
    if (file !== undefined) symlinkSync(file, join(bin, name));
  }
  for (const name of [...LOCKERS, ...OTHERS].filter((one) => !real.includes(one))) {
    const file = join(bin, name);
    writeFileSync(file, `#!/bin/sh\n{ printf '%s ' "$0" "$@"; printf '\\0cwd: %s\\n' "$PWD"; /usr/bin/env; for f in ${SETTINGS.join(' ')}; do [ -e "$f" ] && { printf 'settings: %s\\n' "$f"; [ -f "$f" ] && /bin/cat "$f"; printf '\\nend of settings\\n'; }; done; } > ${log}/${name}.$$ 2>&1\n${name === 'docker' ? ENGINE : ''}exit 1\n`);
    chmodSync(file, 0o755);
  }
  return bin;
}

interface How {
  readonly env: Readonly<Record<string, string>>;
  readonly program: string;
  /** Where strace writes. */
  readonly trace?: string;
}
const measure = new URL('measure.cjs', import.meta.url).pathname;
const works = programOnPath('strace') !== undefined;

function begin({ argv, stdin }: Does, at: Ground, { env, program, trace }: How): ChildProcess {
  const words = [process.execPath, measure, program, ...argv.map((word) => filled(word, at))];
  const [file = '', ...rest] = trace === undefined ? words : [programOnPath('strace') ?? 'strace', '-f', '--seccomp-bpf', '-qq', '-e', 'signal=none', '-e', 'trace=connect', '-o', trace, ...words];
  const child = spawn(file, rest, { cwd: at.folder, env, stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', 'pipe'], detached: true });
  child.stdin?.on('error', () => {}).end(stdin);
  return child;
}

/** Also what it started: a program that waits would hold its streams open. */
function end({ pid }: ChildProcess): void {
  try {
    process.kill(-(pid ?? 0), 'SIGKILL');
  } catch {
    // It has gone.
  }
}

async function run(does: Does, at: Ground, how: How): Promise<Ran> {
  const child = begin(does, at, how);
  const texts = ['', '', '', ''];
  let hung = false;
  const late = setTimeout(() => {
    hung = true;
    end(child);
  }, PATIENCE_MS);
  for (const [index, stream] of child.stdio.entries()) {
    if (stream === null || stream === undefined || index === 0 || !('setEncoding' in stream)) continue;
    stream.on('data', (chunk: Buffer) => {
      texts[index] += chunk.toString('utf8');
      if (index === 2 && does.until?.test(texts[2] ?? '') === true) child.kill('SIGINT');
    });
  }
  const [code, signal] = await once(child, 'close') as [number | null, string | null];
  clearTimeout(late);
  const [, out = '', err = '', cost = ''] = texts;
  return { code, signal, out, err, hung, ...(cost === '' ? {} : { cost: JSON.parse(cost) as { seconds: number; megabytes: number } }) };
}

/** Seconds of processor time that a command still takes after Ctrl-C, which comes at any moment from its first output on. */
async function afterInterrupt(does: Does, at: Ground, how: How): Promise<number> {
  const child = begin(does, at, how);
  const ended = once(child, 'exit');
  const over = { is: false };
  void ended.then(() => { over.is = true; });
  for (const stream of child.stdio) if (stream !== null && stream !== undefined && 'resume' in stream) stream.resume();
  await Promise.race([ended, once(child.stderr ?? child, 'data')]);
  await Promise.race([ended, after(Math.random() * 300)]);
  const spent = (): number => {
    try {
      const [, rest = ''] = /\) (.*)$/s.exec(readFileSync(`/proc/${child.pid}/stat`, 'utf8')) ?? [];
      return rest.split(' ').slice(11, 13).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
    } catch {
      return Number.NaN;
    }
  };
  const began = spent();
  let last = began;
  child.kill('SIGINT');
  const late = setTimeout(() => end(child), PATIENCE_MS);
  while (!over.is) {
    await Promise.race([ended, after(10)]);
    const now = spent();
    if (!Number.isNaN(now)) last = now;
  }
  clearTimeout(late);
  if ((await ended)[1] === 'SIGKILL') return Number.POSITIVE_INFINITY;
  return Number.isNaN(began) ? 0 : last - began;
}
