/**
 * Is a regular expression linear? `judge(source, flags)` decides it for JavaScript's backtracking matcher, whatever the text:
 * one `exec` takes O(n) steps, the search over all places where a match could start included, and with `g` so do all matches
 * of a text together. Sound, not complete: what it calls linear is; an expression that it refuses may be harmless.
 *
 * How: the steps of the matcher are the paths of the expression's automaton over the text. With a state per character of the
 * expression (and what stood before it, for \b, ^ and lookbehinds of one character) there are more than O(n) of them only if
 *   - a state reaches itself by two ways that read the same word (exponential), or
 *   - p reads v and is at p again, reads v and is at q, and q reads v and is at q again (polynomial; Weber and Seidl 1991).
 * The search is a state p in front that reads anything. States from which every text leads to a match ("sure") never
 * backtrack, so they do not count as q. Lookaheads count as a further way (their words restrict nothing), a backreference as
 * its group once more; `{n,m}` is written out, and must not be exponential if it had no bound.
 */
import { RegExpParser } from '@eslint-community/regexpp';

/** Characters outside ASCII that stand for all of their general category, white space, and folding. */
const OTHERS = [0x34f, 0x115f, 0x180e, 0x3164, 0xfe00, 0x80, 0x85, 0xa0, 0xa2, 0xa6, 0xa9, 0xab, 0xad, 0xb2, 0xb5, 0xbb, 0xbf, 0xc9, 0xd7, 0xdf, 0xe9, 0x130, 0x131, 0x17f, 0x1c5, 0x2b0, 0x300, 0x3b1, 0x5d0, 0x660, 0x903, 0x488, 0x1680, 0x2000, 0x200b,
  0x2014, 0x2018, 0x2019, 0x201a, 0x2028, 0x2029, 0x203f, 0x20ac, 0x212a, 0x2160, 0x2200, 0x2500, 0x3000, 0x4e00, 0x309b, 0xd83d, 0xde00, 0xe000, 0xfdd0, 0xfeff, 0xffff];
const ASTRAL = [0x10400, 0x1d165, 0x1d7ce, 0x1f600, 0x20000, 0xe0001, 0xf0000, 0x10ffff];
const CATEGORY = /^\\[pP]\{(?:General_Category=|gc=)?(?:[LMNPSZC][a-z]?|Any|ASCII|Default_Ignorable_Code_Point|Control|Letter|Number|Punctuation|Separator)\}$/;
/** More copies than this is no small constant. */
const MOST_COPIES = 300;
const MOST_STATES = 6_000;
const MOST_STEPS = 6_000_000;

class Unknown extends Error {}

/**
 * @param {string} source between the slashes
 * @param {string} flags
 * @returns {{ linear: true } | { linear: false, why: 'exponential' | 'polynomial' | 'unknown', degree?: number, pump?: string, says: string }}
 *   `pump`: repeat it, and follow it by what does not match.
 */
export function judge(source, flags) {
  walked = 0;
  try {
    const pattern = new RegExpParser({ ecmaVersion: 2024 }).parsePattern(source, 0, source.length, { unicode: flags.includes('u'), unicodeSets: flags.includes('v') });
    // Without a loop, a bounded number of steps from each place.
    if (!/[*+{\\]|\?<[=!]/.test(source.replaceAll(/\\[pPu]\{[^}]*\}|\\[^1-9k]/g, ''))) return { linear: true };
    const exact = automaton(pattern, flags, false);
    const found = worst(exact, flags);
    if (found !== undefined) return { linear: false, ...found };
    if (/[^\\]\{/.test(source)) {
      const unbounded = worst(automaton(pattern, flags, true), flags, true);
      if (unbounded?.why === 'exponential') return { linear: false, ...unbounded, says: `exponential up to the bounds of its {n,m}, on ${JSON.stringify(unbounded.pump)}` };
    }
    return { linear: true };
  } catch (error) {
    if (error instanceof Unknown || error.name === 'SyntaxError') return { linear: false, why: 'unknown', says: `cannot be judged: ${error.message}` };
    throw error;
  }
}

/** One character of a text, by a set that the expression itself names. */
const setOf = (raw, flags) => {
  const expression = new RegExp(`^(?:${raw})$`, flags.replace(/[gymd]/g, ''));
  return (character) => expression.test(character);
};

function automaton(pattern, flags, unbounded) {
  const unicode = flags.includes('u') || flags.includes('v');
  const multiline = flags.includes('m');
  // --- the sets that are named, and the characters that tell them apart
  const sets = new Map();
  const named = (raw) => {
    if (!sets.has(raw)) sets.set(raw, { raw, has: setOf(raw, flags) });
    return sets.get(raw);
  };
  const codes = new Set([...Array.from({ length: 128 }, (_, code) => code), ...OTHERS, ...(unicode ? ASTRAL : [])]);
  const visit = (node) => {
    if (node.type === 'Character') for (const near of [-1, 0, 1]) codes.add(Math.max(0, node.value + near));
    if (node.type === 'CharacterSet' && node.kind === 'property' && !CATEGORY.test(node.raw)) throw new Unknown(`${node.raw} is not known here`);
    if (node.type === 'ExpressionCharacterClass' || node.type === 'ClassStringDisjunction') throw new Unknown('flag v');
    for (const key of ['alternatives', 'elements']) for (const child of node[key] ?? []) visit(child);
    for (const key of ['element', 'min', 'max']) if (typeof node[key] === 'object' && node[key] !== null) visit(node[key]);
  };
  visit(pattern);
  const characters = [...codes].filter((code) => code <= (unicode ? 0x10ffff : 0xffff)).map((code) => String.fromCodePoint(code));
  if (flags.includes('i')) for (const character of [...characters]) for (const other of [character.toLowerCase(), character.toUpperCase()]) if ([...other].length === 1 && (unicode || other.length === 1)) characters.push(other);

  // --- the expression as nodes; `next` is where a node leads to
  const nodes = [];
  const add = (node) => {
    if (nodes.length > MOST_STATES) throw new Unknown('it is too large');
    nodes.push(node);
    return nodes.length - 1;
  };
  const WORD = named('\\w');
  const BREAK = { raw: 'line break', has: (character) => /[\n\r\u2028\u2029]/.test(character) };
  /** What stands before matters for these. */
  const before = new Set();
  const oneOf = (alternatives, edge) => {
    // Each alternative is one character or an edge: exact. Else undefined.
    const parts = [];
    let open = false;
    for (const { elements } of alternatives) {
      const [only, more] = elements;
      if (only === undefined || more !== undefined) return undefined;
      if (['Character', 'CharacterClass', 'CharacterSet'].includes(only.type)) parts.push(named(only.raw));
      else if ((only.type === 'Group' || only.type === 'CapturingGroup') && only.modifiers == null) {
        const inner = oneOf(only.alternatives, edge);
        if (inner === undefined) return undefined;
        parts.push(...inner.parts);
        open ||= inner.open;
      } else if (only.type === 'Assertion' && only.kind === edge) {
        open = true;
        if (multiline) parts.push(BREAK);
      } else return undefined;
    }
    return { parts, open };
  };
  const longest = (node) => {
    switch (node.type) {
      case 'Character': case 'CharacterClass': case 'CharacterSet': return 1;
      case 'Quantifier': return node.max === 0 ? 0 : longest(node.element) * node.max;
      case 'Assertion': return node.kind === 'lookahead' || node.kind === 'lookbehind' ? Math.max(...node.alternatives.map(longest)) : 0;
      case 'Alternative': return node.elements.map(longest).reduce((sum, one) => sum + one, 0);
      case 'Group': case 'CapturingGroup': return Math.max(...node.alternatives.map(longest));
      default: return Infinity;
    }
  };
  const shortest = (node) => {
    switch (node.type) {
      case 'Character': case 'CharacterClass': case 'CharacterSet': return 1;
      case 'Quantifier': return shortest(node.element) * node.min;
      case 'Alternative': return node.elements.map(shortest).reduce((sum, one) => sum + one, 0);
      case 'Group': case 'CapturingGroup': return Math.min(...node.alternatives.map(shortest));
      default: return 0;
    }
  };
  /** Has the group read something whenever the backreference is reached? */
  const holds = (group, reference) => {
    if (shortest(group) === 0) return false;
    for (let at = group; ; at = at.parent) {
      if (at.start <= reference.start && reference.end <= at.end) return at.type === 'Alternative';
      if ((at.type === 'Quantifier' && at.min === 0) || (at.type === 'Assertion' && at.negate) || (at.type === 'Alternative' && at.parent.alternatives.length > 1 && !(at.parent.start <= reference.start && reference.end <= at.parent.end))) return false;
    }
  };
  const alternatives = (list, next) => {
    const outs = list.map((one) => one.elements.reduceRight((to, element) => compile(element, to), next));
    return outs.length === 1 ? outs[0] : add({ kind: 'split', outs });
  };
  const compile = (node, next) => {
    switch (node.type) {
      case 'Character': case 'CharacterClass': case 'CharacterSet':
        return add({ kind: 'character', set: named(node.raw), next });
      case 'Group':
        if (node.modifiers != null) throw new Unknown('flags within');
        return alternatives(node.alternatives, next);
      case 'CapturingGroup':
        return alternatives(node.alternatives, next);
      case 'Backreference': {
        const groups = Array.isArray(node.resolved) ? node.resolved : [node.resolved];
        if (groups.some((group) => group.start <= node.start && node.end <= group.end)) return next;
        // What it holds is not known: nothing behind it is sure.
        return add({ kind: 'any', next: add({ kind: 'split', outs: [...(groups.length === 1 && holds(groups[0], node) ? [] : [next]), ...groups.map((group) => alternatives(group.alternatives, next))] }) });
      }
      case 'Quantifier': {
        const { element } = node;
        // A large bound is none: more texts and more ways than there are, so what is linear then is linear.
        const loop = unbounded ? node.max > 1 : node.max > MOST_COPIES;
        const max = loop ? Math.max(1, Math.min(node.min, unbounded ? 1 : Infinity)) : node.max;
        const min = unbounded ? Math.min(node.min, max) : node.min;
        if (Math.max(min, loop ? 0 : max) > MOST_COPIES) throw new Unknown(`{${node.min},${node.max}} is no small number`);
        let to = next;
        if (loop) {
          // With a bound it may have to fail where a loop could go on: no way through it is sure.
          const unsure = (to) => (node.max === Infinity ? to : add({ kind: 'any', next: to }));
          const at = add({ kind: 'split', outs: [unsure(next)] });
          const body = compile(element, unsure(at));
          nodes[at].outs.push(body);
          to = min === 0 ? at : body;
          for (let copy = 1; copy < min; copy += 1) to = compile(element, to);
          return to;
        }
        for (let copy = max; copy > 0; copy -= 1) {
          const body = compile(element, to);
          to = copy > min ? add({ kind: 'split', outs: [next, body] }) : body;
        }
        return to;
      }
      case 'Assertion':
        if (node.kind === 'start' || node.kind === 'end') {
          if (node.kind === 'start' && multiline) before.add(BREAK);
          return add({ kind: node.kind, next });
        }
        if (node.kind === 'word') {
          before.add(WORD);
          return add({ kind: 'word', negate: node.negate, next });
        }
        if (node.kind === 'lookbehind') {
          const one = oneOf(node.alternatives, 'start');
          if (one !== undefined) {
            for (const part of one.parts) before.add(part);
            return add({ kind: 'behind', ...one, negate: node.negate, next });
          }
          if (longest(node) > MOST_COPIES) throw new Unknown('a lookbehind of any length');
          return add({ kind: 'any', next });
        }
        {
          const one = oneOf(node.alternatives, 'end');
          if (one !== undefined) return add({ kind: 'ahead', ...one, negate: node.negate, next });
          return add({ kind: 'fork', body: alternatives(node.alternatives, add({ kind: 'dead' })), next });
        }
      default: throw new Unknown(node.type);
    }
  };
  const accept = add({ kind: 'accept' });
  const init = alternatives(pattern.alternatives, accept);

  // --- characters that no set tells apart are one symbol; END is the last
  const all = [...sets.values(), BREAK];
  const groups = new Map();
  for (const character of characters) {
    const key = all.map(({ has }) => (has(character) ? 1 : 0)).join('');
    if (!groups.has(key)) groups.set(key, character);
  }
  const symbols = [...groups.values()].map((character) => pleasant(character, groups, all, characters));
  const END = symbols.length;
  const contexts = new Map();
  const contextOf = symbols.map((character) => {
    const key = [...before].map(({ has }) => (has(character) ? 1 : 0)).join('');
    if (!contexts.has(key)) contexts.set(key, { id: contexts.size + 1, character });
    return contexts.get(key).id;
  });
  const sample = ['', ...[...contexts.values()].map(({ character }) => character)];
  const masks = new Map();
  const maskOf = (set) => {
    if (!masks.has(set)) masks.set(set, symbols.reduce((mask, character, at) => (set.has(character) ? mask | (1n << BigInt(at)) : mask), 0n));
    return masks.get(set);
  };
  const FULL = (1n << BigInt(END + 1)) - 1n;
  const ATEND = 1n << BigInt(END);
  // A character before: as the text (context 0) starts, there is none.
  let budget = MOST_STEPS / 10;
  const closures = new Map();
  /** All ways from a node to the next character: [node, mask of next symbols, whether no lookahead stands on the way]. */
  const closure = (from, context) => {
    const key = from * 1000 + context;
    if (closures.has(key)) return closures.get(key);
    const steps = [];
    const accepts = [];
    /** How often a node stands on the way: a loop that reads nothing may be gone once, which makes a second way ((a*)*). */
    const onWay = new Map();
    const character = sample[context];
    const walk = (at, mask, plain) => {
      if ((budget -= 1) < 0) throw new Unknown('it is too large');
      const before = onWay.get(at) ?? 0;
      if (mask === 0n || before === 3) return;
      const node = nodes[at];
      onWay.set(at, before + 1);
      switch (node.kind) {
        case 'accept': accepts.push({ mask, plain }); break;
        case 'dead': break;
        case 'character': steps.push({ to: at, mask: mask & maskOf(node.set), plain }); break;
        case 'split': for (const out of node.outs) walk(out, mask, plain); break;
        case 'fork': walk(node.body, mask, false); walk(node.next, mask, false); break;
        case 'any': walk(node.next, mask, false); break;
        case 'start': if (context === 0 || (multiline && BREAK.has(character))) walk(node.next, mask, plain); break;
        case 'end': walk(node.next, mask & (ATEND | (multiline ? maskOf(BREAK) : 0n)), plain); break;
        case 'word': {
          const inWord = context !== 0 && WORD.has(character);
          const word = maskOf(WORD);
          walk(node.next, mask & (inWord === node.negate ? word : FULL & ~word), plain);
          break;
        }
        case 'behind': {
          const met = context === 0 ? node.open : node.parts.some(({ has }) => has(character));
          if (met !== node.negate) walk(node.next, mask, plain);
          break;
        }
        case 'ahead': {
          const met = node.parts.reduce((sum, part) => sum | maskOf(part), node.open ? ATEND : 0n);
          walk(node.next, mask & (node.negate ? FULL & ~met : met), plain);
          break;
        }
      }
      onWay.set(at, before);
    };
    walk(from, FULL, true);
    closures.set(key, { steps, accepts });
    return closures.get(key);
  };

  // --- states: [node to go on from, context]; edges by symbol
  const ids = new Map();
  const states = [];
  const idOf = (node, context, search) => {
    const key = `${node},${context},${search}`;
    if (!ids.has(key)) {
      if (states.length > MOST_STATES) throw new Unknown('it is too large');
      ids.set(key, states.length);
      states.push({ node, context, search, edges: undefined, accepts: [] });
    }
    return ids.get(key);
  };
  const sticky = flags.includes('y');
  const starts = sticky ? sample.map((_, context) => idOf(init, context, false)) : [idOf(init, 0, true)];
  for (let at = 0; at < states.length; at += 1) {
    const state = states[at];
    const { steps, accepts } = closure(state.node, state.context);
    state.accepts = accepts;
    state.edges = symbols.map((_, symbol) => {
      const bit = 1n << BigInt(symbol);
      const targets = steps.filter(({ mask }) => (mask & bit) !== 0n).map(({ to, plain }) => ({ to: idOf(nodes[to].next, contextOf[symbol], false), plain }));
      if (state.search) targets.push({ to: idOf(init, contextOf[symbol], true), plain: false, search: true });
      return targets;
    });
  }
  return { states, starts, symbols, END, FULL };
}

/** A symbol is shown by a character that is easy to read. */
function pleasant(character, groups, all, characters) {
  const key = (one) => all.map(({ has }) => (has(one) ? 1 : 0)).join('');
  const own = key(character);
  return characters.find((one) => /[a-zA-Z0-9]/.test(one) && key(one) === own) ?? characters.find((one) => /[!-~]/.test(one) && key(one) === own) ?? character;
}

/** The worst that the automaton can do: undefined = linear. */
function worst({ states, symbols, END, FULL }, flags, exponentialOnly = false) {
  const count = states.length;
  const global = flags.includes('g');
  // Sure: whatever follows, this goes on to a match (the greatest set for which it holds).
  const sure = states.map(({ search }) => !search);
  for (let changed = true; changed;) {
    changed = false;
    for (let at = 0; at < count; at += 1) {
      if (!sure[at]) continue;
      const ends = states[at].accepts.filter(({ plain }) => plain).reduce((sum, { mask }) => sum | mask, 0n);
      if (ends === FULL) continue;
      const holds = (ends & (1n << BigInt(END))) !== 0n && symbols.every((_, symbol) => (ends & (1n << BigInt(symbol))) !== 0n || states[at].edges[symbol].some(({ to, plain }) => plain && sure[to]));
      if (!holds) {
        sure[at] = false;
        changed = true;
      }
    }
  }
  const isSearch = states.map(({ search }) => search);
  const edgesOf = (at, symbol, inside) => states[at].edges[symbol].filter(({ to }) => inside(to));
  const parts = (inside) => components(count, (at) => (inside(at) ? states[at].edges.flatMap((edges) => edges.map(({ to }) => to).filter(inside)) : []), inside);
  const loops = parts((at) => !isSearch[at] && !sure[at]);
  // Exponential: two ways from a state to itself by one word.
  for (const loop of loops) {
    const inside = new Set(loop);
    const has = (at) => inside.has(at);
    for (const at of loop) for (let symbol = 0; symbol < symbols.length; symbol += 1) {
      const to = edgesOf(at, symbol, has).map((edge) => edge.to);
      const twice = to.find((one, index) => to.indexOf(one) !== index);
      if (twice !== undefined) {
        const back = walk([twice], ([one]) => one === at, ([one], go) => symbols.forEach((_, next) => edgesOf(one, next, has).forEach((edge) => go([edge.to], next))), count);
        const pump = symbols[symbol] + (back ?? []).map((one) => symbols[one]).join('');
        return { why: 'exponential', pump, says: `exponential on ${JSON.stringify(pump)} repeated` };
      }
    }
    for (const at of loop) {
      // From (at, at) by way of two different states back: the third says whether they differed.
      const way = walk([at, at, 0], ([one, other, differed], first) => !first && one === at && other === at && differed === 1, ([one, other, differed], go) => {
        for (let symbol = 0; symbol < symbols.length; symbol += 1) for (const a of edgesOf(one, symbol, has)) for (const b of edgesOf(other, symbol, has)) go([a.to, b.to, differed === 1 || a.to !== b.to ? 1 : 0], symbol);
      }, count);
      if (way !== undefined) {
        const pump = way.map((one) => symbols[one]).join('');
        return { why: 'exponential', pump, says: `exponential on ${JSON.stringify(pump)} repeated` };
      }
    }
  }
  if (exponentialOnly) return undefined;
  // Polynomial: p -v-> p, p -v-> q, q -v-> q.
  const outer = [...parts((at) => isSearch[at]), ...parts((at) => !isSearch[at])];
  const found = [];
  for (const [index, first] of outer.entries()) {
    const search = isSearch[first[0]];
    const inFirst = new Set(first);
    const between = (at) => !isSearch[at] && !(search && !global && sure[at]);
    const reach = reachable(states, first);
    for (const loop of loops) {
      if (!reach.has(loop[0])) continue;
      const inLoop = new Set(loop);
      const witness = firstOf(first, (p) => firstOf(loop, (q) => (p === q ? undefined : walk([p, p, q], ([a, t, b]) => a === p && t === q && b === q, ([a, t, b], go) => {
        for (let symbol = 0; symbol < symbols.length; symbol += 1) {
          const ends = edgesOf(b, symbol, (to) => inLoop.has(to));
          if (ends.length === 0) continue;
          for (const x of edgesOf(a, symbol, (to) => inFirst.has(to))) for (const y of states[t].edges[symbol]) if (between(y.to) || (inFirst.has(y.to) && y.search === true)) for (const z of ends) go([x.to, y.to, z.to], symbol);
        }
      }, count))));
      if (witness !== undefined) found.push({ index, search, first, loop, pump: witness.map((one) => symbols[one]).join('') });
    }
  }
  if (found.length === 0) return undefined;
  const degree = 1 + Math.max(...found.filter(({ search }) => search).map((one) => chain(one, found)), ...found.filter(({ search }) => !search).map((one) => chain(one, found)));
  const [one] = found;
  return { why: 'polynomial', degree, pump: one.pump, says: `${degree === 2 ? 'quadratic' : degree === 3 ? 'cubic' : `of degree ${degree}`}${one.search ? ' by its search' : ''}, on ${JSON.stringify(one.pump)} repeated` };
}

/** How many loops in a row each read what the one before reads. */
function chain(one, found, seen = new Set()) {
  if (seen.has(one)) return 0;
  seen.add(one);
  return 1 + Math.max(0, ...found.filter((other) => other !== one && other.first.some((state) => one.loop.includes(state))).map((other) => chain(other, found, seen)));
}

const firstOf = (list, find) => {
  for (const one of list) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
};

let walked = 0;
/** The shortest word (symbols) from a tuple of states to one that is wanted; at least one symbol long. */
function walk(from, wanted, neighbours, count) {
  const keyOf = (tuple) => tuple.reduce((key, one) => key * (count + 2) + one, 0);
  const seen = new Map([[keyOf(from), undefined]]);
  let layer = [from];
  if (from.length === 1 && wanted(from, true)) return [];
  while (layer.length > 0) {
    const after = [];
    for (const tuple of layer) {
      let hit;
      neighbours(tuple, (next, symbol) => {
        if ((walked += 1) > MOST_STEPS) throw new Unknown('it is too large');
        if (hit !== undefined) return;
        if (wanted(next, false)) hit = [tuple, symbol];
        const key = keyOf(next);
        if (seen.has(key)) return;
        seen.set(key, [tuple, symbol]);
        after.push(next);
      });
      if (hit !== undefined) {
        const word = [];
        for (let at = hit; at !== undefined; at = seen.get(keyOf(at[0]))) word.unshift(at[1]);
        return word;
      }
    }
    layer = after;
  }
  return undefined;
}

function reachable(states, from) {
  const seen = new Set(from);
  const todo = [...from];
  while (todo.length > 0) for (const edges of states[todo.pop()].edges) for (const { to } of edges) if (!seen.has(to)) {
    seen.add(to);
    todo.push(to);
  }
  return seen;
}

/** Tarjan's strongly connected components that hold a cycle. */
function components(count, nextOf, inside) {
  const index = Array.from({ length: count });
  const low = [];
  const stack = [];
  const on = new Set();
  const out = [];
  let counter = 0;
  const enter = (root) => {
    const work = [[root, undefined, 0]];
    while (work.length > 0) {
      const frame = work.at(-1);
      const [at] = frame;
      if (frame[1] === undefined) {
        frame[1] = [...new Set(nextOf(at))];
        index[at] = low[at] = counter;
        counter += 1;
        stack.push(at);
        on.add(at);
      }
      if (frame[2] < frame[1].length) {
        const to = frame[1][frame[2]];
        frame[2] += 1;
        if (index[to] === undefined) work.push([to, undefined, 0]);
        else if (on.has(to)) low[at] = Math.min(low[at], index[to]);
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) low[parent[0]] = Math.min(low[parent[0]], low[at]);
      if (low[at] !== index[at]) continue;
      const part = [];
      for (let one; one !== at;) {
        one = stack.pop();
        on.delete(one);
        part.push(one);
      }
      if (part.length > 1 || frame[1].includes(at)) out.push(part);
    }
  };
  for (let at = 0; at < count; at += 1) if (index[at] === undefined && inside(at)) enter(at);
  return out;
}
