/**
 * What may stand in the place of a version: only what comes from a registry. git, archives, folders, patches and
 * programs (`exec:`) are refused, because package managers run code for some of them.
 */
import { validRange } from 'semver';

/** A word like "latest"; npm takes a name that ends like an archive for a file. */
const TAG = /^[a-z][\w.-]*$/i;
const ARCHIVE = /\.(?:tgz|tar|gz)$/i;
const NAME = /^(?:@[a-z0-9][\w.~-]*\/)?[a-z0-9_][\w.~-]*$/i;
const HOST = /^https?:\/\/[a-z0-9][a-z0-9.-]*(?::\d{1,5})?(?:\/[\w.~/@%-]*)?$/i;
/** Paths below the folder, with the stars and lists that workspaces have. */
const BELOW = /^!?[\w@.*{},[\]/-]*$/;

/** Name of a package of npm's family. */
export const isPackageName = (name: string): boolean => NAME.test(name);

/** An address without variable, user and password. */
export const isPlainHost = (url: unknown): url is string => typeof url === 'string' && HOST.test(url);

/** A path, or a pattern of paths, that stays in its folder. */
export const staysBelow = (path: unknown): path is string =>
  typeof path === 'string' && BELOW.test(path) && !path.replace(/^!/, '').startsWith('/') && !path.split('/').includes('..');

const isRangeOrTag = (text: string): boolean =>
  text.trim() === '' || validRange(text, { loose: true }) !== null || (TAG.test(text) && !ARCHIVE.test(text));

/** `^1.0`, `latest`, `npm:other@^1`, `workspace:*`, `catalog:`; `$other` and `-` are of overrides. */
export function isRegistrySpec(spec: unknown): spec is string {
  if (typeof spec !== 'string') return false;
  if (spec === '-' || isRangeOrTag(spec)) return true;
  if (spec.startsWith('$')) return isPackageName(spec.slice(1));
  if (spec.startsWith('catalog:')) return /^[\w.-]*$/.test(spec.slice(8));
  if (spec.startsWith('npm:')) return isRangeOrTag(spec.slice(4)) || isNameAndRange(spec.slice(4));
  if (!spec.startsWith('workspace:')) return false;
  const rest = spec.slice(10);
  return /^[\^~*]?$/.test(rest) || isRangeOrTag(rest) || isNameAndRange(rest) || staysBelow(rest);
}

function isNameAndRange(text: string): boolean {
  const at = text.indexOf('@', 1);
  return at === -1 ? isPackageName(text) : isPackageName(text.slice(0, at)) && isRangeOrTag(text.slice(at + 1));
}
