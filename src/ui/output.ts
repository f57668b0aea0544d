/**
 * The gate: the only code that writes to standard output and standard error (test/rooms.test.ts). Whatever comes here may
 * hold a secret or text of a repository: secrets are hidden, control characters become '?', and what a CI system would
 * take for a command is taken apart, in terminals, pipes and files alike. Colours, cursor moves and annotations are added
 * behind that, from data.
 */
import { EXIT, Stop } from '../stop.ts';
import { annotationLine, type Annotation } from './annotation.ts';
import { withoutCommands, withoutGroups } from './ci-commands.ts';
import { clean, redact, withoutPasswords } from './redact.ts';
import { colored, plain, type Text } from './text.ts';

/** What is drawn in place. */
export interface Frame {
  /** So many rows above the cursor go first, or the one that it stands in. */
  readonly away: number | 'row';
  readonly rows: readonly Text[];
  /** The last row gets no line end, so that it can go as 'row'. */
  readonly open?: boolean;
}
export type Draw = (frame: Frame) => void;

/** A stream that could not be written: its code ('ENOSPC'); 'EPIPE' where nobody reads any more. */
export interface Lost {
  readonly stream: 'standard output' | 'standard error';
  readonly code: string;
}

export interface Output {
  /** From now on the value is shown nowhere. */
  hide(value: string): void;
  /** Lines on standard error. */
  say(text: Text, color?: boolean): void;
  /** Standard error, in place; in a terminal only. */
  draw(frame: Frame, color?: boolean): void;
  /** The result, on standard output. JSON comes from ui/ci-commands.ts, and stays the same value. */
  result(text: string): void;
  /** Lines on standard output that GitHub Actions is meant to take for commands. */
  annotate(annotations: readonly Annotation[]): void;
  /** Standard output to the byte. @throws Stop (exit 4) where the text would steer a terminal or a CI system, or show a secret. */
  exact(text: string, instead: string): void;
  /** For a library that draws by itself: give it nothing that is not `shown`. */
  readonly terminal: NodeJS.WriteStream;
  /** A text as `say` would write it. */
  shown(text: string): string;
  /** Tells of the first write that fails, at once if one has failed. */
  onLost(tell: (lost: Lost) => void): void;
  /** Waits until everything is written, or cannot be. @returns what standard output could not take, if somebody would have read it. */
  flushed(): Promise<Lost | undefined>;
}

interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Nobody reads there any more: no error of ours. EIO: the terminal went away. */
const GONE: readonly string[] = ['EPIPE', 'EIO', 'ECONNRESET'];

/** @param secrets hidden from the first moment on. */
export function output(secrets: Iterable<string>, { stdout, stderr }: Streams = process): Output {
  const hidden = new Set(secrets);
  const lost = new Map<NodeJS.WriteStream, Lost>();
  const listeners = new Set<(lost: Lost) => void>();
  for (const [stream, name] of [[stdout, 'standard output'], [stderr, 'standard error']] as const) {
    stream.removeAllListeners('error');
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (lost.has(stream)) return;
      const one: Lost = { stream: name, code: error.code ?? error.message };
      lost.set(stream, one);
      for (const tell of listeners) tell(one);
    });
  }
  const write = (stream: NodeJS.WriteStream, text: string): void => {
    if (text !== '' && !lost.has(stream)) stream.write(text);
  };
  const masked = (text: string): string => redact(withoutPasswords(text), hidden);
  const shown = (text: string): string => withoutCommands(clean(masked(text)));
  const rendered = (text: Text, color: boolean): string => (color ? colored(text, shown) : shown(plain(text)));

  return {
    hide: (value) => void hidden.add(value),
    say: (text, color = false) => write(stderr, `${withoutGroups(rendered(text, color))}\n`),
    draw: ({ away, rows, open = false }, color = false) => {
      const moves = away === 'row' ? '\r\u001b[K' : away > 0 ? `\r\u001b[${away}A\u001b[J` : '';
      write(stderr, `${moves}${rows.map((row) => rendered(row, color)).join('\n')}${open || rows.length === 0 ? '' : '\n'}`);
    },
    // A file keeps its line ends in a diff.
    result: (text) => write(stdout, ended(withoutGroups(text.split('\r\n').map(shown).join('\r\n')))),
    annotate: (annotations) => write(stdout, annotations.map((one) => `${annotationLine(one, masked)}\n`).join('')),
    exact(text, instead) {
      const why = redact(text, hidden) !== text ? 'it holds a secret' : CONTROL.test(text) ? 'it holds control characters, which steer a terminal' : withoutCommands(text) !== text ? 'it holds text that a CI system takes for a command' : undefined;
      if (why !== undefined) throw new Stop(EXIT.refused, `The diff cannot be printed byte for byte: ${why}.`, instead);
      write(stdout, text);
    },
    terminal: stderr,
    shown,
    onLost(tell) {
      listeners.add(tell);
      for (const one of lost.values()) tell(one);
    },
    async flushed() {
      for (const stream of [stdout, stderr]) if (!lost.has(stream)) await new Promise<void>((done) => void stream.write('', () => done()));
      // The error of a write is told a turn later.
      await new Promise((done) => void setImmediate(done));
      const one = lost.get(stdout);
      return one === undefined || GONE.includes(one.code) ? undefined : one;
    },
  };
}

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
const CONTROL = /(?![\t\n]|\r\n)\p{Cc}/u;
