/** Puts right what a killed run left: an init goes back, an undo goes on; both end in the state before the init. */
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import type { Path, Tools } from '../types.ts';
import type { Disk } from './disk.ts';
import { asStop } from './disk-error.ts';
import { drive, type Driven } from './drive.ts';
import type { Kept, Next, Open } from './entry.ts';
import { journalsOf, type Journal } from './journal.ts';
import { keepOthersOut } from './one-run.ts';
import { recoveredOf, type Recovered } from './recovered.ts';
import { realDisk } from './write.ts';

/**
 * Called at the start of every command; undefined = there was nothing. @param ignored hears of a journal that is not ours.
 * @throws Stop (4) while another run is at work, or where the disk says no: then the journal stays.
 */
export async function recover(root: string, tools: Pick<Tools, 'env' | 'now'>, disk: Disk = realDisk, ignored?: (sentence: string) => void): Promise<Recovered | undefined> {
  try {
    for (const journal of journalsOf(root, tools, disk, ignored)) {
      if (!journal.hasOpen()) continue;
      const release = keepOthersOut(disk, journal.folder, tools.now());
      try {
        const found = recoverIn(root, journal, disk, tools.now());
        if (found !== undefined) return found;
      } finally {
        release();
      }
    }
    return undefined;
  } catch (error) {
    throw asStop(error, 'An earlier run was cut off, and its journal could not be carried out', 'run otel-setup again: it goes on there');
  }
}

/** The same for a journal whose run we are: nobody else may be at work. @param now milliseconds since 1970. */
export function recoverIn(root: string, journal: Journal, disk: Disk, now: number): Recovered | undefined {
  journal.clean();
  const all: Driven[] = [];
  let way: Open['way'] | undefined;
  for (const open of journal.open().toReversed()) {
    const driven = drive(disk, root, open);
    const failed = driven.find((one) => one.is === 'failed');
    if (failed !== undefined) {
      const says = open.way === 'back' ? 'An earlier run was cut off, and' : 'An undo was cut off, and';
      throw new Stop(EXIT.refused, `${says} ${failed.path} could not be brought back: ${failed.why}.`, `${failed.cure}, then run otel-setup again: it brings back the rest first. To leave the files as they are instead: rm ${journal.fileOf(open)}`);
    }
    removeFolders(disk, root, open.folders);
    journal.finish(open, nextAfter(open, driven, now));
    all.push(...driven);
    way ??= open.way;
  }
  return way === undefined ? undefined : recoveredOf(way, all);
}

/** The kept records after a way back or on: what could not be taken out stays, for an `undo` when the user has seen to it. */
export function nextAfter(open: Open, driven: readonly Driven[], now: number): Next {
  const changed = driven.flatMap((one) => (one.is === 'left' ? one.out : []));
  const services = open.next.keep.find(({ id }) => id === open.id)?.services ?? [];
  const rest: readonly Kept[] = changed.length === 0 ? [] : [{ schema: 2, id: open.id, at: now, services, changed, stores: [], folders: [] }];
  if (open.way === 'on') return { remove: open.next.remove, keep: [...open.next.keep, ...rest] };
  return { remove: open.next.keep.map(({ id }) => id).filter((id) => !rest.some((one) => one.id === id)), keep: rest };
}

/** Folders that we made go again if nothing is in them; one that a link leads to is not ours. */
export function removeFolders(disk: Disk, root: string, folders: readonly Path[]): void {
  for (const path of folders.toReversed()) {
    const folder = join(root, ...path.split('/'));
    const way = relative(root, disk.real(dirname(folder)) ?? '/');
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) continue;
    disk.removeFolder(folder);
  }
}
