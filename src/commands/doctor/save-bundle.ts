/** --bundle: what is in it and what was masked is said, and shown, before it is saved. */
import { resolve } from 'node:path';

import type { MadeBundle } from '../../doctor/bundle/bundle.ts';
import type { Masked } from '../../doctor/bundle/mask.ts';
import { EXIT, Stop } from '../../stop.ts';
import { ask, selectOf } from '../../ui/ask.ts';
import { oneLine } from '../../ui/redact.ts';
import { wrap } from '../../ui/show.ts';
import { saveText } from '../../write/write.ts';
import type { ParsedArgs } from '../../args.ts';
import type { Context } from '../context.ts';

/** Standard output instead of a file. */
export const TO_STDOUT = '-';
const MOST_PLACES = 4;

/**
 * Says what the bundle holds; where somebody can be asked, shows it before it is saved.
 * @throws Stop: 1 for "no", 4 where the file cannot be written, 130 where the question was cancelled.
 */
export async function saveBundle(file: string, made: MadeBundle, { yes }: Pick<ParsedArgs, 'yes'>, context: Context): Promise<void> {
  const { terminal, prompts } = context;
  for (const line of summaryOf(file, made, terminal.columns)) context.print(line);
  if (file === TO_STDOUT) {
    context.result(made.text);
    return;
  }
  const asker = { prompts, interactive: terminal.interactive, yes };
  for (;;) {
    const answer = await ask<'save' | 'show' | 'no'>({
      flag: '--yes',
      question: 'Save this bundle?',
      fallback: 'save',
      ask: selectOf('Save this bundle?', [{ name: 'save', message: 'Save' }, { name: 'show', message: 'Show it' }, { name: 'no', message: 'No' }]),
      left: 'no bundle was saved',
    }, asker);
    if (answer === 'no') throw new Stop(EXIT.notDone, 'No bundle was saved, as you said.', 'npx otel-setup doctor shows the same findings without one');
    if (answer === 'save') break;
    context.print(made.text);
  }
  saveText(resolve(context.cwd, file), made.text);
  context.print(`  saved: ${oneLine(file)}`);
}

/** What is in it, and of what kinds and where values were masked; never a value, nor a part of one. */
export function summaryOf(file: string, { files, masked }: MadeBundle, columns: number): readonly string[] {
  const count = masked.reduce((sum, { places }) => sum + places.length, 0);
  const name = file === TO_STDOUT ? 'The bundle' : oneLine(file);
  return [
    `  ${name}: ${many(files.length, 'file')} that ${files.length === 1 ? 'was' : 'were'} read, and what was found out; ${count === 0 ? 'nothing looked like a secret' : `masked in ${many(count, 'place')}`}:`.replace('secret:', 'secret.'),
    ...masked.flatMap((one) => wrap(`    ${lineOf(one)}`, 6, columns)),
    '  A mask keeps the length and the kinds of characters. Words as passwords, and what your code and your names say, cannot be told: look through it before you pass it on.',
  ];
}

function lineOf({ kind, places }: Masked): string {
  const shown = places.slice(0, MOST_PLACES).map(oneLine).join(', ');
  return `${places.length} × ${kind}: ${shown}${places.length > MOST_PLACES ? `, and ${places.length - MOST_PLACES} more` : ''}`;
}
const many = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`;
