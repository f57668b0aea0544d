/** A plan as a file: `--out plan.json` writes it, `--apply plan.json` takes exactly it, or nothing. */
import * as z from 'zod';
import { applySplices } from '../formats/splices.ts';
import { EXIT, Stop } from '../stop.ts';
import type { Patch, Plan, Workspace } from '../types.ts';
import { decode, hashOfText } from './bytes.ts';
import { planSchema } from './plan-schema.ts';
import { readBytes } from './write.ts';

export { planSchema } from './plan-schema.ts';

/** One JSON value with a line end; holds names of secrets, never values. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/**
 * The plan in a file that the user named ; held against the workspace where that is handed in (writePlan() checks again before it writes).
 * @throws Stop (2) where there is no such file or it is no plan; Stop (4) where a file has changed since.
 */
export function readPlanFile(file: string, workspace?: Workspace): Plan {
  const bytes = readBytes(file);
  const text = bytes === undefined ? undefined : decode(bytes, 'utf-8');
  if (text === undefined) throw new Stop(EXIT.usage, `${file} cannot be read.`, 'Name the file that --out wrote.');
  const plan = parsePlan(text.replace(/^\uFEFF/, ''), file);
  for (const patch of plan.patches) if (workspace !== undefined && !fits(patch, workspace)) throw new Stop(EXIT.refused, `${patch.path} has changed since ${file} was made. Nothing was written.`, 'Make the plan anew: otel-setup init --out plan.json');
  return plan;
}

/** @throws Stop (2) where the text is no plan; the sentence names the first place that is wrong. */
export function parsePlan(text: string, file: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Stop(EXIT.usage, `${file} is not JSON.`, 'Name the file that --out wrote.');
  }
  const parsed = planSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Stop(EXIT.usage, `${file} is not a plan of this version: ${issue === undefined ? 'unknown reason' : `${issue.path.join('.') || 'the whole'} ${issue.message}`}.`, 'Make the plan anew: otel-setup init --out plan.json');
}

/** The JSON Schema of a plan, for --json's documentation. */
export const planJsonSchema = (): unknown => z.toJSONSchema(planSchema, { io: 'input', unrepresentable: 'any' });

function fits(patch: Patch, { files }: Workspace): boolean {
  const before = files.exists(patch.path) ? files.text(patch.path) : null;
  if (before === undefined) return false;
  const hash = before === null ? null : hashOfText(before, patch.encoding);
  if (hash !== patch.before) return false;
  try {
    return hashOfText(applySplices(before ?? '', patch.splices), patch.encoding) === patch.after;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
