/** What kind of terminal there is: decided once, from the streams and the environment. */

export interface Terminal {
  /** Questions may be asked: stdin and stderr are terminals, and this is not CI. */
  readonly interactive: boolean;
  /** Standard error is a terminal that can redraw a line. */
  readonly live: boolean;
  readonly color: boolean;
  /** 80 where nobody knows. */
  readonly columns: number;
}

interface Streams {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stderr: { readonly isTTY?: boolean; readonly columns?: number };
}

/** '', '0' and 'false' mean "not CI": people write CI= to switch it off for one command. */
export function isCI(env: Readonly<Record<string, string | undefined>>): boolean {
  const value = env['CI'];
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase());
}

/**
 * @param env NO_COLOR (any value but ''), FORCE_COLOR, TERM=dumb and CI count.
 * @param streams of the process; handed in by tests.
 */
export function terminal(env: Readonly<Record<string, string | undefined>>, streams: Streams = process): Terminal {
  const drawn = streams.stderr.isTTY === true;
  const dumb = env['TERM'] === 'dumb';
  const interactive = streams.stdin.isTTY === true && drawn && !isCI(env);
  const forced = env['FORCE_COLOR'];
  const color = (env['NO_COLOR'] ?? '') !== '' ? false : forced !== undefined ? !['0', 'false'].includes(forced) : drawn && !dumb;
  return { interactive, live: drawn && !dumb && !isCI(env), color, columns: streams.stderr.columns || 80 };
}
