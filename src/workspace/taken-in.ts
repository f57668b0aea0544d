/**
 * Which images take in a file of the workspace: it lies in the build context, a COPY or ADD of what the image is made of
 * takes it, and no .dockerignore keeps it out. Pure over Files.
 */
import type { Path, Service, Where, Workspace } from '../types.ts';
import { takes } from './container-path.ts';
import { dockerIgnored, type Ignored } from './docker-ignore.ts';
import { join } from './path.ts';

export interface TakenIn {
  readonly service: Service;
  /** The instruction that takes it; undefined = it is not known whether one does. */
  readonly by?: Where;
  /** That instruction names the file itself: without it the build fails. */
  readonly named: boolean;
  /** The ignore file that would have to keep it out. */
  readonly ignore: Ignored;
  /** The line that does so there. */
  readonly line: string;
}

/** @param file need not be there yet. Images that certainly do not take it in are left out. */
export function takenIn({ services, files }: Pick<Workspace, 'services' | 'files'>, file: Path): readonly TakenIn[] {
  return services.flatMap((service): readonly TakenIn[] => {
    const { build } = service;
    const context = build?.context ?? service.unreadContext;
    const below = context === undefined || (build !== undefined && !files.exists(build.dockerfile)) ? undefined : within(file, context);
    if (context === undefined || below === undefined || below === '') return [];
    const ignore = dockerIgnored(files, context, build?.dockerfile ?? join(context, 'Dockerfile'), below);
    if (ignore.is === 'out') return [];
    const common = { service, ignore, line: lineFor(below) };
    if (build?.stage === undefined) return [{ ...common, named: false }];
    const taking = build.stage.copies.flatMap((copy) => {
      const how = takes(copy, below);
      return how === undefined ? [] : [{ where: copy.where, how }];
    });
    if (taking.length === 0) return [];
    const sure = taking.find(({ how }) => how !== 'perhaps');
    return [{ ...common, ...(sure === undefined ? {} : { by: sure.where }), named: taking.some(({ how }) => how === 'named') }];
  });
}

/** Relative to a folder of the workspace; undefined = it lies elsewhere. */
function within(file: Path, folder: Path): string | undefined {
  if (folder === '') return file;
  return file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : undefined;
}

/** A path as a pattern of .dockerignore that matches it and nothing else. */
function lineFor(below: string): string {
  const plain = below.replaceAll(/[\\*?[\]^]/g, String.raw`\$&`);
  return /^[#!\s]/.test(plain) ? `/${plain}` : plain;
}
