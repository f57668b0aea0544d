/**
 * Dockerfile. Its meaning: the stages with their instructions, each `{keyword, args}`. `args` is a list of words where
 * Docker takes it as exec form, else the text after the keyword as Docker sees it: flags included, continuation lines
 * joined. Offsets of `prefix` count in that text.
 */
import { parseTree } from 'jsonc-parser';
import type { Change, Format, Keys, Model, Refusal, Splice } from '../types.ts';
import { readDockerfile, type DockerfileText, type Instruction } from './dockerfile-read.ts';
import { lineAt, lineAtEnd, lineEnd } from './lines.ts';
import { pathText } from './model.ts';
import { once } from './once.ts';
import { isRefusal, refuse } from './refusal.ts';

interface Stage {
  readonly from: Instruction;
  readonly instructions: readonly Instruction[];
}
interface Stages {
  readonly escape: DockerfileText['escape'];
  readonly preamble: readonly Instruction[];
  readonly stages: readonly Stage[];
}

const readStages = once((text: string): Stages | Refusal => {
  const read = readDockerfile(text);
  return isRefusal(read) ? read : stagesOf(read);
});

export const dockerfile: Format = {
  id: 'dockerfile',

  parse(text) {
    const read = readStages(text);
    if (isRefusal(read)) return read;
    const { escape, preamble, stages } = read;
    return {
      model: {
        escape,
        preamble: preamble.map(meaning),
        stages: stages.map(stage => ({ ...fromOf(stage.from.args), instructions: stage.instructions.map(meaning) })),
      },
    };
  },

  line(text, at) {
    const read = readStages(text);
    if (isRefusal(read)) return undefined;
    const stage = stageAt(read, at);
    if (at.length === 2) return stage?.from.line;
    const instruction = instructionAt(read, at);
    if (instruction === undefined || at.length === 4) return instruction?.line;
    const start = at.length === 5 ? 0 : itemsOf(instruction)[Number(at[5])]?.from;
    if (at[4] !== 'args' || start === undefined) return undefined;
    const from = instruction.offset(start);
    return instruction.line - 1 + lineAt(text.slice(instruction.from, from), from);
  },

  splice(text, change) {
    const read = readStages(text);
    if (isRefusal(read)) return read;
    if (change.do === 'prefix') return prefix(text, read, change);
    if (change.do === 'add') return addInstruction(text, read, change);
    return refuse(`A Dockerfile takes words in front of a command and new instructions here, not "${change.do}".`);
  },

  item(value) {
    const read = readDockerfile(value);
    const only = isRefusal(read) ? undefined : read.instructions[0];
    return only === undefined ? value : meaning(only);
  },
};

function stagesOf(read: DockerfileText): Stages {
  const preamble: Instruction[] = [];
  const stages: { from: Instruction; instructions: Instruction[] }[] = [];
  for (const instruction of read.instructions) {
    if (instruction.keyword === 'FROM') stages.push({ from: instruction, instructions: [] });
    else (stages.at(-1)?.instructions ?? preamble).push(instruction);
  }
  return { escape: read.escape, preamble, stages };
}

function meaning({ keyword, args, words, heredocs }: Instruction): Model {
  const documents = heredocs.map(({ name, content }) => ({ name, content }));
  return { keyword, args: words ?? args, ...(documents.length === 0 ? {} : { heredocs: documents }) };
}

/** `--platform=linux/amd64 python:3.12 AS base` → its parts. */
function fromOf(args: string): { from: string; name: string | null; platform: string | null } {
  const all = args.split(/\s+/);
  const flags = all.filter(word => word.startsWith('--'));
  const [from = '', as = '', name] = all.filter(word => !word.startsWith('--'));
  const platform = flags.find(flag => flag.startsWith('--platform='))?.slice('--platform='.length);
  return { from, name: as.toUpperCase() === 'AS' ? (name ?? null) : null, platform: platform ?? null };
}

function stageAt(read: Stages, at: Keys): Stage | undefined {
  const [head, index] = at;
  return head === 'stages' && typeof index === 'number' ? read.stages[index] : undefined;
}

/** The instruction that a path ['stages', i, 'instructions', k, …] leads to. */
function instructionAt(read: Stages, at: Keys): Instruction | undefined {
  return at[2] === 'instructions' && typeof at[3] === 'number' ? stageAt(read, at)?.instructions[at[3]] : undefined;
}

/** Where the items of exec form stand in the joined text. */
function itemsOf(instruction: Instruction): { from: number; to: number }[] {
  if (instruction.words === undefined) return [];
  const items = parseTree(instruction.args)?.children ?? [];
  return items.map(node => ({ from: node.offset, to: node.offset + node.length }));
}

function prefix(text: string, read: Stages, change: Change & { do: 'prefix' }): Splice[] | Refusal {
  const instruction = at5(change.at) ? instructionAt(read, change.at) : undefined;
  if (instruction === undefined) return refuse(`The Dockerfile has no command at ${pathText(change.at)}.`);
  const { line } = instruction;
  const bad = change.words.find(word => /[\r\n]/.test(word));
  if (bad !== undefined) return refuse('A word in front of a command cannot hold a line break.', line);
  const from = change.from ?? 0;
  if (instruction.words === undefined) {
    if (from === 0 && instruction.args.startsWith('[')) {
      return refuse(`${instruction.keyword} looks like a list but is not valid JSON, so Docker hands it to a shell as it is; write it with double quotes and without a comma at the end.`, line);
    }
    if (from > instruction.args.length) return refuse(`${instruction.keyword} is shorter than ${from} characters.`, line);
    return [{ at: instruction.offset(from), cut: '', put: `${change.words.join(' ')} ` }];
  }
  const items = itemsOf(instruction);
  const words = change.words.map(word => JSON.stringify(word));
  const comma = separator(text, instruction, items);
  const next = items[from];
  if (next !== undefined) {
    return [{ at: instruction.offset(next.from), cut: '', put: words.map(word => word + comma).join('') }];
  }
  if (from > items.length) return refuse(`${instruction.keyword} has no word ${from}.`, line);
  const last = items.at(-1);
  if (last === undefined) return [{ at: instruction.offset(1), cut: '', put: words.join(comma) }];
  // Not offset(last.to): what follows may stand on the next line.
  return [{ at: instruction.offset(last.to - 1) + 1, cut: '', put: words.map(word => comma + word).join('') }];
}

function at5(at: Keys): boolean {
  return at.length === 5 && at[4] === 'args';
}

/** What the file has between its first two words, unless that runs over a line end. */
function separator(text: string, instruction: Instruction, items: readonly { from: number; to: number }[]): string {
  const [first, second] = items;
  if (first === undefined || second === undefined) return ', ';
  const between = text.slice(instruction.offset(first.to - 1) + 1, instruction.offset(second.from));
  return /[\r\n]/.test(between) ? ', ' : between;
}

function addInstruction(text: string, read: Stages, change: Change & { do: 'add' }): Splice[] | Refusal {
  const { at, value } = change;
  const own = readDockerfile(read.escape === '`' ? `# escape=\`\n${value}` : value);
  if (/[\r\n]/.test(value) || isRefusal(own) || own.instructions.length !== 1 || value.endsWith(read.escape)) {
    return refuse(`"${value}" is not one Dockerfile instruction on one line.`);
  }
  const stage = stageAt(read, at);
  if (stage === undefined || at[2] !== 'instructions' || at.length > 4) {
    return refuse(`The Dockerfile has no place ${pathText(at)} for an instruction.`);
  }
  const index = typeof at[3] === 'number' ? at[3] : stage.instructions.length;
  const next = stage.instructions[index];
  const before = index === 0 ? stage.from : stage.instructions[index - 1];
  if (before === undefined) return refuse(`The stage has no instruction ${index}.`, stage.from.line);
  if (next !== undefined) {
    const indent = /^[ \t]*/.exec(text.slice(next.from))?.[0] ?? '';
    const put = indent + value + lineEnd(text, next.from);
    return [{ at: commentAbove(text, next.from, before.to), cut: '', put }];
  }
  if (before.to < text.length || text.endsWith('\n')) {
    return [{ at: before.to, cut: '', put: value + lineEnd(text, before.to) }];
  }
  return [lineAtEnd(text, value)];
}

/** Comment lines that stand right on top of an instruction belong to it; `floor` is the end of the one before. */
function commentAbove(text: string, from: number, floor: number): number {
  let at = from;
  while (at > floor) {
    const start = text.lastIndexOf('\n', at - 2) + 1;
    if (start < floor || !/^[ \t]*#/.test(text.slice(start, at))) break;
    at = start;
  }
  return at;
}
