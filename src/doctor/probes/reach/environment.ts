/** The environment that the service's own process has: an entrypoint may export what the container's configuration lacks (Docker secrets). */
import type { Tools } from '../../../types.ts';
import type { Container } from '../../types.ts';

/** Every process's environment, two NULs behind each. Needs no rights beyond those of the container's user. */
const READ = 'for f in /proc/[0-9]*/environ; do cat "$f" 2>/dev/null; printf "\\000\\000"; done';
const OURS = /^(?:OTEL_|HONEYCOMB_)/;

/** The environment of the process that has most to say about telemetry, the first of equals; the container's own where no process can be read. */
export async function environmentOf(container: Container, tools: Pick<Tools, 'exec'>): Promise<Readonly<Record<string, string>>> {
  const { code, out } = await tools.exec(['docker', 'exec', container.id, 'sh', '-c', READ], { ms: 5_000 });
  const all = [...(code === 0 ? parseEnvirons(out) : []), container.env];
  return all.reduce((best, one) => (weight(one) > weight(best) ? one : best));
}

const weight = (env: Readonly<Record<string, string>>): number => Object.entries(env).filter(([name, value]) => OURS.test(name) && value !== '').length;

export function parseEnvirons(out: string): readonly Readonly<Record<string, string>>[] {
  return out.split(/\0\0+/).filter((text) => text !== '').map((text) => Object.fromEntries(text.split('\0').flatMap((entry): [string, string][] => {
    const at = entry.indexOf('=');
    return at <= 0 ? [] : [[entry.slice(0, at), entry.slice(at + 1)]];
  })));
}
