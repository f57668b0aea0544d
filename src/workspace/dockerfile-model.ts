/** The meaning that formats/dockerfile.ts gives a Dockerfile, as typed stages, and the line of every instruction. */
import { readDockerfile } from '../formats/dockerfile-read.ts';
import type { Model } from '../types.ts';

export interface Instruction {
  readonly keyword: string;
  readonly args: string | readonly string[];
}
export interface FileStage {
  readonly from: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** Line of every instruction, by stage: the format's own reading, counted as its model counts. */
export function linesOf(text: string): readonly (readonly number[])[] {
  const read = readDockerfile(text);
  const stages: number[][] = [];
  for (const { keyword, line } of 'refused' in read ? [] : read.instructions) {
    if (keyword === 'FROM') stages.push([]);
    else stages.at(-1)?.push(line);
  }
  return stages;
}

/** The format's model as the shapes that are read here; anything else is left out. */
export function modelOf(model: Model): { readonly stages: readonly FileStage[]; readonly preamble: readonly Instruction[] } {
  const stages = listAt(model, 'stages').map(stage => {
    const name = fieldAt(stage, 'name');
    return { from: String(fieldAt(stage, 'from') ?? ''), name: typeof name === 'string' ? name : undefined, instructions: listAt(stage, 'instructions').map(instructionOf) };
  });
  return { stages, preamble: listAt(model, 'preamble').map(instructionOf) };
}

function instructionOf(model: Model): Instruction {
  const args = fieldAt(model, 'args');
  return { keyword: String(fieldAt(model, 'keyword') ?? ''), args: Array.isArray(args) ? args.map(String) : String(args ?? '') };
}

function fieldAt(model: Model, key: string): Model | undefined {
  return typeof model === 'object' && model !== null && !Array.isArray(model) ? (model as Readonly<Record<string, Model>>)[key] : undefined;
}

function listAt(model: Model, key: string): readonly Model[] {
  const value = fieldAt(model, key);
  return Array.isArray(value) ? value : [];
}
