/** docs/causes/ is written from the rules' pages. `npm run causes` (UPDATE=1) writes it; read the difference before you commit it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { patterns } from '../../src/doctor/log-lines/index.ts';
import { firstFix, indexMarkdown, pageMarkdown, pagePath, pageText, whyShort } from '../../src/doctor/pages.ts';
import { rules } from '../../src/doctor/rules/index.ts';
import type { Rule } from '../../src/doctor/types.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'docs', 'causes');
const wanted: Readonly<Record<string, string>> = { 'README.md': indexMarkdown(rules), ...Object.fromEntries(rules.map((rule) => [`${rule.id}.md`, pageMarkdown(rule)])) };

if (process.env['UPDATE'] !== undefined) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(wanted)) writeFileSync(join(folder, name), text);
}
const there = existsSync(folder) ? readdirSync(folder) : [];

describe('docs/causes is what the rules say (if not: npm run causes)', () => {
  it('has a page for each rule, as it is now, and no other', () => {
    const wrong = Object.entries(wanted).flatMap(([name, text]) => (!there.includes(name) ? [`${name} is not there`] : readFileSync(join(folder, name), 'utf8') === text ? [] : [`${name} is not current`]));
    expect([...wrong, ...there.filter((name) => !(name in wanted)).map((name) => `${name} has no rule`)]).toEqual([]);
  });
  it('has the path that explain names', () => expect(rules.filter(({ id }) => pagePath(id) !== `docs/causes/${id}.md`)).toEqual([]));
  it('links only to pages that are there', () => {
    const links = Object.entries(wanted).flatMap(([name, text]) => Array.from(text.matchAll(/\]\(([^)#\s]+)\)/g), ([, to = '']) => ({ name, to })));
    expect(links.length).toBeGreaterThan(rules.length);
    expect(links.filter(({ to }) => !to.startsWith('https:') && !(to in wanted)).map(({ name, to }) => `${name} → ${to}`)).toEqual([]);
  });
});

const HOPS = '(?:key|stores|files|source|image|container|export|arrival)';
const textsOf = ({ page }: Rule): readonly string[] => [...page.symptoms, page.why, ...page.check, ...page.fix];

const each = (what: (rule: Rule) => boolean): readonly string[] => rules.filter(what).map(({ id }) => id);
const named = (text: string) => [...text.matchAll(new RegExp(`(?:explain |\`)(${HOPS}\\.[a-z0-9]+(?:-[a-z0-9]+)*)(?![.\\w])`, 'g'))].map(([, id = '']) => id);

describe('a page', () => {
  const ids = new Set(rules.map(({ id }) => id));

  it('says what is seen, why, how to check it and what to do', () => {
    expect(each(({ title, page }) => title.trim() === '' || page.symptoms.length === 0 || page.check.length === 0 || page.fix.length === 0)).toEqual([]);
    expect(each(({ page }) => !/[.!?)`"]$/.test(page.why) || page.why.length < 30)).toEqual([]);
  });
  it('has no headings, no empty line and no fence of its own', () => expect(each((rule) => textsOf(rule).some((text) => text.trim() === '' || /^#{1,6} |^```/m.test(text)))).toEqual([]));
  it('has links that a browser opens', () => expect(each(({ page }) => (page.links ?? []).some((link) => !/^https:\/\/[a-z0-9.-]+\.[a-z]+(?:\/\S*)?$/.test(link)))).toEqual([]));
  it('names only rules that exist', () => {
    expect(rules.flatMap((rule) => textsOf(rule).flatMap((text) => named(text).filter((id) => !ids.has(id)).map((id) => `${rule.id} names ${id}`)))).toEqual([]);
  });
  it('fits a terminal, but for what is to be pasted', () => {
    expect(rules.flatMap((rule) => pageText(rule, 80).filter((line) => line.length > 100 && !line.startsWith('    ') && line.trim().includes(' ')).map((line) => `${rule.id}: ${line}`))).toEqual([]);
  });
  it('has a first step and a reason of at most two sentences for explain', () => {
    expect(each((rule) => firstFix(rule).length === 0 || whyShort(rule) === '')).toEqual([]);
    const first = new Set(patterns.map(({ rule }) => rule));
    expect(each((rule) => first.has(rule.id) && whyShort(rule).length > 420)).toEqual([]);
  });
});

it('marks what is to be pasted, and leaves sentences as they are', () => {
  const rule: Rule = {
    id: 'export.example', hop: 'export', title: 'An example', from: [], find: () => [],
    page: { symptoms: ['it says `401`'], why: 'One. Two. Three.', check: ['docker compose ps', 'It must be up.'], fix: ['Paste this:', 'AB: "b"'], links: ['https://example.com/'] },
  };
  expect(pageMarkdown(rule)).toBe('# An example\n\n`export.example` · hop: export (the export) · [all causes](README.md)\n\n## What you see\n\n```text\nit says `401`\n```\n\n## Why\n\nOne. Two. Three.\n\n## Check it by hand\n\n```text\ndocker compose ps\n```\n\nIt must be up.\n\n## What to do\n\nPaste this:\n\n```text\nAB: "b"\n```\n\n## Read more\n\n- <https://example.com/>\n');
  expect(pageText(rule)).toEqual(['An example', 'export.example · export: the export', '', 'What you see', '  it says `401`', '', 'Why', '  One. Two. Three.', '', 'Check it by hand', '    docker compose ps', '  It must be up.', '', 'What to do', '  Paste this:', '    AB: "b"', '', 'Read more', '  https://example.com/']);
  expect(whyShort(rule)).toBe('One. Two.');
  expect(firstFix(rule)).toEqual(['Paste this:', 'AB: "b"']);
});
