import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HEAD = `# Third-party notices

The published program has these packages inside (\`npm run build\` writes this list from the modules that it really bundled).
`;

/**
 * A rolldown plugin: writes THIRD-PARTY-NOTICES.md from the modules that ended up in the bundle, so the list cannot
 * drift from what is shipped. `data`: what came from elsewhere as a file, and where its licence lies. The build fails
 * where the whole text of a licence that a package names is not there.
 */
export function notices({ into, data = [] }) {
  return {
    name: 'third-party-notices',
    writeBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
      const folders = new Set(modules.map(packageFolder).filter((folder) => folder !== undefined));
      const ours = [...folders].map((folder) => noticeOf(folder, modules.filter((module) => packageFolder(module) === folder)));
      const others = data.map(({ title, licence }) => ({ title, text: quote(readFileSync(licence, 'utf8').trim()) }));
      const entries = [...ours, ...others].toSorted((a, b) => (a.title < b.title ? -1 : 1));
      writeFileSync(into, `${[HEAD, ...entries.map(({ title, text }) => `## ${title}\n\n${text}\n`)].join('\n')}`);
    },
  };
}

/** '/x/node_modules/a/lib/b.js' → '/x/node_modules/a'; undefined for a module of our own. */
export function packageFolder(module) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module.replaceAll('\\', '/'))?.[0];
}

/** Of each licence that is bundled, words that stand in its text and in no other, blanks and line ends being one. */
export const WORDS = {
  MIT: /Permission is hereby granted, free of charge, to any person obtaining a copy/,
  ISC: /Permission to use, copy, modify, and\/?\s?(?:or )?distribute this software for any purpose/,
  'BSD-3-Clause': /Redistribution and use in source and binary forms[\s\S]*used to endorse or promote products/,
  'Apache-2.0': /TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION[\s\S]*Limitation of Liability/,
};
/** '(Apache-2.0 AND BSD-3-Clause)' → both names. */
export const licencesIn = (expression) => expression.split(/[()\s]+/).filter((word) => word !== '' && word !== 'AND');

function noticeOf(folder, modules) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(-\w+)?(\.(md|txt))?$/i.test(entry));
  const text = file === undefined ? withoutFile(license, modules) : readFileSync(join(folder, file), 'utf8').trim();
  const missing = licencesIn(String(license)).filter((id) => WORDS[id]?.test(text.replaceAll(/\s+/g, ' ')) !== true);
  if (missing.length > 0) throw new Error(`${folder}: the text of its licence ${missing.join(', ')} is not there: it cannot be bundled`);
  const notice = join(folder, 'NOTICE');
  return { title: `${name} ${version} (${license})`, text: quote(existsSync(notice) ? `${text}\n\n${readFileSync(notice, 'utf8').trim()}` : text) };
}

/** A package that ships no licence file: what its bundled modules say of copyright, and the text that those refer to. */
function withoutFile(license, modules) {
  const heads = modules.map((module) => /^(?:\/\/[^\n]*\n)+/.exec(readFileSync(module, 'utf8'))?.[0].replaceAll(/^\/\/ ?/gm, '').trim() ?? '').filter((head) => head.includes('Copyright'));
  const apache = licencesIn(String(license)).includes('Apache-2.0') ? [readFileSync(new URL('../LICENSE', import.meta.url), 'utf8').trim()] : [];
  return [...new Set(heads), ...apache].join('\n\n');
}

const quote = (text) => text.split(/\r?\n/).map((line) => `> ${line}`.trimEnd()).join('\n');
