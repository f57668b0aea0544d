/**
 * What a package manager gets of our environment: what it needs to run and to reach the user's own registries. No key
 * and no token, but for what the user's own settings send to a host of the user's.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Tools } from '../types.ts';
import { readBytes } from './write.ts';

type Env = Tools['env'];

const BASE = [
  'PATH', 'Path', 'PATHEXT', 'HOME', 'USERPROFILE', 'HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA',
  'ProgramFiles', 'SystemRoot', 'SYSTEMROOT', 'SystemDrive', 'windir', 'ComSpec', 'TEMP', 'TMP', 'TMPDIR', 'USER',
  'LOGNAME', 'LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'TZ',
  'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME',
];
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'];
const AUTHORITIES = [
  'NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE',
  'PIP_CERT', 'UV_NATIVE_TLS', 'UV_SYSTEM_CERTS', 'NPM_CONFIG_CAFILE', 'npm_config_cafile',
];
/** Where the user's packages come from, and where the tools keep what they have fetched. */
const REGISTRIES = [
  'NPM_CONFIG_REGISTRY', 'NPM_CONFIG_USERCONFIG', 'npm_config_userconfig', 'NPM_CONFIG_CACHE',
  'COREPACK_NPM_REGISTRY', 'COREPACK_HOME', 'YARN_NPM_REGISTRY_SERVER', 'YARN_REGISTRY', 'YARN_CACHE_FOLDER',
  'YARN_GLOBAL_FOLDER', 'PNPM_HOME', 'BUN_INSTALL', 'BUN_INSTALL_CACHE_DIR', 'BUN_CONFIG_REGISTRY',
  'PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_FIND_LINKS', 'PIP_TRUSTED_HOST', 'PIP_CONFIG_FILE', 'PIP_CACHE_DIR',
  'PIP_DEFAULT_TIMEOUT', 'PIP_PROXY', 'UV_INDEX', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL', 'UV_EXTRA_INDEX_URL',
  'UV_FIND_LINKS', 'UV_CACHE_DIR', 'UV_PYTHON_INSTALL_DIR', 'UV_HTTP_TIMEOUT', 'UV_INSECURE_HOST', 'PYENV_ROOT',
  'VOLTA_HOME', 'ASDF_DIR', 'ASDF_DATA_DIR', 'NVM_DIR', 'FNM_DIR',
];
const ALLOWED = [...BASE, ...PROXIES, ...PROXIES.map((name) => name.toUpperCase()), ...AUTHORITIES, ...REGISTRIES];

/**
 * No questions, no other release of themselves out of the repository, no scripts, no git, no program of the repository.
 * Most of it is a second line of defence: what they would start is not in the folder that they run in.
 */
const HARDENED: Readonly<Record<string, string>> = {
  CI: '1',
  NO_COLOR: '1',
  COREPACK_ENABLE_PROJECT_SPEC: '0',
  COREPACK_ENABLE_STRICT: '0',
  COREPACK_ENABLE_AUTO_PIN: '0',
  COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
  COREPACK_ENV_FILE: '0',
  YARN_IGNORE_PATH: '1',
  YARN_ENABLE_SCRIPTS: '0',
  YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
  YARN_ENABLE_TELEMETRY: '0',
  npm_config_ignore_scripts: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  npm_config_allow_git: 'none',
  npm_config_git: 'git-is-not-run-here',
  npm_config_ignore_pnpmfile: 'true',
  npm_config_manage_package_manager_versions: 'false',
  npm_config_package_manager_strict: 'false',
  GIT_ALLOW_PROTOCOL: '',
  GIT_SSH_COMMAND: 'false',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  UV_PYTHON_DOWNLOADS: 'never',
  UV_KEYRING_PROVIDER: 'disabled',
  PIP_KEYRING_PROVIDER: 'disabled',
  PIP_NO_INPUT: '1',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
};

/** What the user's own settings outside of the workspace say. */
export interface Own {
  /** Variables that they name: the user sends them to the host that stands beside them. */
  readonly variables: readonly string[];
  /** A credential that goes to whatever registry is set: then a repository may not set one. */
  readonly forAnyHost: boolean;
}

/** Reads the user's `.npmrc` and `.yarnrc.yml`. @param root of the workspace: what lies in it is not the user's own. */
export function ownSettings(env: Env, root: string): Own | { readonly inside: string } {
  const home = env['HOME'] || env['USERPROFILE'] || homedir();
  const inside = (path: string): boolean => path === root || path.startsWith(`${root}/`) || path.startsWith(`${root}\\`);
  if (inside(home)) return { inside: home };
  const npmrc = env['NPM_CONFIG_USERCONFIG'] || env['npm_config_userconfig'] || join(home, '.npmrc');
  if (inside(npmrc)) return { inside: npmrc };
  const texts = [npmrc, join(home, '.yarnrc.yml'), join(home, '.netrc')].map(textOf);
  const [npm = '', yarn = '', netrc = ''] = texts;
  const variables = `${npm}\n${yarn}`.matchAll(/\$\{(\w+)(?=[}:?-])/g);
  const forAnyHost = /^[ \t]*_(?:auth|authToken|password)[ \t]*=/m.test(npm) || /^npmAuth(?:Token|Ident)\s*:/m.test(yarn) || /^[ \t]*default\b/m.test(netrc);
  return { variables: [...new Set([...variables].map(([, name = '']) => name))], forAnyHost };
}

function textOf(file: string): string {
  const bytes = readBytes(file);
  return bytes === undefined || bytes.length > 1024 * 1024 ? '' : Buffer.from(bytes).toString('utf8');
}

/** Names of the variables that are passed on, and what is set beside them. */
export function lockEnvironment(env: Env, own: Own): { readonly inherit: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const registry = env['npm_config_registry'];
  const inherit = [...ALLOWED, ...own.variables, ...(registry !== undefined && isClean(registry, env) ? ['npm_config_registry'] : [])];
  return { inherit: [...new Set(inherit)], env: HARDENED };
}

const LONG_ENOUGH = 8;

/** Under npx, `npm_config_registry` is what the repository's .npmrc made of it: with the value of a variable in it, perhaps. */
function isClean(value: string, env: Env): boolean {
  if (env['npm_execpath'] === undefined) return true;
  const known = new Set(['npm_config_registry', ...ALLOWED]);
  return Object.entries(env).every(([name, other]) => known.has(name) || other === undefined || other.length < LONG_ENOUGH || !value.includes(other));
}
