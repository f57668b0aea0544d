/** Flags of Python itself that keep the wrapper's PYTHONPATH, and with it OpenTelemetry, out of the app's process. */
import { baseName } from '../../../languages/runs-on.ts';
import { rule } from '../../rule.ts';
import type { Rule } from '../../types.ts';
import { runsAt, shownWords } from './command.ts';
import { each } from './each.ts';

const WRAPPER = 'opentelemetry-instrument';

interface Shut {
  /** Index of the word in the command. */
  readonly at: number;
  readonly word: string;
  /** The letters of it that do it: -E and -I ignore PYTHON*, -S loads no sitecustomize (docs.python.org/3/using/cmdline.html). */
  readonly letters: string;
}

/** `opentelemetry-instrument python -I -m flask run`; undefined = the app's Python heeds what the wrapper sets. */
function shutOut(words: readonly string[]): Shut | undefined {
  const wrapper = words.findIndex((word) => baseName(word) === WRAPPER);
  const python = words.findIndex((word, i) => i > wrapper && /^(?:python|pypy)[\d.]*$/.test(baseName(word)));
  if (wrapper < 0 || python < 0) return undefined;
  for (let at = python + 1; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '-W' || word === '-X') at += 1;
    else if (!/^-[bBdEhiIOPqsSuvx]+$/.test(word)) return undefined;
    else if (/[EIS]/.test(word)) return { at, word, letters: word.replaceAll(/[^EIS]/g, '') };
  }
  return undefined;
}

const isolated = rule({
  id: 'files.python-isolated',
  hop: 'files',
  title: 'A flag of Python keeps OpenTelemetry out of the app',
  from: ['subjects'],
  page: {
    symptoms: ['no span, no message, although `opentelemetry-instrument` is in the command and the packages are installed'],
    why: 'opentelemetry-instrument sets PYTHONPATH and starts your command; Python finds sitecustomize there and OpenTelemetry starts with it. `python -E` and `python -I` ignore PYTHONPATH, and `python -S` loads no sitecustomize: the app runs as if the wrapper were not there.',
    check: ['docker compose exec SERVICE sh -c \'tr "\\0" " " < /proc/1/cmdline\'   (is there a -E, -I or -S behind python?)'],
    fix: ['CMD ["opentelemetry-instrument", "python", "-m", "flask", "run"]', 'docker compose up -d --build SERVICE'],
    links: ['https://docs.python.org/3/using/cmdline.html#cmdoption-I'],
  },
  find: ({ subjects }) => each({ subjects }, ({ service, instrumented }) => {
    const { start, app, name } = service;
    if (start === undefined || app?.language !== 'python' || app.wired !== undefined || instrumented.by !== 'wrapper') return [];
    const words = start.real.some((word) => baseName(word) === WRAPPER) ? start.real : start.argv;
    const shut = shutOut(words);
    if (shut === undefined) return [];
    const left = shut.word.replaceAll(/[EIS]/g, '');
    return [{
      says: `In ${name}, python ${shut.word} ${shut.letters.includes('S') && !/[EI]/.test(shut.letters) ? 'does not load sitecustomize' : 'ignores PYTHONPATH'}, through which opentelemetry-instrument starts OpenTelemetry: nothing is traced.`,
      because: [runsAt(start)],
      do: `write the command without it: ${shownWords(words.flatMap((word, i) => (i !== shut.at ? [word] : left === '-' ? [] : [left])))}`,
      about: 'set-up',
    }];
  }),
});

export const pythonFlags: readonly Rule[] = [isolated];
