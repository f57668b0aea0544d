/** Keys where others can read them. None of it stops data: all are warnings, and a key is revoked before its line is taken away. */
import { recogniseKey } from '../../../backends/honeycomb/key.ts';
import { variablesIn } from '../../../stores/dotenv.ts';
import type { Evidence, Files, Path } from '../../../types.ts';
import { fingerprint } from '../../../ui/redact.ts';
import { commandLine } from '../../../ui/shell-lines.ts';
import { path as asPath } from '../../../workspace/path.ts';
import { rule } from '../../rule.ts';
import type { Facts, Rule } from '../../types.ts';
import { keptAt } from '../key/used.ts';

const REVOKE = 'revoke the key: ui.honeycomb.io → your environment → API keys';
const LINKS = ['https://docs.honeycomb.io/configure/environments/manage-api-keys/', 'https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository'];
const isKey = (value: string): boolean => 'kind' in recogniseKey(value);

const tracked = rule({
  id: 'stores.tracked',
  hop: 'stores',
  title: 'A file with the key is in git',
  from: ['stores'],
  page: {
    symptoms: ['git status shows .env as changed, or git ls-files lists it.'],
    why: 'Whoever can read the repository, its forks and its history has the key. Taking the file out of git does not take it out of the commits that are there.',
    check: ['git ls-files | grep -F .env'],
    fix: ['Revoke the key first: ui.honeycomb.io → your environment → API keys.', 'git rm --cached .env && echo .env >> .gitignore', 'npx otel-setup init'],
    links: LINKS,
  },
  find: ({ stores }) => stores.filter(({ tracked: inGit, untold, value }) => (inGit === true || untold !== undefined) && isKey(value)).map((one) => {
    const file = typeof one.where === 'string' ? '' : one.where.path;
    if (one.untold !== undefined) return { status: 'warn' as const, says: `${file} holds the key, and whether it is in git is not known: ${one.untold.why}.`, because: [keptAt(one)], do: one.untold.do, then: 'npx otel-setup doctor', about: `leak:${file}` };
    const name = commandLine([file], 'sh');
    return { status: 'warn' as const, says: `${file} holds the key and is in git: everybody who can read the repository has it.`, because: [keptAt(one)], do: REVOKE, then: `git rm --cached ${name} && echo ${commandLine([`/${file}`], 'sh')} >> .gitignore, then: npx otel-setup init`, about: `leak:${file}` };
  }),
});

/** One finding a file. */
const keyIn = ({ path, line }: Facts['history'][number]): Evidence => ({ where: { path: asPath(path), line }, says: '(a key, not shown)' });

const inSource = rule({
  id: 'stores.in-source',
  hop: 'stores',
  title: 'A key is written out in a file that is in git',
  from: ['history'],
  also: ['stores'],
  page: {
    symptoms: ['x-honeycomb-team with letters and digits behind it, in a compose file, a script or the code.'],
    why: 'Whoever can read the repository, its forks and its history has the key.',
    check: ["git grep -nE 'hc[a-z]i[kc]_|x-honeycomb-team[=:]' "],
    fix: ['Revoke the key first: ui.honeycomb.io → your environment → API keys.', 'Write the variable instead: x-honeycomb-team=${HONEYCOMB_API_KEY}', 'npx otel-setup init'],
    links: LINKS,
  },
  find: ({ history, stores = [] }) => {
    const told = new Set(stores.flatMap(({ where }) => (typeof where === 'string' ? [] : [String(where.path)])));
    const here = history.filter(({ commit, path }) => commit === '' && !told.has(path));
    return [...new Set(here.map(({ path }) => path))].map((path) => ({
      status: 'warn' as const,
      says: `A Honeycomb key is written out in ${path}, which is in git: everybody who can read the repository has it.`,
      because: here.filter((one) => one.path === path).slice(0, 3).map(keyIn),
      do: REVOKE,
      then: 'write x-honeycomb-team=${HONEYCOMB_API_KEY} there instead, then: npx otel-setup init',
      about: `leak:${path}`,
    }));
  },
});

const inHistory = rule({
  id: 'stores.in-history',
  hop: 'stores',
  title: 'A key is in a commit of the past',
  from: ['history'],
  also: ['stores'],
  page: {
    symptoms: ['The key was committed once and taken out again.'],
    why: 'A commit stays: in every clone, in forks, in pull requests. Only revoking the key ends it. Rewriting history is for what cannot be revoked; a key can.',
    check: ["git log --all --oneline -E -G 'hc[a-z]i[kc]_[0-9a-z]{58}|x-honeycomb-team=[0-9A-Za-z]{22}'"],
    fix: ['Revoke the key: ui.honeycomb.io → your environment → API keys.', 'Was it revoked? Then nothing is left to do: npx otel-setup doctor --ignore stores.in-history'],
    links: LINKS,
  },
  find: ({ history, stores = [] }) => {
    const told = new Set(stores.flatMap(({ where, tracked: inGit }) => (typeof where === 'string' || inGit !== true ? [] : [String(where.path)])));
    const past = history.filter(({ commit, path }) => commit !== '' && !told.has(path));
    const [first] = past;
    if (first === undefined) return [];
    const commits = new Set(past.map(({ commit }) => commit));
    return [{
      status: 'warn' as const,
      says: `${past.length === 1 ? 'A Honeycomb key is' : `Honeycomb keys in ${past.length} files are`} in git's history (${commits.size === 1 ? `commit ${first.commit}` : `${commits.size} commits, the newest ${first.commit}`}).`,
      because: past.slice(0, 3).map((one) => ({ ...keyIn(one), says: `commit ${one.commit} (a key, not shown)` })),
      do: `${REVOKE}, if that was not done`,
      then: 'npx otel-setup doctor --ignore stores.in-history',
    }];
  },
});

/** Prefixes by which a build writes a variable into the page (Create React App, Vite, Next.js, Vue, Gatsby, Nuxt, Expo). */
const BROWSER = /^(?:REACT_APP|VITE|NEXT_PUBLIC|VUE_APP|GATSBY|NUXT_PUBLIC|EXPO_PUBLIC)_/;
/** An ingest key can do nothing but send: Honeycomb's own instructions for browsers give the page one. */
const opensMore = (value: string): boolean => {
  const recognised = recogniseKey(value);
  return 'kind' in recognised && (recognised.kind === 'configuration' || recognised.kind === 'classic');
};
const mentions = (name: string, value: string): string | undefined => {
  if (!BROWSER.test(name)) return undefined;
  const inside = /x-honeycomb-team=([^,\s]+)/.exec(value)?.[1] ?? (/HONEYCOMB|HNY/i.test(name) ? value : '');
  return inside !== '' && opensMore(inside) ? inside : undefined;
};

const inBrowser = rule({
  id: 'stores.in-browser',
  hop: 'stores',
  title: 'A key is built into the page that browsers load',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['REACT_APP_HONEYCOMB_API_KEY, VITE_HONEYCOMB_API_KEY and the like.'],
    why: 'The build writes such a variable into the JavaScript that every visitor loads. A configuration key there can do more than send.',
    check: ['Look for the first letters of the key in the page\'s source.'],
    fix: ['Revoke the key, and give the page an ingest key of its own that may not create datasets, or send through a Collector.'],
    links: ['https://docs.honeycomb.io/send-data/javascript-browser/honeycomb-distribution/'],
  },
  find: ({ workspace, subjects }) => {
    const ofServices = subjects.flatMap(({ service }) => service.env.flatMap(({ name, value, where }) => (value === undefined ? [] : [{ service: service.name, name, where, key: mentions(name, value) }])));
    const ofFiles = dotenvs(workspace.files).flatMap((path) => Array.from(variablesIn(workspace.files, path), ([name, { value, line }]) => ({ service: undefined, name, where: { path, ...(line === undefined ? {} : { line }) }, key: mentions(name, value) })));
    const found = [...ofServices, ...ofFiles].filter(({ key }) => key !== undefined);
    return found.map(({ service, name, where, key }) => ({
      ...(service === undefined ? {} : { service }),
      status: 'warn' as const,
      says: `${name} puts a key that can do more than send into the page: everybody who opens it can read it.`,
      because: [{ where, says: `${name}=${fingerprint(key ?? '')}` }],
      do: REVOKE,
      then: 'give the page an ingest key of its own that may not create datasets, or send through a Collector',
      about: `leak:${name}`,
    }));
  },
});

const dotenvs = (files: Files): readonly Path[] => files.find(asPath(''), /^\.env(?:\.(?:local|development|production)(?:\.local)?)?$/, 4);

export const leaks: readonly Rule[] = [tracked, inSource, inHistory, inBrowser];
