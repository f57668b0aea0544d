/**
 * Texts as bytes and back, and their hashes. A decoded text keeps its BOM as its first character (as Files does), so
 * encoding it again gives the very same bytes.
 */
import { createHash } from 'node:crypto';
import type { Encoding } from '../types.ts';

/** The bytes of a text. */
export function encode(text: string, encoding: Encoding): Uint8Array {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

/** The text of bytes; undefined = they are no text in that encoding. */
export function decode(bytes: Uint8Array, encoding: Encoding): string | undefined {
  if (encoding === 'utf-8') {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return undefined;
    }
  }
  if (bytes.length % 2 !== 0) return undefined;
  const copy = Buffer.from(bytes);
  return (encoding === 'utf-16be' ? copy.swap16() : copy).toString('utf16le');
}

/** sha256 in hex, as patches carry it. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export const hashOfText = (text: string, encoding: Encoding): string => hashOf(encode(text, encoding));

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
