/** Words of a command that remember where they are written. */
import type { Command, Slot } from '../../types.ts';
import type { ComposeWord } from '../compose/resolve.ts';
import type { Word } from '../compose/words.ts';

/** A word and the places in front of it and inside of it that take words. */
export type Placed = ComposeWord;

/** The words of a CMD or ENTRYPOINT; of shell form only the inside of the text has places. */
export function commandWords(command: Command): readonly Placed[] {
  return command.argv.map((text, index) => {
    if (command.shell) return index === command.argv.length - 1 ? { text, within: from => ({ ...command.slot, from }) } : nowhere(text);
    const inside: Slot = { ...command.slot, at: [...command.slot.at, index] };
    return { text, slot: { ...command.slot, from: index }, within: from => ({ ...inside, from }) };
  });
}

/** Words of a text that itself has places (`sh -c TEXT`, a Procfile line). */
export function innerWords(words: readonly Word[], within: (index: number) => Slot | undefined): readonly Placed[] {
  return words.map(word => {
    const slot = within(word.start);
    return { text: word.text, ...(slot === undefined ? {} : { slot }), within: index => within(word.at[index] ?? word.start) };
  });
}

/** A word of a file that otel-setup does not edit. */
export function nowhere(text: string): Placed {
  return { text, within: () => undefined };
}
