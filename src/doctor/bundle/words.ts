/** Many words at once: where they stand in a text, in one walk over it however many they are (Aho and Corasick). Pure. */

export interface Words {
  add(word: string): void;
  /** Where words stand, ascending, of those that begin first the longest; of one that overlaps the one before, what is left behind its first `skip` signs. */
  find(text: string): readonly { readonly at: number; readonly word: string; readonly skip: number }[];
}

/** A set of words; all are added before the first `find`, or it is built anew. */
export function wordsOf(): Words {
  /** State and sign → state. */
  const next = new Map<number, number>();
  const depth: number[] = [0];
  /** The longest word that ends in a state, by its length; 0: none. */
  const ends: number[] = [0];
  let fails: number[] | undefined;
  const parents: { readonly from: number; readonly code: number }[] = [{ from: 0, code: 0 }];
  const step = (state: number, code: number): number | undefined => next.get(state * 65_536 + code);

  function built(): number[] {
    const fail = Array.from(depth, () => 0);
    const inOrder = depth.map((_, state) => state).toSorted((a, b) => (depth[a] ?? 0) - (depth[b] ?? 0));
    for (const state of inOrder) {
      const { from, code } = parents[state] ?? { from: 0, code: 0 };
      if (state === 0 || from === 0) continue;
      let back = fail[from] ?? 0;
      while (back !== 0 && step(back, code) === undefined) back = fail[back] ?? 0;
      fail[state] = step(back, code) ?? 0;
      ends[state] = Math.max(ends[state] ?? 0, ends[fail[state] ?? 0] ?? 0);
    }
    return fail;
  }

  return {
    add(word) {
      if (word === '') return;
      fails = undefined;
      let state = 0;
      for (let i = 0; i < word.length; i += 1) {
        const code = word.charCodeAt(i);
        let to = step(state, code);
        if (to === undefined) {
          to = depth.length;
          next.set(state * 65_536 + code, to);
          depth.push(i + 1);
          ends.push(0);
          parents.push({ from: state, code });
        }
        state = to;
      }
      ends[state] = word.length;
    },
    find(text) {
      fails ??= built();
      /** Where a word begins → the end of the longest one. */
      const from = new Map<number, number>();
      let state = 0;
      for (let i = 0; i < text.length; i += 1) {
        const code = text.charCodeAt(i);
        while (state !== 0 && step(state, code) === undefined) state = fails[state] ?? 0;
        state = step(state, code) ?? 0;
        const length = ends[state] ?? 0;
        if (length > 0) from.set(i + 1 - length, i + 1);
      }
      let end = 0;
      return [...from].toSorted(([a], [b]) => a - b).flatMap(([at, to]) => {
        if (to <= end) return [];
        const skip = Math.max(0, end - at);
        end = to;
        return [{ at: at + skip, word: text.slice(at, to), skip }];
      });
    },
  };
}
