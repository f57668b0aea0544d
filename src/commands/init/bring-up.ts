/** Builds and starts what init has set up; those whose spans can be watched are started on that way at once. */
import type { Service, Workspace } from '../../types.ts';
import { seconds } from '../../ui/progress.ts';
import { oneLine } from '../../ui/redact.ts';
import { composeWords, projectFolder } from '../../workspace/compose/command.ts';
import type { Context } from '../context.ts';
import { upCommands } from './compose.ts';

export interface BringUp {
  readonly workspace: Workspace;
  readonly services: readonly Service[];
  /** Compose files that were named. */
  readonly files: readonly string[];
  /** Starts these services, which are built, and watches their spans until the backend accepts them; who is not in the answer was not started. */
  prove?(names: readonly string[]): Promise<ReadonlyMap<string, Rebuilt>>;
}
export interface Rebuilt {
  /** false: it was not built, not answered, or (where that can be known) not seen. */
  readonly ok: boolean;
  readonly next: readonly string[];
}
export type BroughtUp = { readonly is: 'up'; readonly proven: ReadonlyMap<string, Rebuilt> } | { readonly is: 'failed'; readonly repeat: readonly string[] };

/** Lines of a failed build that are shown in a terminal, where the others went by in one. */
const LAST_WORDS = 40;

/** Never throws for what Docker does: its words are shown as they come (in a terminal the newest of them), and what failed is told. */
export async function bringUp({ workspace, services, files, prove }: BringUp, { tools, print, terminal, warn }: Pick<Context, 'tools' | 'print' | 'terminal' | 'warn'>): Promise<BroughtUp> {
  /** @returns the command that failed. */
  const failing = async (lines: readonly (readonly string[])[], of: readonly Service[], doing: string, done: string): Promise<readonly string[] | undefined> => {
    if (of.length === 0) return undefined;
    const names = of.map(({ name }) => oneLine(name)).join(', ');
    const start = tools.now();
    const wait = terminal.live ? tools.working(`${doing} ${names}`) : undefined;
    if (wait === undefined) print(`  ${doing} ${names} …`);
    for (const line of lines) {
      const said: string[] = [];
      const { code } = await tools.exec(line, {
        cwd: projectFolder(workspace),
        live: (words) => {
          if (wait === undefined) return warn(`    ${words}`);
          wait.says(words);
          if (said.push(words) > LAST_WORDS) said.shift();
        },
      });
      if (code === 0) continue;
      wait?.failed(`${doing} ${names}`);
      for (const words of said) warn(`    ${words}`);
      warn(`  ✘ failed after ${seconds(tools.now() - start)}: ${line.join(' ')} ended with ${code}; its own words stand above.`);
      return line;
    }
    if (wait === undefined) print(`  ✔ ${done}  ${seconds(tools.now() - start)}`);
    else wait.done(done);
    return undefined;
  };
  const up = (some: readonly Service[]): Promise<readonly string[] | undefined> => failing(upCommands(files, some), some, 'building and starting', 'built and started');

  const published = prove === undefined ? [] : services.filter(isPublished);
  // Those that get no request are called by the others: they are there first.
  const notUp = await up(services.filter((service) => !published.includes(service)));
  if (notUp !== undefined || prove === undefined || published.length === 0) return ended(notUp);
  const notBuilt = await failing([[...composeWords(files), 'build', ...published.map(({ name }) => name)]], published, 'building', 'built');
  if (notBuilt !== undefined) return ended(upCommands(files, published)[0]);
  // A container that only lives until the next one takes its place would cost the ten seconds in which many do not end.
  const proven = await prove(published.map(({ name }) => name));
  return ended(await up(published.filter(({ name }) => !proven.has(name))), proven);
}

const isPublished = ({ ports }: Pick<Service, 'ports'>): boolean => ports.some(({ host }) => host !== undefined);
const ended = (repeat: readonly string[] | undefined, proven: ReadonlyMap<string, Rebuilt> = new Map()): BroughtUp => (repeat === undefined ? { is: 'up', proven } : { is: 'failed', repeat });
