/** Code that cannot be read at all: the process ends before any span. */
import { findPackageJson } from '../../../languages/node/manifest.ts';
import type { Files, Path, Service } from '../../../types.ts';
import { join } from '../../../workspace/path.ts';
import { nodeCode } from '../../code/node-code.ts';
import { pythonCode } from '../../code/python-code.ts';
import { pythonFault } from '../../code/python-syntax.ts';
import { lineAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { each } from '../files/each.ts';

/** Files that the process reads when it starts, or the build before it. */
function readAtStart(service: Service, files: Files): readonly Path[] {
  const { app, build } = service;
  const around = [app?.manifest?.path, build?.dockerfile].filter((path) => path !== undefined);
  if (app?.language === 'python') return [...around, ...pythonCode(service, files).loaded.map(({ path }) => path)];
  if (app?.language !== 'node') return around;
  const code = nodeCode(service, files);
  // A package.json that cannot be parsed is no manifest, and is what is looked for.
  const manifest = findPackageJson(service, files)?.path ?? join(service.dir, 'package.json');
  return [manifest, ...around, ...(code?.exact === true ? code.reached.map(({ path }) => path) : [])];
}

/** The three marks of git, each at the beginning of a line and in their order. */
export function conflictIn(text: string): number | undefined {
  const lines = text.split('\n');
  const begins = lines.findIndex((line) => /^<{7} \S/.test(line));
  const middle = lines.findIndex((line, i) => i > begins && /^={7}\r?$/.test(line));
  return begins >= 0 && middle > 0 && lines.some((line, i) => i > middle && /^>{7} \S/.test(line)) ? begins + 1 : undefined;
}

const conflict = rule({
  id: 'source.merge-conflict',
  hop: 'source',
  title: 'The marks of an unfinished merge are in a file',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['SyntaxError: invalid syntax (<<<<<<< HEAD)', 'SyntaxError: Merge conflict marker encountered.', 'npm error code EJSONPARSE: Merge conflict detected in your package.json', 'ERROR: Invalid requirement: \'<<<<<<< HEAD\''],
    why: 'git left both versions in the file, between <<<<<<<, ======= and >>>>>>>. No interpreter and no package manager reads that.',
    check: ["git grep -nE '^(<{7}|>{7}) '"],
    fix: ['Keep one of the two versions, delete the three lines of marks, and commit.'],
    links: ['https://git-scm.com/docs/git-merge#_how_conflicts_are_presented'],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, ({ service }) => {
    for (const path of readAtStart(service, files)) {
      const line = conflictIn(files.text(path) ?? '');
      if (line !== undefined) {
        return [{
          says: `${path} holds the marks of an unfinished merge, so ${service.name} cannot start.`,
          because: [lineAt(files, { path, line }, '<<<<<<<')],
          do: `open ${path}:${line}, keep one of the two versions and delete the lines that begin with <<<<<<<, ======= and >>>>>>>`,
          about: `file:${path}`,
        }];
      }
    }
    return [];
  }),
});

const HOW: readonly (readonly [says: RegExp, what: string])[] = [
  [/indent/, 'give the line the same indentation as its block'],
  [/shell/, 'run it in a terminal and take the line out of the file'],
  [/merge/, 'keep one of the two versions and delete the marks'],
  [/':'/, 'end the line with a colon'],
  [/string/, 'close the string with its quote'],
];

const syntax = rule({
  id: 'source.syntax',
  hop: 'source',
  title: 'Python cannot read the code',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['IndentationError: unexpected indent', 'IndentationError: expected an indented block', 'IndentationError: unindent does not match any outer indentation level', "SyntaxError: '(' was never closed", "SyntaxError: expected ':'", 'SyntaxError: invalid syntax', 'The container exits a second after it started.'],
    why: 'The file is read when the service starts, and one line that is no Python ends the process. A pasted block with another indentation is the usual reason.',
    check: ['python3 -m py_compile app.py', 'docker compose logs SERVICE | tail -20'],
    fix: ['Mend the line that Python names; the mistake may be at the end of the line before it.'],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, ({ service }) => {
    if (service.app?.language !== 'python' || isPython2(service)) return [];
    for (const { path } of pythonCode(service, files).loaded) {
      const text = files.text(path) ?? '';
      const fault = conflictIn(text) === undefined ? pythonFault(text) : undefined;
      if (fault !== undefined) {
        return [{
          says: `${path} is no Python (${fault.says}), and ${service.name} reads it when it starts.`,
          because: [lineAt(files, { path, line: fault.line }, fault.says)],
          do: `${path}:${fault.line}: ${HOW.find(([says]) => says.test(fault.says))?.[1] ?? 'close the bracket that is open, or take out the one too many'}`,
          about: `file:${path}`,
        }];
      }
    }
    return [];
  }),
});

const isPython2 = ({ app }: Subject['service']): boolean => app?.runtime?.startsWith('2') === true;

export const brokenCode: readonly Rule[] = [conflict, syntax];
