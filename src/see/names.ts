/** A map whose keys are looked up as the bytes that they are written in: no text is made of each. Keys are ASCII. */
export class Names<Value> {
  /** In each place the names that fall on it. */
  readonly #places: readonly { readonly name: Buffer; readonly value: Value }[][];
  readonly #byText: ReadonlyMap<string, Value>;

  constructor(entries: readonly (readonly [string, Value])[]) {
    this.#byText = new Map(entries);
    this.#places = Array.from({ length: PLACES }, () => []);
    for (const [text, value] of this.#byText) {
      const name = Buffer.from(text, 'latin1');
      this.#places[placeOf(name, 0, name.length)]?.push({ name, value });
    }
  }

  find(bytes: Uint8Array, from: number, to: number): Value | undefined {
    if (from === to) return undefined;
    for (const { name, value } of this.#places[placeOf(bytes, from, to)] ?? []) if (isSame(name, bytes, from, to)) return value;
    return undefined;
  }

  get(text: string): Value | undefined {
    return this.#byText.get(text);
  }
}

const PLACES = 64;
const placeOf = (bytes: Uint8Array, from: number, to: number): number => ((to - from) * 7 + (bytes[from] ?? 0) * 3 + (bytes[to - 1] ?? 0) * 5 + (bytes[(from + to) >> 1] ?? 0)) % PLACES;

function isSame(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let index = 0; index < name.length; index++) if (name[index] !== bytes[from + index]) return false;
  return true;
}
