/** A display that is looked at by nobody, or by a test. */
import type { Display } from '../../src/commands/context.ts';
import { annotationLine } from '../../src/ui/annotation.ts';
import { plain } from '../../src/ui/text.ts';

/** @param print hears lines. @param result hears what goes to standard output. */
export const display = (print: (text: string) => void = () => {}, result: (text: string) => void = () => {}): Display => ({
  lines: (lines) => lines.forEach((line) => print(plain(line))),
  annotate: (all) => all.forEach((one) => result(`${annotationLine(one)}\n`)),
  exact: result,
  draw: () => {},
});
