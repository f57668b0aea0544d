import { spawn, type IPty } from '@lydell/node-pty';

const ESC = String.fromCharCode(27);
const SEQUENCE = new RegExp(`${ESC}(\\[[0-9;?]*[A-Za-z]|\\][^${String.fromCharCode(7)}]*${String.fromCharCode(7)}|[=>78])`, 'g');
/** How long a terminal may stay silent: only a test that fails waits as long, and a machine under load is silent for long. */
const PATIENCE_MS = 60_000;
export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';
export const ENTER = '\r';

export interface Terminal {
  /** Everything drawn so far, without colours and cursor moves. */
  shown(): string;
  raw(): string;
  /** Waits until something that was drawn since the last `sees` matches. */
  sees(what: RegExp): Promise<string>;
  types(text: string): void;
  hangsUp(): void;
  readonly ended: Promise<number>;
}

/** A program in a pseudo-terminal of 80 columns. */
export function inTerminal(argv: readonly string[], { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> }): Terminal {
  const [file = '', ...args] = argv;
  const pty: IPty = spawn(file, args, { cols: 80, rows: 40, cwd, env: { TERM: 'xterm-256color', ...env } });
  let raw = '';
  let from = 0;
  let wake: (() => void) | undefined;
  let over = false;
  const plain = () => raw.replace(SEQUENCE, '');
  pty.onData((data) => {
    raw += data;
    wake?.();
  });
  const ended = new Promise<number>((done) => pty.onExit(({ exitCode }) => {
    over = true;
    wake?.();
    done(exitCode);
  }));
  return {
    ended,
    shown: plain,
    raw: () => raw,
    types: (text) => pty.write(text),
    hangsUp: () => pty.kill('SIGHUP'),
    async sees(what) {
      for (;;) {
        const news = plain().slice(from);
        const match = what.exec(news);
        if (match !== null) {
          from += match.index + match[0].length;
          return match[0];
        }
        if (over) throw new Error(`It ended before ${String(what)} was seen. After the last sight:\n${news}`);
        const late = await new Promise<boolean>((done) => {
          const timer = setTimeout(() => done(true), PATIENCE_MS);
          wake = () => {
            clearTimeout(timer);
            done(false);
          };
        });
        if (late) throw new Error(`${String(what)} was not seen. After the last sight:\n${plain().slice(from)}`);
      }
    },
  };
}
