/** What is asked of a service's container. Pure over the workspace's Files. */
import { createHash } from 'node:crypto';
import type { Path, Service, Workspace } from '../../../types.ts';
import { containerDir, fromContainer, inContainer } from '../../../workspace/container-path.ts';
import { preloadsOf } from '../../preloads.ts';
import type { Subject } from '../../types.ts';
import type { Questions } from './script.ts';

/** A file that the image should have as it is here. */
export interface Copy {
  readonly path: Path;
  readonly to: string;
  readonly sum: string;
}

/** A build that rewrites files in place: then a copy that differs says nothing. */
const REWRITES = /\bsed\s+(?:-\w{1,30}\s{1,8}){0,6}-\w{0,30}i|dos2unix|\bnpm (?:i|install|add|pkg|version)\s+[@\w]|\b(?:yarn|pnpm|poetry|uv) add\b|prettier|envsubst|\bperl\s+-\w{0,30}i/;
const MOST_FILES = 12;

/** The files whose content decides on telemetry, where the image has them from a plain COPY and no mount shows them. */
export function copiesOf(subject: Subject, { files }: Workspace): readonly Copy[] {
  const { service, instrumented } = subject;
  const { app, build } = service;
  if (build?.stage === undefined || build.stage.runs.some(({ text }) => REWRITES.test(text))) return [];
  const wanted = [app?.manifest?.path, placeOf(app?.wired?.where), placeOf(instrumented.at?.where), service.start?.realWhere.path, ...preloadsOf(subject).map((path) => fromContainer(service, files, path))];
  return [...new Set(wanted)].slice(0, MOST_FILES).flatMap((path) => {
    if (path === undefined || path === build.dockerfile) return [];
    const there = beside(service, inContainer(service, path), path);
    const text = files.encoding(path) === 'utf-8' ? files.text(path) : undefined;
    return there?.by !== 'copy' || text === undefined ? [] : [{ path, to: there.path, sum: createHash('sha256').update(text).digest('hex') }];
  });
}

/** A mount shows the file in another folder than the app runs in: what the image has in that one is what runs. */
function beside(service: Service, there: ReturnType<typeof inContainer>, path: Path): ReturnType<typeof inContainer> {
  const dir = containerDir(service);
  if (there?.by !== 'mount' || dir === undefined || service.build === undefined) return there;
  const copied = inContainer({ mounts: [], build: service.build, ...(service.workingDir === undefined ? {} : { workingDir: service.workingDir }) }, path);
  const mounted = (at: string): boolean => service.mounts.some(({ to }) => `${at}/`.startsWith(`${to.replace(/\/$/, '')}/`));
  if (copied === undefined || !copied.path.startsWith(`${dir}/`) || mounted(copied.path) || mounted(dir)) return there;
  // Its command, its path or a variable leads to the mounted one.
  const words = [...(service.start?.argv ?? []), ...(service.start?.real ?? []), ...service.env.map(({ value }) => value ?? '')];
  return words.some((word) => word.includes(there.path.slice(0, there.path.lastIndexOf('/')))) ? there : copied;
}

const placeOf = (where: unknown): Path | undefined => (isWhere(where) ? where.path : undefined);
const isWhere = (where: unknown): where is { readonly path: Path } => typeof where === 'object' && where !== null && 'path' in where;

export function questionsOf(subject: Subject, copies: readonly Copy[]): Questions {
  const { service, instrumented } = subject;
  return {
    language: service.app?.language ?? '',
    packages: declaredOf(service),
    programs: instrumented.by === 'wrapper' && !runByManager(service) ? ['opentelemetry-instrument'] : [],
    files: copies.map(({ to }) => to),
  };
}

/** Packages that the manifest promises at run time, by the names that the language compares. */
export const declaredOf = ({ app }: Pick<Service, 'app'>): readonly string[] => Object.keys(app?.libraries ?? {});

/** `poetry run …`: its programs lie in a virtual environment that only it knows. */
const runByManager = ({ start }: Service): boolean => [...(start?.through ?? []), ...(start?.argv ?? [])].some((word) => /(?:^|\/)(?:poetry|pipenv|uv|pdm|hatch|conda|micromamba|rye|pixi)$/.test(word));
