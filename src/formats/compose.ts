/**
 * Compose files. The model is the YAML with aliases and `<<` merged, where `services.*.environment`, `.labels` and
 * `build.args` are maps from name to text (null = passed through) in whichever form they are written, and `extra_hosts`
 * is a list of 'name:address'. Parsed with `yaml`, edited at its offsets, never printed by it: its printer gives only a
 * third of real files back as they were.
 */
import type { Change, Format, Refusal, Splice } from '../types.ts';
import { keepOpenEnd, spliceEmptied, spliceRemove, spliceReplace } from './compose/cut.ts';
import { findOwn, lineOf } from './compose/find.ts';
import { spliceWanted } from './compose/insert.ts';
import { asSeq } from './compose/nodes.ts';
import { readCompose, type Read } from './compose/read.ts';
import { wantedBy } from './compose/wanted.ts';
import { spliceAppend, splicePrefix, wordsInList } from './compose/words.ts';
import { isRefusal, refuse } from './refusal.ts';
import { mergeSplices } from './splices.ts';

export const compose: Format = {
  id: 'compose',
  parse(text) {
    const read = readCompose(text);
    return isRefusal(read) ? read : { model: read.model };
  },
  line(text, at) {
    const read = readCompose(text);
    return isRefusal(read) ? undefined : lineOf(read, at);
  },
  splice: (text, change) => spliceAll(text, [change]),
  spliceAll,
  item: (value, at) => (at.at(-1) === 'extra_hosts' ? value.replace(/^([^:=]+)=/, '$1:') : value),
};

function spliceAll(text: string, changes: readonly Change[]): readonly Splice[] | Refusal {
  const read = readCompose(text);
  if (isRefusal(read)) return read;
  const lists: (readonly Splice[])[] = [];
  const inserts: Extract<Change, { do: 'set' | 'add' }>[] = [];
  for (const change of changes) {
    if (change.do === 'set' || (change.do === 'add' && typeof change.at.at(-1) === 'string')) {
      inserts.push(change);
      continue;
    }
    const splices = spliceOne(read, change);
    if (isRefusal(splices)) return splices;
    lists.push(splices);
  }
  lists.push(spliceEmptied(read, changes.filter((change) => change.do === 'remove'), inserts));
  const wanted = wantedBy(inserts);
  if (isRefusal(wanted)) return wanted;
  // New lines come last: at one offset, what belongs to the value above goes in front of them.
  const added = wanted.size === 0 ? [] : spliceWanted(read, wanted);
  if (isRefusal(added)) return added;
  const merged = mergeSplices([...lists, added]);
  return isRefusal(merged) ? merged : mergeSplices([keepOpenEnd(text, merged)]);
}

function spliceOne(read: Read, change: Change): readonly Splice[] | Refusal {
  switch (change.do) {
    case 'prefix':
      return splicePrefix(read, change);
    case 'append':
      return spliceAppend(read, change);
    case 'replace':
      return spliceReplace(read, change);
    case 'remove':
      return spliceRemove(read, change);
    case 'add': {
      const list = findOwn(read, change.at.slice(0, -1));
      if (isRefusal(list)) return list;
      const seq = asSeq(list.value);
      return seq === undefined ? refuse('An item can only be put in front of another one in a list.') : wordsInList(read, change.at.slice(0, -1), seq, Number(change.at.at(-1)), [change.value]);
    }
    default:
      return refuse('A key can only be set by its name.');
  }
}
