/** From the words that a container starts to the server among them, step by step. */
import type { Files, Path, Slot, Where } from '../../types.ts';
import { isPassed, looksAtFirst, passingCommand, serverCommand, whenFirstIs } from './last.ts';
import { fieldOf, packageScript, scriptCall } from './package-script.ts';
import { shellCommands } from './shell.ts';
import { innerWords, nowhere, type Placed } from './words.ts';
import { baseName, unwrap } from './wrappers.ts';

export interface Followed {
  readonly slot?: Slot;
  readonly noSlot?: string;
  readonly real: readonly string[];
  readonly realWhere: Where;
  readonly through: readonly string[];
}
/** Where a command looks for files. */
export interface Around {
  readonly files: Files;
  /** The workspace file behind a path that is absolute in the container or relative to its working folder. */
  find(path: string): Path | undefined;
}
interface State {
  readonly where: Where;
  readonly through: readonly string[];
  /** Decided already: the words below stand in a file that is not edited. */
  readonly slot?: { readonly slot?: Slot; readonly noSlot?: string };
  readonly depth: number;
}

const MOST_STEPS = 20;
/** An entry script is short; of a megabyte of shell only the beginning is read. */
const LONGEST_SCRIPT = 256 * 1024;
const SHELLS = new Set(['sh', 'bash', 'ash', 'dash', 'zsh']);
const SUPERVISORS = new Set(['supervisord', 'honcho', 'foreman', 'circusd', 's6-svscan', 'runsvdir', 'overmind', 'hivemind']);
const NODE_RUNNERS = new Set(['tsx', 'ts-node', 'ts-node-esm', 'ts-node-dev', 'tsnd', 'concurrently', 'npm-run-all', 'run-p', 'turbo', 'babel-node', 'swc-node']);

/** Follows `words`, written at `where`, to the server. Ends after twenty steps whatever the files say. */
export function follow(words: readonly Placed[], where: Where, around: Around): Followed {
  return step(words, { where, through: [], depth: 0 }, around);
}

function step(words: readonly Placed[], state: State, around: Around): Followed {
  const [first] = words;
  if (first === undefined || state.depth > MOST_STEPS) return end(words, state);
  const name = baseName(first.text);
  const texts = words.map(word => word.text);
  const next = { ...state, depth: state.depth + 1 };
  const unwrapped = unwrap(texts);
  if (unwrapped !== undefined && unwrapped.at < words.length) return behind(words, unwrapped.at, unwrapped, next, around);
  if (SHELLS.has(name)) return shell(words, next, around);
  const call = scriptCall(texts);
  if (call !== undefined) return packageCall(words, call, next, around);
  if (SUPERVISORS.has(name)) {
    return end(words, { ...state, through: [...state.through, name], slot: state.slot ?? { noSlot: `${name} starts the programs of its own configuration file: put the words in front of the command there` } });
  }
  if (name === 'nodemon') return nodemon(words, next, around);
  if (name === 'pm2-runtime' && /\.[cm]?js$/.test(texts[1] ?? '') && !/ecosystem|pm2/.test(texts[1] ?? '')) {
    return step([nowhere('node'), ...words.slice(1)], { ...next, through: [...state.through, 'pm2'], slot: frontOf(words, state) }, around);
  }
  if (NODE_RUNNERS.has(name)) return end(words, { ...state, through: [...state.through, name] });
  if (name === 'npx' || (name === 'bunx' && words.length > 1)) {
    const at = texts.findIndex((word, index) => index > 0 && !word.startsWith('-'));
    if (at > 0) return step(words.slice(at), { ...next, through: [...state.through, name], slot: frontOf(words, state) }, around);
  }
  if (name === 'node' && texts.some(word => word === '--watch' || word.startsWith('--watch-'))) return end(words, { ...state, through: [...state.through, 'node --watch'] });
  const script = scriptFile(first.text, around);
  return script === undefined ? unknownEntry(words, state, next, around) : entryScript(words, script, words.slice(1), next, around);
}

function end(words: readonly Placed[], state: State): Followed {
  const decided = state.slot ?? frontOf(words, state);
  return { ...decided, real: words.map(word => word.text), realWhere: state.where, through: state.through };
}

/** The place in front of these words, unless it was decided before. */
function frontOf(words: readonly Placed[], state: State): NonNullable<State['slot']> {
  if (state.slot !== undefined) return state.slot;
  const slot = words[0]?.slot;
  return slot === undefined ? { noSlot: words.length === 0 ? 'no command was found' : 'the command comes out of a variable' } : { slot };
}

function behind(words: readonly Placed[], at: number, o: { readonly name?: string; readonly stays?: boolean }, state: State, around: Around): Followed {
  const rest = words.slice(at);
  const through = o.name === undefined ? state.through : [...state.through, o.name];
  const first = rest[0]?.text ?? '';
  if (o.stays === true) return step(rest, { ...state, through, slot: frontOf(words, state) }, around);
  if (o.name === 'uv' && (first.endsWith('.py') || first === '-m' || first === '--module')) {
    const slot = state.slot ?? { noSlot: `\`uv run ${first}\` starts Python by itself: write \`uv run python ${first}\`` };
    const real = first === '--module' ? [nowhere('-m'), ...rest.slice(1)] : rest;
    return step([nowhere('python'), ...real], { ...state, through, slot }, around);
  }
  return step(rest, { ...state, through }, around);
}

function shell(words: readonly Placed[], state: State, around: Around): Followed {
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) break;
    if (/^-[abd-z]*c[a-z]*$/.test(word.text)) return shellText(words, words[at + 1], state, around);
    if (/^[-+]o$/.test(word.text)) at += 1;
    else if (!/^[-+]/.test(word.text)) {
      const script = around.find(word.text);
      return script === undefined ? end(words, state) : entryScript(words, script, words.slice(at + 1), state, around);
    }
  }
  return end(words, state);
}

function shellText(words: readonly Placed[], text: Placed | undefined, state: State, around: Around): Followed {
  const through = [...state.through, 'sh'];
  const server = text === undefined ? undefined : serverCommand(shellCommands(text.text));
  if (text === undefined || server === undefined) return end(words, { ...state, through });
  return step(innerWords(server.words, text.within), { ...state, through }, around);
}

/** A shell script of the workspace, told by its name or its first line. */
function scriptFile(word: string, around: Around): Path | undefined {
  const candidates = word.includes('/') ? [word] : [word, `/usr/local/bin/${word}`, `/usr/bin/${word}`, `/bin/${word}`];
  for (const candidate of candidates) {
    const file = around.find(candidate);
    const text = file === undefined ? undefined : around.files.text(file);
    if (file === undefined || text === undefined || text.length > LONGEST_SCRIPT) continue;
    if (/^#!.*\b(?:sh|bash|ash|dash|zsh)\b/.test(text) || (/\.(?:sh|bash)$/.test(word) && !text.startsWith('#!'))) return file;
  }
  return undefined;
}

function entryScript(words: readonly Placed[], file: Path, args: readonly Placed[], state: State, around: Around): Followed {
  const commands = shellCommands((around.files.text(file) ?? '').slice(0, LONGEST_SCRIPT).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'));
  const through = [...state.through, 'script'];
  const inFront = frontOf(words, state);
  const passing = args.length > 0 ? passingCommand(commands) : undefined;
  if (passing !== undefined) {
    const own = passing.words.filter(word => !isPassed(word.text)).map(word => nowhere(word.text));
    const wrapped = unwrapAll(own.map(word => word.text));
    const slot = wrapped.length > 0 || looksAtFirst(commands) ? inFront : state.slot;
    // `exec opentelemetry-instrument "$@"`: the script wraps what it is given.
    const wrappers = own.map(word => baseName(word.text)).filter(name => unwrap([name, '$@'])?.stays === true);
    return step([...wrapped.map(nowhere), ...args], { ...state, through: [...through, ...wrappers], ...(slot === undefined ? {} : { slot }) }, around);
  }
  const server = serverCommand(whenFirstIs(commands, args[0]?.text));
  if (server === undefined) return end(words, { ...state, through });
  const where: Where = { path: file, line: server.line };
  return step(server.words.map(word => nowhere(word.text)), { ...state, through, where, slot: inFront }, around);
}

/** What is left of `exec gosu app` in front of "$@": nothing; of `exec python`: python. */
function unwrapAll(texts: readonly string[]): readonly string[] {
  let left = texts;
  for (;;) {
    const found = unwrap([...left, '$@']);
    if (found === undefined || left.length === 0) return left;
    left = left.slice(found.at);
  }
}

/** An entry script of the base image is not in the workspace; by custom it ends with exec "$@". */
function unknownEntry(words: readonly Placed[], state: State, next: State, around: Around): Followed {
  const [first, ...args] = words;
  const byCustom = first !== undefined && /entry[-_]?point/i.test(baseName(first.text)) && args.length > 0;
  return byCustom ? step(args, { ...next, through: [...state.through, 'script'] }, around) : end(words, state);
}

function packageCall(words: readonly Placed[], call: NonNullable<ReturnType<typeof scriptCall>>, state: State, around: Around): Followed {
  const through = [...state.through, call.manager];
  const slot = frontOf(words, state);
  const manifest = around.find(call.dir === '.' ? 'package.json' : `${call.dir}/package.json`);
  const script = manifest === undefined ? undefined : packageScript(around.files, manifest, call);
  const server = script === undefined ? undefined : serverCommand(shellCommands(script.text));
  if (script === undefined || server === undefined) return end(words, { ...state, through, slot });
  const rest = [...server.words.map(word => word.text), ...script.rest];
  return step(rest.map(nowhere), { ...state, through, where: script.where, slot }, around);
}

function nodemon(words: readonly Placed[], state: State, around: Around): Followed {
  const through = [...state.through, 'nodemon'];
  const slot = frontOf(words, state);
  const plain: string[] = [];
  let exec: string | undefined;
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at]?.text ?? '';
    if (plain.length > 0) plain.push(word);
    else if (/^(?:-x|--exec)$/.test(word)) {
      exec = words[at + 1]?.text;
      at += 1;
    } else if (/^(?:-e|--ext|-w|--watch|-i|--ignore|--config|--delay|-d|--signal|-s)$/.test(word)) at += 1;
    else if (word === '--') continue;
    else if (!word.startsWith('-')) plain.push(word);
  }
  const manifest = around.find('package.json');
  const main = manifest === undefined ? undefined : fieldOf(around.files.text(manifest) ?? '', 'main');
  const started = plain.length === 0 && exec === undefined ? [main ?? 'index.js'] : plain;
  const program = exec ?? (/\.[cm]?tsx?$/.test(started[0] ?? '') ? 'ts-node' : 'node');
  const server = serverCommand(shellCommands(program));
  const inner = [...(server?.words.map(word => word.text) ?? [program]), ...started];
  return step(inner.map(nowhere), { ...state, through, slot }, around);
}
