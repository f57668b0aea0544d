import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HEAD = `# Third-party notices

The published program has these packages inside (\`npm run build\` writes this list from the modules that it really bundled).
`;

/**
 * A rolldown plugin: writes THIRD-PARTY-NOTICES.md from the modules that ended up in the bundle, so the list cannot
 * drift from what is shipped. The build fails where a package names no licence at all.
 */
export function notices({ into }) {
  return {
    name: 'third-party-notices',
    writeBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
      const folders = new Set(modules.map(packageFolder).filter((folder) => folder !== undefined));
      const entries = [...folders].map(noticeOf).toSorted((a, b) => (a.title < b.title ? -1 : 1));
      writeFileSync(into, `${[HEAD, ...entries.map(({ title, text }) => `## ${title}\n\n${text}\n`)].join('\n')}`);
    },
  };
}

/** '/x/node_modules/a/lib/b.js' → '/x/node_modules/a'; undefined for a module of our own. */
export function packageFolder(module) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module.replaceAll('\\', '/'))?.[0];
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(entry));
  if (file === undefined && license === undefined) throw new Error(`${folder} names no licence: it cannot be bundled`);
  const text = file === undefined ? `Licence as its package.json names it: ${license}.` : quote(readFileSync(join(folder, file), 'utf8').trim());
  const notice = join(folder, 'NOTICE');
  return { title: `${name} ${version} (${license ?? 'see below'})`, text: existsSync(notice) ? `${text}\n\n${quote(readFileSync(notice, 'utf8').trim())}` : text };
}

const quote = (text) => text.split(/\r?\n/).map((line) => `> ${line}`.trimEnd()).join('\n');
