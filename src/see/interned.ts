/** Bytes that come again with every request, a resource or a scope, and what is made of them: made once. */
export interface Interned<Value> {
  /** The bytes as a text of as many units: equal where the bytes are. */
  readonly key: string;
  readonly value: Value;
}

/** How many are known at most, and how long they may be: a sender that makes up new ones pays for each. */
const MOST = 256;
const LONGEST = 4096;

/** @param make may throw; then nothing is remembered. */
export function interning<Value>(make: (bytes: Buffer) => Value): (bytes: Buffer) => Interned<Value> {
  const known = new Map<string, Interned<Value>>();
  return (bytes) => {
    const key = bytes.toString('latin1');
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = { key, value: make(bytes) };
    if (bytes.length <= LONGEST) {
      if (known.size >= MOST) known.clear();
      known.set(key, made);
    }
    return made;
  };
}
