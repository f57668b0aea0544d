/** Keys in a command line: they are never taken from there, and never repeated. Pure. */
import { isSecretName } from './redact.ts';
import { secretSpans } from './secret-shapes.ts';

export interface ArgumentSecrets {
  /** What may be shown nowhere. */
  readonly hidden: readonly string[];
  /** Somebody meant to give a key: as people write it, without its value ('--key=…'); undefined = nobody did. */
  readonly key: string | undefined;
}

/** @param argv without `node` and the script. @param known names of flags that there are ('key-stdin'). */
export function secretsInArguments(argv: readonly string[], known: readonly string[]): ArgumentSecrets {
  const hidden = new Set<string>();
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  let key: string | undefined;
  for (const [at, word] of argv.entries()) {
    // As it stands in an address, and as whoever reads that takes it.
    for (const { text } of secretSpans(word)) hidden.add(text).add(word.includes('://') ? decoded(text) : text);
    const [, variable, set] = /^([A-Z][A-Z0-9_]*)=(.+)$/s.exec(word) ?? [];
    const bare = variable !== undefined && isSecretName(variable) ? set : [word, word.replace(/^-\w=?/, '')].find(looksLikeKey);
    if (bare !== undefined) {
      hidden.add(bare);
      if (at < end) key ??= 'a word of it';
    }
    const [, name, value] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined || !(isSecretName(name) || /^(?:api-?)?(?:team|write-?key)$/i.test(name))) continue;
    const next = argv[at + 1];
    const given = value ?? (known.includes(name) || next === undefined || next.startsWith('-') ? undefined : next);
    if (given === undefined || given === '') continue;
    hidden.add(given);
    if (at < end) key = `--${name}`;
  }
  return { hidden: [...hidden], key };
}

/** A word that could only be a key: Honeycomb's have 22, 32 or 64 letters and digits. A name of a service has no capitals, or says something. */
const looksLikeKey = (word: string): boolean =>
  /^hc[a-z](?:ik|ic|lk|mk)_/i.test(word) || /^[0-9a-f]{32}$/.test(word) || (/^[0-9A-Za-z]{20,80}$/.test(word) && [/\d/, /[a-z]/, /[A-Z]/].every((sort) => sort.test(word)));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
