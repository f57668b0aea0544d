/** What makes a mended file reach the process: the `Then:` of a finding that does not say it itself. Pure. */
import { composeWords } from '../workspace/compose/command.ts';
import { commandLine, shellOf } from '../ui/shell-lines.ts';
import { isMissing } from './probing.ts';
import type { Finding, Known, Rule } from './types.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A line of advice for this project: `docker compose` with the files that were named to us. */
export function forFiles(text: string, files: readonly string[], env: Env): string {
  if (files.length === 0) return text;
  const words = commandLine(composeWords(files), shellOf(env));
  return text.replaceAll(/\bdocker compose(?! -f\b)(?= [a-z-])/g, () => words);
}

/** @param files compose files that were named to us. */
export function thenOf(known: Known, files: readonly string[], env: Env): (finding: Finding, rule: Rule) => string | undefined {
  const { subjects } = known;
  const all = subjects === undefined || isMissing(subjects) ? [] : subjects.filter(({ expected }) => expected).map(({ service }) => service);
  return ({ service: name }, { hop }) => {
    if (hop === 'arrival' || hop === 'export') return undefined;
    const services = name === undefined ? all : all.filter((one) => one.name === name);
    if (services.length === 0) return undefined;
    const [first] = services;
    if (first?.origin === 'folder') return `npx otel-setup run ${first.name}`;
    const rebuilt = (hop === 'files' || hop === 'source' || hop === 'image') && services.some(({ build }) => build !== undefined);
    return commandLine([...composeWords(files), 'up', '-d', ...(rebuilt ? ['--build'] : []), ...services.map((one) => one.name)], shellOf(env));
  };
}
