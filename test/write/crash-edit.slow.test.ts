import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/types.ts';
import { recover } from '../../src/write/recover.ts';
import { undo } from '../../src/write/undo.ts';
import { realDisk } from '../../src/write/write.ts';
import { writePlan } from '../../src/write/write-plan.ts';
import { treeOf, writeTree, type Tree } from '../helpers/tree.ts';
import { dyingDisk } from './dying-disk.ts';
import { quickTools, quickWorkspace } from './sample-run.ts';
import { BEFORE, KEY, planFor, SECRETS } from './sample.ts';

// Between the kill and the next command the user has worked on: not a word of theirs is lost, and all other files are exact.

class Died extends Error {}
const die = (): never => {
  throw new Died();
};
const FILES: Tree = { ...BEFORE, '.env': 'A=1\n', '.gitignore': 'dist\n' };
const FAST = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

function start() {
  const parent = mkdtempSync(join(FAST, 'otel-setup-test-'));
  const root = join(parent, 'workspace');
  writeTree(root, FILES);
  chmodSync(join(root, '.env'), 0o600);
  const unlock = (): void => {
    for (const name of realDisk.list(join(parent, 'state/otel-setup'))) {
      for (const file of realDisk.list(join(parent, 'state/otel-setup', name))) if (file.startsWith('running')) rmSync(join(parent, 'state/otel-setup', name, file));
    }
  };
  return { parent, root, tools: quickTools(root), unlock, remove: () => rmSync(parent, { recursive: true, force: true }) };
}

let plan: Plan;
beforeAll(async () => {
  const { root, tools, remove } = start();
  plan = await planFor(root, tools);
  remove();
});

const MINE = '# USER 4711';
interface Edit {
  readonly name: string;
  /** What the user does to a file. */
  do(file: string, root: string): void;
  /** What the file is in the end, where that can be said exactly; `before` is the text from before the init. */
  exact?(before: string): string;
  /** The file is the user's by now. */
  readonly takes?: true;
}
const text = (file: string): string => readFileSync(file, 'latin1');
const framed = (body: string): string => `${MINE}\n${body}${body.endsWith('\n') ? '' : '\n'}${MINE}\n`;
const crlf = (body: string): string => body.replaceAll(/\r?\n/g, '\r\n');

const EDITS: readonly Edit[] = [
  { name: 'writes above and below', do: (file) => writeFileSync(file, framed(text(file)), 'latin1'), exact: framed },
  { name: 'changes every line end', do: (file) => writeFileSync(file, crlf(text(file)), 'latin1'), exact: crlf },
  { name: 'writes into a line', do: (file) => writeFileSync(file, text(file).replace(/OTEL_SERVICE_NAME: "api"|opentelemetry-\w+|_API_KEY=\w+|^.env$|'use strict'|\n/mu, `$&${MINE.slice(2)}`), 'latin1'), takes: true },
  { name: 'writes another text', do: (file) => writeFileSync(file, `${MINE}\n`), exact: () => `${MINE}\n` },
  { name: 'empties it', do: (file) => writeFileSync(file, ''), takes: true },
  { name: 'removes it', do: (file) => rmSync(file), takes: true },
  {
    name: 'moves it and leaves a link',
    do: (file, root) => {
      writeFileSync(file, framed(text(file)), 'latin1');
      renameSync(file, join(root, 'moved'));
      symlinkSync(join(root, 'moved'), file);
    },
    exact: framed,
  },
  {
    name: 'moves it out and leaves a link',
    do: (file, root) => {
      writeFileSync(join(root, '../outside'), `${MINE}\n`);
      rmSync(file);
      symlinkSync(join(root, '../outside'), file);
    },
    takes: true,
  },
];
const PATHS = ['docker-compose.yml', 'api/requirements.txt', 'api/Dockerfile', 'api/lib/otel.cjs', '.env', '.gitignore'];

/** Words of the user that are in a tree, and outside of it. */
const words = (parent: string): number => JSON.stringify({ ...treeOf(join(parent, 'workspace')), ...(existsSync(join(parent, 'outside')) ? { outside: text(join(parent, 'outside')) } : {}) }).split('USER 4711').length - 1;

async function edited(edit: Edit, path: string, { parent, root, tools, unlock }: ReturnType<typeof start>, at: string): Promise<void> {
  unlock();
  const file = join(root, path);
  if (!existsSync(file)) return;
  const original = FILES[path];
  edit.do(file, root);
  const theirs = existsSync(file) ? text(file) : undefined;
  const written = words(parent);
  const outside = existsSync(join(parent, 'outside')) ? text(join(parent, 'outside')) : undefined;
  const said = await recover(root, tools);
  if (treeOf(root)['README.md'] === undefined) expect.unreachable();
  // It was finished, or it had not begun.
  const wasWhole = said === undefined && PATHS.some((other) => other !== path && treeOf(root)[other] !== FILES[other]);
  const undone = wasWhole ? await undo(root, tools) : undefined;
  expect(words(parent), `${at}: words of the user`).toBe(written);
  if (outside !== undefined) expect(text(join(parent, 'outside'))).toBe(outside);
  const tree = treeOf(root);
  const others = Object.fromEntries(Object.entries(tree).filter(([name]) => name !== path && name !== 'moved'));
  const envRemains = path === '.env' && tree['.env'] !== undefined && tree['.env'] !== original;
  // The line that keeps a `.env` out of git stays where the user has written into that file.
  const wanted = Object.fromEntries(Object.entries(FILES).filter(([name]) => name !== path).map(([name, body]) => [name, envRemains && name === '.gitignore' && others[name] !== body ? 'dist\n.env\n' : body]));
  expect(others, at).toEqual(wanted);
  expect(JSON.stringify(others), at).not.toContain(KEY);
  const told = [...(said?.around ?? []), ...(said?.left ?? []).map((one) => one.path), ...(undone?.left ?? []).map((one) => one.path), ...(undone?.back ?? []).map((one) => one.path), ...(undone?.stays ?? []).map((one) => one.path)];
  if (edit.exact !== undefined && (original !== undefined || path === '.env')) {
    expect(tree[path], `${at}: ${edit.name}`).toBe(edit.exact(original ?? ''));
  } else if (tree[path] !== theirs && tree[path] !== original) {
    // What is left of a file that was edited inside of our lines has none of them, or all that were there.
    expect(tree[path] ?? '', at).not.toMatch(/OTEL_|opentelemetry/);
  }
  if (said !== undefined && tree[path] !== original) expect(told, `${at}: said`).toContain(path);
  unlock();
  expect(await recover(root, tools), `${at}: once`).toBeUndefined();
}

describe.each(EDITS.map((edit) => [edit.name, edit] as const))('killed, then the user %s', (_, edit) => {
  test.each(PATHS)('in %s: an init at every change of the disk', async (path) => {
    for (let n = 1, alive = false; !alive; n += 1) {
      const place = start();
      alive = await writePlan(quickWorkspace(place.root), plan, SECRETS, place.tools, { disk: dyingDisk(realDisk, n, 'torn', die) }).then(() => true, () => false);
      if (!alive) await edited(edit, path, place, `init, change ${n}`);
      place.remove();
    }
  });
  test.each(PATHS)('in %s: an undo at every change of the disk', async (path) => {
    for (let n = 1, alive = false; !alive; n += 1) {
      const place = start();
      await writePlan(quickWorkspace(place.root), plan, SECRETS, place.tools);
      alive = await undo(place.root, place.tools, { disk: dyingDisk(realDisk, n, 'torn', die) }).then(() => true, () => false);
      if (!alive) await edited(edit, path, place, `undo, change ${n}`);
      place.remove();
    }
  });
});

test('a folder of ours that the user has replaced by a link is not followed', async () => {
  const at = async (n: number): Promise<ReturnType<typeof start>> => {
    const place = start();
    await writePlan(quickWorkspace(place.root), plan, SECRETS, place.tools, { disk: dyingDisk(realDisk, n, 'torn', die) }).catch(() => {});
    if (existsSync(join(place.root, 'api/lib/otel.cjs'))) return place;
    place.remove();
    return at(n + 1);
  };
  const { parent, root, tools, unlock, remove } = await at(20);
  unlock();
  writeTree(parent, { 'elsewhere/otel.cjs': readFileSync(join(root, 'api/lib/otel.cjs'), 'latin1') });
  rmSync(join(root, 'api/lib'), { recursive: true });
  symlinkSync(join(parent, 'elsewhere'), join(root, 'api/lib'));
  const said = await recover(root, tools);
  expect(said?.left.map(({ path }) => path)).toEqual(['api/lib/otel.cjs']);
  expect(existsSync(join(parent, 'elsewhere/otel.cjs'))).toBe(true);
  expect(dirname(realDisk.real(join(root, 'api/lib/otel.cjs')) ?? '')).toBe(join(parent, 'elsewhere'));
  remove();
});
