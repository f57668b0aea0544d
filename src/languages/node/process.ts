import { baseName } from '../runs-on.ts';
import type { Service } from '../../types.ts';

/** How a Node process is started: what of its command matters to a preload. */
export interface Process {
  /** 'node', 'tsx', 'ts-node', 'next', 'nest', 'bun', 'deno', ... */
  readonly runner: string;
  /** The file that is run, as written: 'src/index.js'. */
  readonly entry?: string;
  /** ts-node takes part: then only `--require` works (any `--import` sends the entry through the ESM loader). */
  readonly tsNode: boolean;
  /** What dies first at stop and takes the app with it: 'npm start', 'sh -c'. */
  readonly lossy?: string;
  readonly words: readonly string[];
}

const VALUED = /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file|--watch-path|--max-old-space-size|--inspect-port|-P|--project|--tsconfig|-e|--ext|-w|--watch|-x|--exec|--delay|-i|--ignore)$/;

/** Reads a service's innermost command and how it was reached. */
export function processOf(service: Service): Process {
  const words = strip(service.start?.real ?? []);
  const all = [...(service.start?.argv ?? []), ...words].join(' ');
  const runner = baseName(words[0] ?? '');
  const tsNode = /(?:^|[\s/'"=])ts-node(?:-dev|-esm|\/register)?(?=$|[\s/'"])/.test(all);
  const entry = entryOf(words);
  const through = service.start?.through ?? [];
  const manager = through.find((each) => /^(?:npm|npx|yarn|pnpm)$/.test(each));
  const first = baseName(service.start?.argv[0] ?? '');
  const started = manager ?? (/^(?:npm|npx|yarn|pnpm)$/.test(first) ? first : undefined);
  return { runner, tsNode, words, ...(entry === undefined ? {} : { entry }), ...(started === undefined ? {} : { lossy: `${started} start` }) };
}

function strip(real: readonly string[]): readonly string[] {
  let words = real;
  while (/^(?:exec|env|npx|dumb-init|tini|--|cross-env|dotenv)$/.test(baseName(words[0] ?? '')) || /^[A-Za-z_]\w*=/.test(words[0] ?? '')) words = words.slice(1);
  return words;
}

function entryOf(words: readonly string[]): string | undefined {
  for (let i = 1; i < words.length; i += 1) {
    const word = words[i] ?? '';
    if (VALUED.test(word) && !/^(?:--watch|-w)$/.test(word)) i += 1;
    else if (!word.startsWith('-') && word !== 'watch' && word !== 'node' && word !== 'run') return word;
  }
  return undefined;
}
