/** A few lines at the bottom of a terminal that are drawn again in place, and single keys. */
import type { Draw } from './output.ts';

export interface Screen {
  /** These lines instead of the ones before; each must fit the width. */
  draw(lines: readonly string[]): void;
  /** Lines that stay, above the drawn ones. */
  above(lines: readonly string[]): void;
  /** What is drawn stays; nothing is drawn afterwards. */
  end(): void;
}

/** @param to a terminal. */
export function screen(to: Draw): Screen {
  let drawn: readonly string[] = [];
  let over = false;
  return {
    draw(lines) {
      if (over) return;
      to({ away: drawn.length, rows: lines });
      drawn = lines;
    },
    above(lines) {
      if (over) return;
      to({ away: drawn.length, rows: [...lines, ...drawn] });
    },
    end() {
      over = true;
    },
  };
}

export type Key = 'enter' | 'quit';

/** Listens for Enter, q, Ctrl-C and Ctrl-D without waiting for a line. Gives back what ends it and restores the terminal; undefined where standard input is no terminal. */
export function keys(onKey: (key: Key) => void, stdin: NodeJS.ReadStream = process.stdin): (() => void) | undefined {
  if (!stdin.isTTY || typeof stdin.setRawMode !== 'function') return undefined;
  const read = (chunk: Buffer): void => {
    const text = chunk.toString('latin1');
    if (['q', 'Q', '\u0003', '\u0004'].some((key) => text.includes(key))) onKey('quit');
    else if (/[\r\n]/.test(text)) onKey('enter');
  };
  const gone = (): void => onKey('quit');
  stdin.setRawMode(true);
  stdin.on('data', read);
  stdin.on('end', gone);
  stdin.resume();
  return () => {
    stdin.off('data', read);
    stdin.off('end', gone);
    if (!stdin.destroyed) stdin.setRawMode(false);
    stdin.pause();
  };
}
