/**
 * The only commands that we give a CI system: lines that GitHub Actions shows beside a file. Escaped as actions/runner
 * ActionCommand.cs takes it apart: '%' and line ends in the text, ':' and ',' too in a property. Pure.
 */
import type { Place } from '../types.ts';
import { withoutCommands } from './ci-commands.ts';
import { clean, oneLine } from './redact.ts';

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly text: string;
  readonly title?: string;
  /** Shown beside it, where it is a line of a file. */
  readonly place?: Place;
}

/** '::error file=compose.yml,line=3::api: not set up'. Nothing of its data can end the command early or begin another. @param masked hides secrets. */
export function annotationLine({ level, text, title, place }: Annotation, masked: (text: string) => string = (all) => all): string {
  const property = (value: string) => escaped(oneLine(masked(value))).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const at = place === undefined || typeof place === 'string' ? [] : [`file=${property(place.path)}`, ...(place.line === undefined ? [] : [`line=${place.line}`])];
  const properties = [...at, ...(title === undefined ? [] : [`title=${property(title)}`])].join(',');
  return `::${level}${properties === '' ? '' : ` ${properties}`}::${escaped(masked(text))}`;
}

// A line that one system reads as a command of its own is one text for the other: neither may find one inside.
const escaped = (value: string) => withoutCommands(clean(value)).replaceAll('%', '%25').replaceAll('\n', '%0A');
