/** Values that no name and no maker gives away, but that only a machine makes: keys, most likely. Pure. */
import { looksRandom, SHORTEST_RANDOM } from '../../ui/random-looking.ts';
import type { Span } from '../../ui/secret-shapes.ts';

// regexp: bounded by the lengths that it names
const TOKEN = new RegExp(`[A-Za-z0-9+/=_~%.-]{${SHORTEST_RANDOM},8192}`, 'g');
/** What stands in front of a digest: of an image, a lock file, a commit. A digest names what anybody can fetch. */
const DIGEST = /(?:sha\d{1,3}[-:=~]|@sha256:|\bh1:|(?:integrity|checksum|contentHash|hash|digest|commit|revision|rev|resolved-commit|source-digest)["']?[ \t]{0,4}[:=]?[ \t]{0,4}["']?(?:[\w]{1,6}\/)?)$/i;
const STARTS_AS_DIGEST = /^(?:sha\d{1,3}[-:=]|[\w.-]{0,80}sha(?:1|256|384|512)[-=:])/i;
/** A commit or a tag's digest at the end of an address: #<sha>, @<sha>. */
const COMMIT = /^[0-9a-f]{40}$/;
/** Files of digests. */
export const LOCK_FILE = /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|Cargo\.lock|composer\.lock|Gemfile\.lock|mix\.lock|go\.sum|packages\.lock\.json|deno\.lock)$/;

/**
 * Words of a text that look random, with what belongs to them, ascending. None of a lock file's hexadecimal or base64
 * digests, none of an image, no commit of an address, no UUID.
 * @param lock the text is a lock file's: all that is random there is a digest.
 */
export function unknownSpans(text: string, lock = false): readonly Span[] {
  if (lock) return [];
  const found: Span[] = [];
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (STARTS_AS_DIGEST.test(token) || DIGEST.test(text.slice(Math.max(0, index - 40), index))) continue;
    const runs = [...token.matchAll(/[A-Za-z0-9]+/g)];
    const random = runs.map(({ 0: run }) => looksRandom(run));
    for (let i = 0; i < runs.length; i += 1) {
      if (random[i] !== true) continue;
      let first = i;
      let last = i;
      // A key's own "-", "_", "+" and "/" tear it into runs; the words of a path or a name around it stay.
      while (first > 0 && random[first - 1] !== true && isPiece(runs[first - 1]?.[0] ?? '') && between(runs, first) === 1) first -= 1;
      while (last + 1 < runs.length && (random[last + 1] === true || isPiece(runs[last + 1]?.[0] ?? '')) && between(runs, last + 1) === 1) last += 1;
      const at = runs[first]?.index ?? 0;
      const end = (runs[last]?.index ?? 0) + (runs[last]?.[0].length ?? 0);
      const value = token.slice(at, end);
      i = last;
      if (COMMIT.test(value) && /[@#/]$/.test(text.slice(Math.max(0, index + at - 1), index + at))) continue;
      found.push({ at: index + at, text: value, kind: 'value that looks random', form: 'shape' });
    }
  }
  return found;
}

/** Neither a word nor a number: capitals or digits within. */
const isPiece = (run: string): boolean => (/\d/.test(run) && /[A-Za-z]/.test(run)) || /[a-z][A-Z]|[A-Z]{2}[a-z]/.test(run) || run.length <= 3;
/** How many signs stand in front of a run. */
function between(runs: readonly RegExpExecArray[], i: number): number {
  const before = runs[i - 1];
  return (runs[i]?.index ?? 0) - ((before?.index ?? 0) + (before?.[0].length ?? 0));
}
