/**
 * Procfile (Heroku, foreman, honcho): `web: gunicorn app:app`. Its meaning: process name → command line.
 * The line rule is foreman's (lib/foreman/procfile.rb): a name of letters, digits, '-' and '_', a colon, the command.
 */
import type { Format } from '../types.ts';
import { lineAtEnd, linesOf } from './lines.ts';
import { pathText, secretText } from './model.ts';
import { refuse } from './refusal.ts';

interface Process {
  readonly name: string;
  readonly command: string;
  /** Offset of the command. */
  readonly from: number;
  /** 1-based. */
  readonly line: number;
}

export const procfile: Format = {
  id: 'procfile',

  parse(text) {
    return { model: Object.fromEntries(processesOf(text).map(({ name, command }) => [name, command])) };
  },

  line(text, at) {
    return at.length === 1 ? find(text, at[0])?.line : undefined;
  },

  splice(text, change) {
    const [name] = change.at;
    if (typeof name !== 'string' || change.at.length > 1) return refuse('A Procfile holds a command for each process name, nothing deeper.');
    if (change.do === 'set') {
      const value = secretText(change.value);
      if (!/^[A-Za-z0-9_-]+$/.test(name) || !/^\S(.*\S)?$/.test(value)) return refuse(`"${name}: ${value}" is not a line of a Procfile.`);
      return [lineAtEnd(text, `${name}: ${value}`)];
    }
    const found = find(text, name);
    if (found === undefined) return refuse(`The Procfile has no process "${name}".`);
    if (change.do === 'prefix') {
      const from = change.from ?? 0;
      if (from > found.command.length) return refuse(`The command of ${pathText(change.at)} is shorter than ${from} characters.`, found.line);
      if (change.words.some(word => /[\r\n]/.test(word))) return refuse('A word in front of a command cannot hold a line break.', found.line);
      return [{ at: found.from + from, cut: '', put: `${change.words.join(' ')} ` }];
    }
    if (change.do === 'append') return [{ at: found.from + found.command.length, cut: '', put: change.sep + change.value }];
    if (change.do === 'replace') return [{ at: found.from, cut: found.command, put: secretText(change.value) }];
    return refuse(`A Procfile's processes cannot be changed by "${change.do}".`);
  },
};

function processesOf(text: string): Process[] {
  return linesOf(text).flatMap((line, index) => {
    const [, head = '', name = '', command = ''] = /^(([A-Za-z0-9_-]+):\s*)(\S.*)$/.exec(line.text) ?? [];
    return name === '' ? [] : [{ name, command: command.trimEnd(), from: line.from + head.length, line: index + 1 }];
  });
}

/** The last line of a name wins, as in a map. */
function find(text: string, name: string | number | undefined): Process | undefined {
  return processesOf(text).findLast(process => process.name === name);
}
