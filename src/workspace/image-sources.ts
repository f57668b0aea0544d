/** Which files of a build context an image can hold at all: in a monorepo one context serves many images. Pure over Files. */
import type { Files, Path, Service } from '../types.ts';
import { dockerWords } from './docker-words.ts';
import { path as asPath } from './path.ts';

/**
 * What the Dockerfile's COPY and ADD lines take from the context, in any of its stages, and what is mounted.
 * @returns undefined where everything may be taken: no Dockerfile, a line that is not followed, `COPY . .`.
 */
export function imageSources({ build, mounts }: Service, files: Files): readonly Path[] | undefined {
  const text = build === undefined ? undefined : files.text(build.dockerfile);
  if (build === undefined || text === undefined) return undefined;
  const taken: Path[] = mounts.flatMap(({ from }) => (from === undefined ? [] : [from]));
  for (const line of text.replaceAll(/^[ \t]*#.*\n?/gm, '').replaceAll(/\\[ \t]*\r?\n/g, ' ').split('\n')) {
    if (/^\s*RUN\s.*--mount=type=bind/i.test(line)) return undefined;
    const copy = /^\s*(?:COPY|ADD)\s+(\S.*)$/i.exec(line)?.[1];
    if (copy === undefined || /--from=/i.test(copy)) continue;
    if (/[$[\]]|<</.test(copy)) return undefined;
    const words = dockerWords(copy).filter((word) => !word.startsWith('--'));
    for (const word of words.slice(0, -1)) {
      const source = files.resolve(build.context, plainFolder(word) || '.');
      if (source === undefined || source === build.context) return undefined;
      taken.push(asPath(source));
    }
  }
  return taken.includes(asPath('')) || taken.includes(build.context) ? undefined : taken;
}

/** What stands in front of the first part with a wildcard, relative to the context. */
function plainFolder(word: string): string {
  const parts = word.split('/').filter((part) => part !== '');
  const wild = parts.findIndex((part) => /[*?]/.test(part));
  return parts.slice(0, wild < 0 ? parts.length : wild).join('/');
}

/** Only the files that can be in the container; all of them where that is not known, or none would be left. */
export function inImage<T extends { readonly path: Path }>(service: Service, files: Files, sources: readonly T[]): readonly T[] {
  const taken = imageSources(service, files);
  if (taken === undefined) return sources;
  const own = sources.filter(({ path }) => taken.some((one) => path === one || path.startsWith(`${one}/`)));
  return own.length === 0 ? sources : own;
}
