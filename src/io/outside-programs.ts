/**
 * What a program is found through, and what makes it load code before its own: folders of the workspace are taken out,
 * because whoever wrote the repository may have put a `git`, a `docker` or a `python3` there.
 */
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { repositoryAbove } from './repository.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Outside {
  readonly env: NodeJS.ProcessEnv;
  /** Folders that were on PATH and are not any more; '' for what is relative or empty. */
  readonly dropped: readonly string[];
}

const workspaces = new Set<string>();

/** From now on nothing is started from the workspace around `folder` (absolute), whatever PATH says. */
export function startNothingFrom(folder: string): void {
  const found = workspaceAround(folder);
  if (found !== undefined) workspaces.add(found);
}

/**
 * The repository around a folder, else the folder. Where that is the user's home or holds it (settings kept in git, a
 * container that works in HOME), the folder alone; undefined where that is the home as well: the user's own tools lie there.
 */
export function workspaceAround(folder: string, home: string = homedir()): string | undefined {
  const real = realOf(folder);
  const holdsHome = (one: string): boolean => isAbsolute(home) && isInside(realOf(home), one);
  return [repositoryAbove(real) ?? real, real].find((one) => !holdsHome(one));
}

/** Lists whose entries are looked up in turn. An empty entry means the current folder. */
const LISTS = /^(?:PATH|LD_LIBRARY_PATH|LD_PRELOAD|LD_AUDIT|DYLD_[A-Z_]*(?:PATH|LIBRARIES))$/i;
/** One file or folder from which code is loaded. DOCKER_CONFIG has docker's plugins. */
const PLACES = /^(?:BASH_ENV|DOCKER_CONFIG)$/;
/** The same of interpreters. Docker is none, and Compose fills them into the services' settings: it gets them as they are. */
const LISTS_OF_CODE = /^(?:PYTHONPATH|NODE_PATH|PERL5LIB|PERLLIB|RUBYLIB)$/;
const PLACES_OF_CODE = /^(?:PYTHONSTARTUP|PYTHONHOME|PYTHONUSERBASE)$/;
/** Words among which are files to load: only absolute ones outside are passed on. */
const OPTIONS_OF_CODE = /^(?:NODE_OPTIONS|PERL5OPT|RUBYOPT)$/;
const LOADS = /(?:^|\s)["']?(?:-r|-I|-M|--(?:require|import|loader|experimental-loader|env-file)\b)[=\s]*["']?([^\s"']*)/g;

/** Whether Compose follows `include` and `extends` to a git or OCI address. What the user has set stays. */
const REMOTES = ['COMPOSE_EXPERIMENTAL_GIT_REMOTE', 'COMPOSE_EXPERIMENTAL_OCI_REMOTE'];

/** Nothing is found there: an empty PATH would mean the current folder, and none the system's own list. */
const NOWHERE = process.platform === 'win32' ? 'NUL' : '/dev/null';

/**
 * The environment for a program, from one that would have been given to it.
 * @param cwd folder in which it starts; its workspace counts as well.
 */
export function outsideOf(env: Env, program: string, cwd?: string): Outside {
  const around = cwd === undefined ? undefined : workspaceAround(cwd);
  const inside = [...workspaces, ...(around === undefined ? [] : [around])];
  const trusted = (place: string): boolean => isAbsolute(place) && !isOfPackages(place) && !inside.some((one) => isInside(place, one) || isInside(realOf(place), one));
  const docker = /^docker(?:-compose)?(?:\.exe)?$/.test(program);
  const dropped: string[] = [];
  const clean: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (LISTS.test(name) || (!docker && LISTS_OF_CODE.test(name))) {
      const kept = value.split(name === 'LD_PRELOAD' ? /[:\s]/ : delimiter).filter((place) => trusted(place) || (drop(name, place), false));
      if (kept.length > 0) clean[name] = kept.join(delimiter);
      else if (name.toUpperCase() === 'PATH') clean[name] = NOWHERE;
    } else if (PLACES.test(name) || (!docker && PLACES_OF_CODE.test(name))) {
      if (trusted(value)) clean[name] = value;
    } else if (docker || !OPTIONS_OF_CODE.test(name) || [...value.matchAll(LOADS)].every(([, file = '']) => trusted(file))) clean[name] = value;
  }
  // A compose file may name others on the network, with ${…} in their address: Compose would fetch them for every question.
  if (docker) for (const name of REMOTES) clean[name] ??= 'false';
  // Windows looks in the current folder first, unless this is set.
  if (process.platform === 'win32') clean['NoDefaultCurrentDirectoryInExePath'] = '1';
  return { env: clean, dropped };

  function drop(name: string, place: string): void {
    if (name.toUpperCase() === 'PATH') dropped.push(isAbsolute(place) ? place : '');
  }
}

/** Why a program that was not found may seem to be there; '' where nothing was kept from it. */
export function notStarted(program: string, dropped: readonly string[]): string {
  const place = dropped.find((folder) => folder !== '' && existsSync(join(folder, program)));
  return place === undefined ? '' : `; ${join(place, program)} lies in the workspace, and nothing is started from there`;
}

/**
 * On Windows the file that a bare name means on this PATH: what starts programs there would look in the current folder
 * first. Elsewhere, and for a path, the name itself.
 */
export function located(program: string, env: Env, platform: NodeJS.Platform = process.platform, isThere: (file: string) => boolean = existsSync): string {
  if (platform !== 'win32' || /[\\/]/.test(program)) return program;
  const value = (wanted: string): string => Object.entries(env).find(([name]) => name.toUpperCase() === wanted)?.[1] ?? '';
  const endings = ['', ...(value('PATHEXT') || '.COM;.EXE;.BAT;.CMD').split(';')];
  const files = value('PATH').split(';').filter((folder) => folder !== '').flatMap((folder) => endings.map((ending) => `${folder}\\${program}${ending}`));
  // A name that is not found must not be looked up again by others: this file is not there.
  return files.find((file) => /\.[a-z]+$/i.test(file) && isThere(file)) ?? `${process.execPath}\\${program}`;
}

/** Packages put their programs there, in whatever project PATH names. */
const isOfPackages = (place: string): boolean => [place, realOf(place)].some((one) => /(?:^|[\\/])node_modules[\\/]\.bin(?:[\\/]|$)/i.test(one));

function isInside(place: string, folder: string): boolean {
  const way = relative(folder, resolve(place));
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** Links resolved, of what is there of a path. */
function realOf(place: string): string {
  const missing: string[] = [];
  for (let at = resolve(place); ; at = dirname(at)) {
    try {
      return join(realpathSync(at), ...missing);
    } catch {
      if (dirname(at) === at) return resolve(place);
      missing.unshift(at.slice(dirname(at).length).replace(/^[\\/]+/, ''));
    }
  }
}
