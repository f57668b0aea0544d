/** Programs that do nothing but start another one, and where the other one begins. */

export interface Unwrapped {
  /** Index of the first word of the other command. */
  readonly at: number;
  /** Name for `through`; undefined = not worth naming (`exec`, `env`). */
  readonly name?: string;
  /** Words have to go in front of this program itself, not of the other one. */
  readonly stays?: boolean;
}

const INIT = new Set(['tini', 'tini-static', 'dumb-init', 'catatonit', 'docker-init', 'my_init']);
const WITH_VALUE: Readonly<Record<string, RegExp>> = {
  uv: /^(?:--extra|--group|--only-group|--no-group|--with|--with-requirements|--with-editable|--directory|--project|--python|-p|--env-file|--package|--index|--index-url|--cache-dir)$/,
  conda: /^(?:-n|--name|-p|--prefix|--cwd)$/,
  dockerize: /^-(?:wait|timeout|template|stdout|stderr|wait-retry-interval|wait-http-header|env|env-section|delims|poll-interval)$/,
  stdbuf: /^-[ioe]$/,
  nice: /^(?:-n|--adjustment)$/,
  poetry: /^(?:-C|--directory|-P|--project)$/,
};

/** undefined = the first word is the program itself. */
export function unwrap(words: readonly string[]): Unwrapped | undefined {
  const name = baseName(words[0] ?? '');
  if (INIT.has(name)) return found(afterFlags(words, 1, /^-[pe]$/), name);
  switch (name) {
    case 'exec': return found(afterFlags(words, 1, /^-a$/));
    case 'command':
    case 'nohup':
    case 'time':
    case 'unbuffer': return found(1);
    case 'env':
    case 'cross-env':
    case 'cross-env-shell': return found(skip(words, 1, word => word.startsWith('-') || /^[A-Za-z_]\w*=/.test(word)));
    case 'gosu':
    case 'su-exec':
    case 'chpst': return found(2, name);
    case 'nice':
    case 'stdbuf':
    case 'dockerize': return found(afterFlags(words, 1, WITH_VALUE[name]), name);
    case 'poetry':
    case 'pipenv':
    case 'pdm':
    case 'hatch':
    case 'rye':
    case 'uv':
    case 'conda':
    case 'mamba':
    case 'micromamba': return runner(name, words);
    case 'opentelemetry-instrument':
    case 'ddtrace-run': return { at: afterFlags(words, 1, /^--[a-z_]+$/), name, stays: true };
    case 'newrelic-admin': return { at: 2, name, stays: true };
    case 'dotenv':
    case 'doppler':
    case 'infisical':
    case 'chamber':
    case 'op':
    case 'watchmedo': return behindDashes(words, name);
    default: return /^wait[-_]?for/i.test(name) ? behindDashes(words, name) : undefined;
  }
}

/** Last part of a program's path. */
export function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

function runner(name: string, words: readonly string[]): Unwrapped | undefined {
  const pattern = WITH_VALUE[name === 'mamba' || name === 'micromamba' ? 'conda' : name];
  const run = afterFlags(words, 1, pattern);
  return words[run] === 'run' ? found(afterFlags(words, run + 1, pattern), name) : undefined;
}

function behindDashes(words: readonly string[], name: string): Unwrapped | undefined {
  const dashes = words.indexOf('--');
  return dashes < 0 || dashes === words.length - 1 ? undefined : found(dashes + 1, name);
}

/** Index behind the flags from `from` on and a `--` that ends them. `-m` starts a module: it is no flag of the wrapper. */
function afterFlags(words: readonly string[], from: number, withValue: RegExp | undefined): number {
  let at = from;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') return at + 1;
    if (!word.startsWith('-') || word === '-m' || word === '--module') return at;
    if (withValue?.test(word) === true) at += 1;
  }
  return at;
}

function skip(words: readonly string[], from: number, test: (word: string) => boolean): number {
  let at = from;
  while (at < words.length && test(words[at] ?? '')) at += 1;
  return at;
}

function found(at: number, name?: string): Unwrapped {
  return name === undefined ? { at } : { at, name };
}
