/** The stage of a Dockerfile that is really built, with everything that it inherits. */
import { formatOf } from '../formats/index.ts';
import type { Command, EnvVar, Files, Path, Refusal, Slot, Stage, Where } from '../types.ts';
import { absolutePath, contextCopies } from './container-path.ts';
import { folderOf } from './path.ts';
import { linesOf, modelOf, type FileStage, type Instruction } from './dockerfile-model.ts';
import { dockerWords, expand, flagged, pairs } from './docker-words.ts';
import { runtimeOf } from './image.ts';

/** More is no Dockerfile that people write. */
const MOST_STAGES = 200;
const MOST_COPIES = 1_000;
/** Characters of all values of ENV and ARG together; from there on variables stay as they are written. */
const MOST_VALUES = 16 * 1024 * 1024;

export interface StageOptions {
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly context: Path;
}
/**
 * Reads `dockerfile` and follows `FROM` of its own stages, as BuildKit does: the last stage, or `target` by name or
 * number. Refuses (a sentence, with the line) what Docker could not build: no such file, stage or format.
 */
export function readStage(files: Files, dockerfile: Path, o: StageOptions): Stage | Refusal {
  const text = files.text(dockerfile);
  if (text === undefined) return { refused: files.why(dockerfile) === undefined ? notThere(files, dockerfile) : `${dockerfile} cannot be read` };
  const parsed = formatOf('dockerfile').parse(text);
  if ('refused' in parsed) return parsed;
  const { stages, preamble } = modelOf(parsed.model);
  if (stages.length === 0) return { refused: `${dockerfile} has no FROM` };
  if (stages.length > MOST_STAGES) return { refused: `${dockerfile} has more than ${MOST_STAGES} stages: it is not read` };
  const index = o.target === undefined || o.target === '' ? stages.length - 1 : indexOf(stages, o.target, stages.length);
  if (index === undefined) return { refused: `${dockerfile} has no stage "${o.target ?? ''}"` };
  const global = new Map<string, string>();
  for (const { keyword, args } of preamble) {
    if (keyword !== 'ARG') continue;
    for (const [name, value] of argumentPairs(textOf(args))) {
      const given = o.args[name] ?? (value === undefined ? undefined : expand(value, global));
      if (given !== undefined) global.set(name, given);
    }
  }
  return new StageReader(dockerfile, stages, global, o.args, linesOf(text)).read(index);
}

/** A file whose name differs in case only is found on macOS and Windows, and not on Linux. */
export function otherCase(files: Files, dockerfile: Path): Path | undefined {
  const wanted = dockerfile.toLowerCase();
  return files.find(folderOf(dockerfile), /dockerfile/i, 1).find(path => path !== dockerfile && path.toLowerCase() === wanted);
}

function notThere(files: Files, dockerfile: Path): string {
  const near = otherCase(files, dockerfile);
  return `there is no ${dockerfile}${near === undefined ? '' : `; there is ${near}, which Docker does not find on Linux`}`;
}

/** What is collected from the first stage of the chain to the last. */
interface State {
  base: string;
  workdir: string;
  user: string | undefined;
  shell: readonly string[];
  env: EnvVar[];
  expose: number[];
  copies: Stage['copies'][number][];
  runs: Stage['runs'][number][];
  cmd: Command | undefined;
  entrypoint: Command | undefined;
}

class StageReader {
  readonly #path: Path;
  readonly #stages: readonly FileStage[];
  readonly #global: ReadonlyMap<string, string>;
  readonly #given: Readonly<Record<string, string>>;
  readonly #lines: readonly (readonly number[])[];
  readonly #known = new Map<number, State>();
  #left = MOST_VALUES;

  constructor(path: Path, stages: readonly FileStage[], global: ReadonlyMap<string, string>, given: Readonly<Record<string, string>>, lines: readonly (readonly number[])[]) {
    this.#path = path;
    this.#stages = stages;
    this.#global = global;
    this.#given = given;
    this.#lines = lines;
  }

  read(index: number): Stage {
    const state = this.#state(index);
    const name = this.#stages[index]?.name;
    const runtime = runtimeOf(state.base, state.runs.filter(run => this.#inherits(index, run.stage)).map(run => run.text));
    return {
      index,
      ...(name === undefined ? {} : { name }),
      base: state.base,
      ...(runtime === undefined ? {} : { runtime }),
      workdir: state.workdir,
      env: state.env,
      ...(state.user === undefined ? {} : { user: state.user }),
      expose: [...new Set(state.expose)],
      copies: state.copies,
      runs: state.runs,
      ...(state.cmd === undefined ? {} : { cmd: state.cmd }),
      ...(state.entrypoint === undefined ? {} : { entrypoint: state.entrypoint }),
    };
  }

  #state(index: number): State {
    const known = this.#known.get(index);
    if (known !== undefined) return known;
    const stage = this.#stages[index];
    const from = expand(stage?.from ?? '', this.#global);
    const parent = indexOf(this.#stages.slice(0, index), from, 0);
    const below = parent === undefined ? undefined : this.#state(parent);
    const state: State = below === undefined
      ? { base: from, workdir: '/', user: undefined, shell: ['/bin/sh', '-c'], env: [], expose: [], copies: [], runs: [], cmd: undefined, entrypoint: undefined }
      : { ...below, env: [...below.env], expose: [...below.expose], copies: [...below.copies], runs: [...below.runs] };
    // An ENTRYPOINT of this stage drops the CMD that came from below, unless the stage has its own (BuildKit, dispatchEntrypoint).
    if (stage?.instructions.some(each => each.keyword === 'ENTRYPOINT') === true) state.cmd = undefined;
    const values = new Map(state.env.map(each => [each.name, each.value ?? '']));
    for (const [k, instruction] of (stage?.instructions ?? []).entries()) this.#apply(state, values, instruction, index, k);
    this.#known.set(index, state);
    return state;
  }

  #apply(state: State, values: Map<string, string>, { keyword, args }: Instruction, index: number, k: number): void {
    const at = ['stages', index, 'instructions', k, 'args'];
    const line = this.#lines[index]?.[k];
    const where: Where = line === undefined ? { path: this.#path } : { path: this.#path, line };
    const slot: Slot = { path: this.#path, format: 'dockerfile', at };
    const text = textOf(args);
    switch (keyword) {
      case 'ARG':
        for (const [name, value] of argumentPairs(text)) {
          const given = this.#given[name] ?? (value === undefined ? this.#global.get(name) : this.#value(value, values));
          // ENV wins over ARG of the same name.
          if (given !== undefined && !state.env.some(each => each.name === name)) values.set(name, given);
        }
        break;
      case 'ENV':
        for (const [name, raw] of pairs(text)) {
          const value = this.#value(raw, values);
          state.env.push({ name, raw, value, blank: [], where });
          values.set(name, value);
        }
        break;
      case 'WORKDIR':
        state.workdir = absolutePath(state.workdir, expand(dockerWords(text).join(' '), values));
        break;
      case 'USER':
        state.user = expand(text, values);
        break;
      case 'SHELL':
        if (typeof args !== 'string') state.shell = args;
        break;
      case 'EXPOSE':
        for (const word of dockerWords(expand(text, values))) if (/^\d+(?:\/tcp)?$/.test(word)) state.expose.push(Number.parseInt(word, 10));
        break;
      case 'COPY':
      case 'ADD':
        this.#copy(state, values, args, where);
        break;
      case 'RUN':
        state.runs.push({ text: typeof args === 'string' ? flagged(args).rest : args.join(' '), slot, where, stage: index });
        break;
      case 'CMD':
        state.cmd = command(args, state.shell, where, slot);
        break;
      case 'ENTRYPOINT':
        state.entrypoint = command(args, state.shell, where, slot);
        break;
      default:
    }
  }

  #value(text: string, values: ReadonlyMap<string, string>): string {
    if (this.#left <= 0) return text;
    const value = expand(text, values);
    this.#left -= value.length;
    return value;
  }

  #copy(state: State, values: ReadonlyMap<string, string>, args: string | readonly string[], where: Where): void {
    // Exec form with flags in front is text for the parser: --chown=a:b ["src", "dst"].
    const { flags, rest } = typeof args === 'string' ? flagged(args) : { flags: {} as Readonly<Record<string, string>>, rest: '' };
    const words = (typeof args === 'string' ? jsonWords(rest) ?? dockerWords(rest) : args).map(word => expand(word, values));
    const sources = words.slice(0, -1).filter(word => !word.startsWith('<<') && !/^(?:https?|git|ssh):\/\//.test(word));
    const written = words.at(-1) ?? '';
    const folder = sources.length > 1 || /(?:^|\/)\.{0,2}$/.test(written);
    const to = absolutePath(state.workdir, written) + (folder && absolutePath(state.workdir, written) !== '/' ? '/' : '');
    const stage = flags['from'];
    const excludes = flags['exclude'] === undefined ? {} : { excludes: true as const };
    if (stage === undefined) {
      for (const from of sources) state.copies.push({ from, to, where, ...excludes });
      return;
    }
    for (const from of sources) state.copies.push({ from, to, where, stage });
    const origin = indexOf(this.#stages, stage, this.#stages.length);
    if (origin === undefined || !this.#stages[origin]) return;
    const other = this.#state(origin);
    for (const from of sources) {
      const derived = contextCopies(other.copies, absolutePath('/', from), to).map(copy => ({ ...copy, where, ...excludes }));
      // Stages that copy each other twice would double the list each time.
      state.copies.push(...derived.slice(0, Math.max(0, MOST_COPIES - state.copies.length)));
    }
    state.runs = [...new Set([...state.runs, ...other.runs])];
  }

  /** Whether stage `inner` is `index` or below it through FROM. */
  #inherits(index: number, inner: number): boolean {
    if (index === inner) return true;
    const parent = indexOf(this.#stages.slice(0, index), expand(this.#stages[index]?.from ?? '', this.#global), 0);
    return parent !== undefined && this.#inherits(parent, inner);
  }
}

function command(args: string | readonly string[], shell: readonly string[], where: Where, slot: Slot): Command {
  return typeof args === 'string' ? { argv: [...shell, args], shell: true, where, slot } : { argv: args, shell: false, where, slot };
}

/** A stage by name (case does not count), or by number below `numbers`. */
function indexOf(stages: readonly FileStage[], wanted: string, numbers: number): number | undefined {
  const named = stages.findLastIndex(stage => stage.name?.toLowerCase() === wanted.toLowerCase());
  if (named >= 0) return named;
  return /^\d+$/.test(wanted) && Number(wanted) < numbers ? Number(wanted) : undefined;
}

function argumentPairs(text: string): readonly (readonly [name: string, value: string | undefined])[] {
  return dockerWords(text).map(word => {
    const cut = word.indexOf('=');
    return cut < 0 ? [word, undefined] : [word.slice(0, cut), word.slice(cut + 1)];
  });
}

function jsonWords(text: string): readonly string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(word => typeof word === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(args: string | readonly string[]): string {
  return typeof args === 'string' ? args : args.join(' ');
}
