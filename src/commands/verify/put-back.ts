/** Putting back what verify borrowed: at its end, or by the next command after it was killed. */
import type { Tools } from '../../types.ts';
import { leftLoan, type Left, type Lent } from '../../write/loan.ts';
import { oneLine } from '../../ui/redact.ts';
import { commandLine, shellOf } from '../../ui/shell-lines.ts';
import { composeOf, projectFolder } from '../../workspace/compose/command.ts';
import type { Context } from '../context.ts';
import { lastLine, networkIds } from './containers.ts';

const LIMIT_MS = 60_000;
/** A container that ignores SIGTERM takes ten seconds to stop, and several stop one after another. */
const EACH_MS = 30_000;

/**
 * Makes the services again from the user's own files alone; what did not run before does not run, what was not there is
 * removed, and what somebody else has removed since stays so. @param root the workspace. @param says what is not a problem, and yet worth a word.
 * @returns what went wrong, a sentence each; [] = all is as before. Never throws.
 */
export async function putBack(root: string, loan: Lent, tools: Pick<Tools, 'exec'>, says: (text: string) => void): Promise<readonly string[]> {
  const problems: string[] = [];
  const { words, cwd } = composeFor(root, loan);
  const there = await Promise.all(loan.services.map(async ({ name }) => {
    const { code, out } = await tools.exec([...words, 'ps', '--all', '--quiet', name], { cwd, ms: LIMIT_MS });
    return code !== 0 || out.trim() !== '';
  }));
  const isRemoved = ({ was }: Lent['services'][number], i: number): boolean => was !== 'absent' && there[i] === false;
  for (const { name } of loan.services.filter(isRemoved)) says(`${oneLine(name)} was removed meanwhile, and not by otel-setup: it is left so.`);
  const left = loan.services.filter((service, i) => !isRemoved(service, i));
  const of = (was: Lent['services'][number]['was']) => left.filter((service) => service.was === was);
  const compose = async (...more: string[]): Promise<void> => {
    const { code, err } = await tools.exec([...words, '--ansi=never', ...more], { cwd, ms: LIMIT_MS + EACH_MS * loan.services.reduce((sum, { containers }) => sum + Math.max(1, containers), 0) });
    if (code !== 0) problems.push(`docker compose ${more[0] ?? ''} ended with ${code}: ${lastLine(err)}`);
  };
  const up = ['--no-deps', '--no-build', '--pull', 'never'];
  const [running, stopped, absent] = [of('running'), of('stopped'), of('absent')];
  const scales = running.filter(({ containers }) => containers > 1).flatMap(({ name, containers }) => ['--scale', `${name}=${containers}`]);
  if (absent.length > 0) await compose('rm', '--stop', '--force', '--volumes', ...absent.map(({ name }) => name));
  if (running.length > 0) await compose('up', '--detach', ...up, ...scales, ...running.map(({ name }) => name));
  if (stopped.length > 0) {
    await compose('stop', ...stopped.map(({ name }) => name));
    await compose('up', '--no-start', ...up, ...stopped.map(({ name }) => name));
  }
  if (absent.length > 0 && loan.project !== '') {
    // Only what came with our services; one that something else uses by now stays (docker refuses to remove it).
    const before = new Set(loan.networks);
    for (const id of await networkIds(tools, loan.project)) if (!before.has(id)) await tools.exec(['docker', 'network', 'rm', id], { ms: LIMIT_MS });
  }
  return problems;
}

/** `docker compose` over the user's own files, made of what the note names as every other one is. */
const composeFor = (root: string, { compose, projectDir }: Pick<Lent, 'compose' | 'projectDir'>) => ({
  words: composeOf({ compose, files: { root } }),
  cwd: projectFolder({ projectDir, files: { root } }),
});

const CHILD_WAITS_MS = 300_000;

/** What a killed `verify` left, put back at the start of the next command. One look at the disk where there is nothing. */
export async function healLoan(root: string, { tools, warn }: Pick<Context, 'tools' | 'warn'>): Promise<void> {
  const left = await leftLoan(root, tools);
  if (left === undefined || left.alive) return;
  const names = left.loan.services.map(({ name }) => oneLine(name)).join(', ');
  const one = left.loan.services.length === 1;
  if (!(await engineAnswers(tools))) {
    warn(`  ! An earlier verify was cut off, and Docker does not answer, so ${names} may still send to a relay that is gone.\n    Do: start Docker, then run any otel-setup command here again`);
    return;
  }
  // Another command is at it.
  const taken = left.take();
  if (taken === undefined) return;
  try {
    warn(`  An earlier verify was cut off; putting ${names} back as ${one ? 'it was' : 'they were'} …`);
    await childEnded(left);
    const problems = await putBack(root, left.loan, tools, (text) => warn(`  ${text}`));
    if (problems.length > 0) {
      for (const problem of problems) warn(`  ! ${problem}`);
      const up = commandLine([...composeFor(root, left.loan).words, 'up', '-d', ...left.loan.services.map(({ name }) => name)], shellOf(tools.env));
      warn(`    Do: ${up}  (or, where that is of no use any more: ${commandLine(['rm', left.note], shellOf(tools.env))})`);
      return;
    }
    left.over();
    for (const name of await changed(root, left.loan, tools)) warn(`  ! ${oneLine(name)} was made from its files as they are now: a file, or a variable of the shell that it was started from, is another one than before.`);
  } finally {
    taken.release();
  }
}

/** The `docker compose` of the killed run goes on by itself: two at once would be in each other's way. */
async function childEnded({ childRuns }: Left): Promise<void> {
  for (const end = Date.now() + CHILD_WAITS_MS; childRuns() && Date.now() < end; ) await new Promise((done) => setTimeout(done, 200));
}

/** Services whose containers have another configuration than before. */
async function changed(root: string, loan: Lent, tools: Tools): Promise<readonly string[]> {
  const { words, cwd } = composeFor(root, loan);
  const known = loan.services.filter(({ hash }) => hash !== '');
  if (known.length === 0) return [];
  const ids = (await tools.exec([...words, 'ps', '--all', '--quiet', ...known.map(({ name }) => name)], { cwd, ms: LIMIT_MS })).out.split(/\s+/).filter((id) => id !== '');
  if (ids.length === 0) return [];
  const { out } = await tools.exec(['docker', 'inspect', '--format', '{{index .Config.Labels "com.docker.compose.service"}} {{index .Config.Labels "com.docker.compose.config-hash"}}', ...ids], { ms: LIMIT_MS });
  const now = new Map(out.split('\n').map((line) => line.trim().split(' ')).map(([name = '', hash = '']) => [name, hash]));
  return known.filter(({ name, hash }) => now.has(name) && now.get(name) !== hash).map(({ name }) => name);
}

const engineAnswers = async (tools: Tools): Promise<boolean> => {
  const { code, out } = await tools.exec(['docker', 'info', '--format', '{{.ServerVersion}}'], { ms: 10_000 });
  return code === 0 && out.trim() !== '';
};
