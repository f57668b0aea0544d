/** The doctor's fixtures: test/doctor/rules/<rule>/<case>/{in,out,case.json}; `in/` lies over test/doctor/base/<name>/. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

import { CANARY } from '../helpers/init.ts';
import { treeOf, type Tree } from '../helpers/tree.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

const shape = z.strictObject({
  title: z.string(),
  /** What `in/` lies over: a folder of test/doctor/base, or what init makes of a workspace of test/workspaces (its out/). */
  base: z.string().optional(),
  /** Files of the base that are not there. */
  without: z.array(z.string()).default([]),
  /** The shell. */
  env: z.record(z.string(), z.string()).default({}),
  services: z.array(z.string()).default([]),
  /** What probes found out; all others are missing. */
  facts: z.record(z.string(), z.unknown()).default({}),
  /** All findings that are not ok, of all rules; [] = the doctor is silent. */
  expect: z.array(z.strictObject({ rule: z.string(), service: z.string().optional(), status: z.enum(['broken', 'warn']) })),
  /** The rule that is named as the cause; default: the first broken one of `expect`. */
  cause: z.string().optional(),
  /** --fix mends it: afterwards no static rule speaks, and what changed stands in out/. */
  fixed: z.boolean().default(false),
});
export type DoctorCase = z.infer<typeof shape> & { readonly rule: string; readonly name: string; readonly folder: string; readonly tree: Tree };

const foldersIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).toSorted() : []);

function baseOf(name: string): Tree {
  const own = join(here, 'base', name);
  const tree = treeOf(existsSync(own) ? own : join(here, '..', 'workspaces', name, 'out'));
  return Object.fromEntries(Object.entries(tree).map(([path, text]) => [path, text.replaceAll('{{the key}}', CANARY)]));
}

function readCase(folder: string, rule: string, name: string): DoctorCase {
  const read = shape.parse(JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')));
  const base = read.base === undefined ? {} : baseOf(read.base);
  const own = existsSync(join(folder, 'in')) ? treeOf(join(folder, 'in')) : {};
  const tree = Object.fromEntries(Object.entries({ ...base, ...own }).filter(([path]) => !read.without.includes(path)));
  return { ...read, rule, name, folder, tree };
}

export const ruleCases: readonly DoctorCase[] = foldersIn(join(here, 'rules')).flatMap((rule) => foldersIn(join(here, 'rules', rule)).map((name) => readCase(join(here, 'rules', rule, name), rule, name)));
/** Workspaces that are well: the doctor is silent, or each warning is justified in `title`. */
export const healthyCases: readonly DoctorCase[] = foldersIn(join(here, 'healthy')).map((name) => readCase(join(here, 'healthy', name), '', name));
