/** Command lines of Docker Compose for this workspace, to run and to show. */
import type { Service, Tools } from '../../types.ts';
import { composeWords } from '../../workspace/compose/command.ts';

/**
 * Builds and starts exactly these services. Those whose packages lie in an anonymous volume get a new one (-V), and are
 * built by a command of their own: other services may keep something else in theirs.
 */
export function upCommands(named: readonly string[], services: readonly Pick<Service, 'name' | 'volumes'>[]): string[][] {
  const renewed = services.filter(hidesPackages);
  const others = services.filter((service) => !renewed.includes(service));
  return [
    ...(renewed.length === 0 ? [] : [[...composeWords(named), 'up', '-d', '--build', '-V', ...renewed.map(({ name }) => name)]]),
    ...(others.length === 0 ? [] : [[...composeWords(named), 'up', '-d', '--build', ...others.map(({ name }) => name)]]),
  ];
}

/** Its packages lie in an anonymous volume, which hides those of a new image until it is renewed. */
export const hidesPackages = ({ volumes = [] }: Pick<Service, 'volumes'>): boolean => volumes.some(({ name, to }) => name === undefined && /\/(?:node_modules|\.?venv|site-packages)$/.test(to));

/** Is there a Compose and an engine that answers? */
export async function composeAnswers(tools: Tools): Promise<boolean> {
  const [compose, engine] = await Promise.all([
    tools.exec(['docker', 'compose', 'version'], { ms: 10_000 }),
    tools.exec(['docker', 'info', '--format', '{{.ServerVersion}}'], { ms: 10_000 }),
  ]);
  return compose.code === 0 && engine.code === 0 && engine.out.trim() !== '';
}
