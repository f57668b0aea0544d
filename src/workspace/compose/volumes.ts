/** `volumes` in Compose's short form: compose-go, format/volume.go. */
export interface ResolvedVolume {
  readonly type: string;
  readonly source?: string;
  readonly target: string;
}

/** './src:/app:ro' → {bind, './src', '/app'}; a name or nothing in front is a volume of the engine. */
export function shortVolume(written: string): ResolvedVolume {
  if (written.length <= 2) return { type: 'volume', target: written };
  const parts: string[] = [];
  let part = '';
  for (const char of written) {
    // 'C:\src:/app' has a colon that is none.
    if (char === ':' && !/^[A-Za-z]$/.test(part)) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  parts.push(part);
  const [source = '', target] = parts;
  if (target === undefined) return { type: 'volume', target: source };
  return { type: /^(?:[./~]|\\\\|[A-Za-z]:)/.test(source) ? 'bind' : 'volume', source, target };
}
