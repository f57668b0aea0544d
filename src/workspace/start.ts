/** The command that a service really runs, and the one place that decides it. */
import type { Files, Service, Slot, Start, Where } from '../types.ts';
import type { ComposeWords } from './compose/resolve.ts';
import { fromContainer } from './container-path.ts';
import { follow, type Around } from './start/follow.ts';
import { commandWords, type Placed } from './start/words.ts';

/** What of a service decides its start. */
export interface StartParts extends Pick<Service, 'dir' | 'mounts' | 'build' | 'workingDir'> {
  readonly command?: ComposeWords;
  readonly entrypoint?: ComposeWords;
}

/**
 * Entrypoint and command as the container gets them (compose goes over the image; an `entrypoint:` drops the image's CMD),
 * followed through `sh -c`, entry scripts, package scripts and runners. `slot` is in front of the server's own words where
 * the deciding file takes them there, else in front of the script that starts it. `real` of nodemon is what it starts;
 * tsx, ts-node and `node --watch` are the server themselves and are named in `through` as well. A command that is wrapped
 * already (`opentelemetry-instrument …`) has its slot in front of the wrapper, and the wrapper in `through`.
 * undefined: only the base image knows.
 */
export function startOf(parts: StartParts, files: Files): Start | undefined {
  const stage = parts.build?.stage;
  const entrypoint = parts.entrypoint ?? stage?.entrypoint;
  const command = parts.command ?? (parts.entrypoint === undefined ? stage?.cmd : undefined);
  // An empty `entrypoint: []` or `command: []` clears the image's own.
  const words = [...placedWords(entrypoint), ...placedWords(command)];
  if (words.length === 0) return undefined;
  const decides = command !== undefined && placedWords(command).length > 0 ? command : entrypoint;
  const where: Where = decides?.where ?? { path: parts.dir };
  const followed = follow(words, where, aroundOf(parts, files));
  const shell = [entrypoint, command].some(each => each !== undefined && 'shell' in each && each.shell);
  return { argv: words.map(word => word.text), shell, where: whereOf(followed.slot, [command, entrypoint]) ?? where, ...followed };
}

/** Files by container path; a relative one is also looked for in the service's folder. */
export function aroundOf(parts: Pick<StartParts, 'dir' | 'mounts' | 'build' | 'workingDir'>, files: Files): Around {
  return {
    files,
    find(path) {
      const shown = fromContainer(parts, files, path);
      if (shown !== undefined && !files.isDir(shown)) return shown;
      const near = path.startsWith('/') ? undefined : files.resolve(parts.dir, path);
      return near !== undefined && files.exists(near) && !files.isDir(near) ? near : undefined;
    },
  };
}

function placedWords(command: ComposeWords | NonNullable<NonNullable<Service['build']>['stage']>['cmd']): readonly Placed[] {
  if (command === undefined) return [];
  return 'words' in command ? command.words : commandWords(command);
}

/** Of the two commands the one that holds the slot. */
function whereOf(slot: Slot | undefined, commands: readonly ({ readonly where: Where; readonly slot: Slot } | undefined)[]): Where | undefined {
  const holds = (outer: Slot): boolean => outer.path === slot?.path && outer.at.every((key, index) => key === slot.at[index]);
  return commands.find(each => each !== undefined && holds(each.slot))?.where;
}
