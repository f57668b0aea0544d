/** Bytes of a workspace file → text. The only judge of what counts as text. */
import type { Encoding } from '../types.ts';

export interface Decoded {
  /** A BOM, if any, is the first character. */
  readonly text: string;
  readonly encoding: Encoding;
}

/** undefined = not text: invalid UTF-8 or UTF-16, or NUL characters in it. PowerShell's `>` writes UTF-16, so that is read. */
export function decode(bytes: Uint8Array): Decoded | undefined {
  const encoding = encodingOf(bytes);
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : { text, encoding };
  } catch {
    return undefined;
  }
}

/** By BOM, else by where the NUL bytes of the first 512 stand: Latin text in UTF-16 has one in every pair. */
function encodingOf(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes.length < 4 || bytes.length % 2 === 1) return 'utf-8';
  let even = 0;
  let odd = 0;
  const pairs = Math.min(bytes.length, 512) / 2;
  for (let i = 0; i < pairs; i += 1) {
    if (bytes[2 * i] === 0) even += 1;
    if (bytes[2 * i + 1] === 0) odd += 1;
  }
  if (even === 0 && odd > pairs * 0.6) return 'utf-16le';
  if (odd === 0 && even > pairs * 0.6) return 'utf-16be';
  return 'utf-8';
}
