/** How many steps a plain backtracking matcher takes: what a proof of linear time is held against. Not fast, no captures. */
import { RegExpParser, type AST } from '@eslint-community/regexpp';

type Go = (at: number) => boolean;
class Enough extends Error {}

/** Steps of one `exec` over all starts, with g of all matches; `most` where there are more. */
export function stepsOf(source: string, flags: string, text: string, most: number): number {
  const pattern = new RegExpParser().parsePattern(source);
  let steps = 0;
  const step = (): void => {
    steps += 1;
    if (steps > most) throw new Enough();
  };
  const lineEnd = (at: number): boolean => flags.includes('m') && text[at] === '\n';
  const isWord = (at: number): boolean => /\w/.test(text[at] ?? '');
  const sets = new Map<string, RegExp>();
  const one = (raw: string, at: number): boolean => {
    const set = sets.get(raw) ?? new RegExp(`^(?:${raw})$`, flags.replaceAll(/[gym]/g, ''));
    sets.set(raw, set);
    return at < text.length && set.test(text.charAt(at));
  };
  const alternatives = (list: readonly AST.Alternative[], at: number, go: Go): boolean => list.some(({ elements }) => sequence(elements, 0, at, go));
  const sequence = (elements: readonly AST.Element[], index: number, at: number, go: Go): boolean => {
    const element = elements[index];
    return element === undefined ? go(at) : match(element, at, (next) => sequence(elements, index + 1, next, go));
  };
  const match = (node: AST.Element, at: number, go: Go): boolean => {
    step();
    switch (node.type) {
      case 'Character': case 'CharacterClass': case 'CharacterSet': return one(node.raw, at) && go(at + 1);
      case 'Group': case 'CapturingGroup': return alternatives(node.alternatives, at, go);
      case 'Quantifier': return repeat(node, 0, at, go);
      case 'Assertion':
        if (node.kind === 'start') return (at === 0 || lineEnd(at - 1)) && go(at);
        if (node.kind === 'end') return (at === text.length || lineEnd(at)) && go(at);
        if (node.kind === 'word') return (isWord(at - 1) !== isWord(at)) !== node.negate && go(at);
        // Lookbehinds of the test are one character.
        if (node.kind === 'lookbehind') return (at > 0 && alternatives(node.alternatives, at - 1, (end) => end === at)) !== node.negate && go(at);
        if (node.kind !== 'lookahead') throw new Error(node.kind);
        return alternatives(node.alternatives, at, () => true) !== node.negate && go(at);
      default: throw new Error(node.type);
    }
  };
  const repeat = (node: AST.Quantifier, count: number, at: number, go: Go): boolean => {
    const again = (): boolean => count < node.max && match(node.element, at, (next) => (next === at && count >= node.min ? false : repeat(node, count + 1, next, go)));
    if (count < node.min) return again();
    return node.greedy ? again() || go(at) : go(at) || again();
  };
  try {
    for (let start = 0; start <= text.length; ) {
      let end = -1;
      const found = alternatives(pattern.alternatives, start, (at) => {
        end = at;
        return true;
      });
      if (flags.includes('y') || (found && !flags.includes('g'))) break;
      start = found && end > start ? end : start + 1;
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return steps;
}
