import { keys } from '../../ui/screen.ts';
import type { Context } from '../context.ts';

/** Until q, Ctrl-C or a signal; `onEnter` for each Enter in between, where there is a terminal: undefined = there is none. */
export async function untilQuit(context: Pick<Context, 'onInterrupt'>, onEnter: (() => void) | undefined): Promise<void> {
  let release: (() => void) | undefined;
  let quiet: (() => void) | undefined;
  await new Promise<void>((done) => {
    release = context.onInterrupt(done);
    if (onEnter !== undefined) quiet = keys((key) => (key === 'enter' ? onEnter() : done()));
  });
  release?.();
  quiet?.();
}
