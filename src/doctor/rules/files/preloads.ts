/** Modules that Node loads before an app: NODE_OPTIONS, and the words of the command. */
import type { Evidence, Files } from '../../../types.ts';
import { settingAt } from '../../evidence.ts';
import type { Setting, Subject } from '../../types.ts';
import { runsAt } from './command.ts';
import { splitOf } from './script-words.ts';

export interface Preload {
  readonly flag: '--require' | '--import' | '--loader';
  /** As written: '/app/otel.cjs', '@opentelemetry/auto-instrumentations-node/register'. */
  readonly target: string;
  readonly from: Setting | 'command';
  readonly at: Evidence;
}

const FLAGS: Readonly<Record<string, Preload['flag']>> = { '-r': '--require', '--require': '--require', '--import': '--import', '--loader': '--loader', '--experimental-loader': '--loader' };

const known = new WeakMap<Subject, readonly Preload[]>();

/** Found out once for the rules that ask. */
export function preloadsOf(subject: Subject, files: Files): readonly Preload[] {
  const found = known.get(subject) ?? findPreloads(subject, files);
  known.set(subject, found);
  return found;
}

function findPreloads({ service: { start, app }, settings }: Subject, files: Files): readonly Preload[] {
  if (app?.language !== 'node') return [];
  const options = settings.get('NODE_OPTIONS');
  const found: Preload[] = [];
  if (options !== undefined) for (const one of inWords(options.value.split(/\s+/))) found.push({ ...one, from: options, at: settingAt(files, options) });
  if (start !== undefined) {
    const at = runsAt(start);
    // What stands behind the script is the app's.
    for (const one of inWords(splitOf(start)?.front ?? start.real)) found.push({ ...one, from: 'command', at });
  }
  return found.filter((one, i) => found.findIndex(({ flag, target }) => flag === one.flag && target === one.target) === i);
}

function inWords(words: readonly string[]): readonly Pick<Preload, 'flag' | 'target'>[] {
  return words.flatMap((word, i) => {
    const [, name = word, joined] = /^(--?[\w-]+)=(.+)$/.exec(word) ?? [];
    const flag = FLAGS[name];
    const target = (joined ?? words[i + 1])?.replaceAll(/^["']|["']$/g, '');
    return flag === undefined || target === undefined || target === '' || target.startsWith('-') ? [] : [{ flag, target }];
  });
}

/** Not of telemetry for certain: what people preload for other reasons. */
const OTHERS = /^(?:ts-node|tsconfig-paths|tsx|esbuild-register|@swc|@swc-node|source-map-support|dotenv|newrelic|dd-trace|@babel|module-alias|reflect-metadata|core-js|babel-register|@esbuild-kit)(?:\/|$)/;
export const isOther = ({ target }: Preload): boolean => OTHERS.test(target);
/** The bundle's own entry, which starts an SDK with hooks for CommonJS alone. */
export const isRegister = ({ target }: Preload): boolean => /^@opentelemetry\/auto-instrumentations-node\/(?:register$|build\/src\/register(?:\.js)?$)/.test(target);
export const isPath = ({ target }: Preload): boolean => /^(?:\.{0,2}\/|file:)/.test(target);
/** '@scope/name/sub' → '@scope/name'. */
export const packageOf = ({ target }: Preload): string => target.split('/').slice(0, target.startsWith('@') ? 2 : 1).join('/');
/** A file that we wrote, or that looks like it starts telemetry. */
export const isTelemetry = ({ target }: Preload): boolean => /otel|opentelemetry|tracing|tracer|instrumentation|telemetry|honeycomb/i.test(target);
