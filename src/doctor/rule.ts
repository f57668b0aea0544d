/** How a rule is written: with the facts that it names typed as known, the others out of its reach. */
import type { FactName, Facts, Finding, Rule } from './types.ts';

interface Spec<F extends FactName, A extends FactName> extends Omit<Rule, 'from' | 'also' | 'find'> {
  readonly from: readonly F[];
  readonly also?: readonly A[];
  find(facts: Pick<Facts, F> & Partial<Pick<Facts, A>>): readonly Finding[];
}

/** A rule; `find` gets exactly the facts that `from` (all known) and `also` (perhaps known) name. */
export function rule<F extends FactName, A extends FactName = never>(spec: Spec<F, A>): Rule {
  const has = (facts: Partial<Facts>): facts is Pick<Facts, F> & Partial<Pick<Facts, A>> => spec.from.every((name) => facts[name] !== undefined);
  return {
    ...spec,
    find(facts) {
      if (!has(facts)) throw new Error(`${spec.id} was called without ${spec.from.filter((name) => facts[name] === undefined).join(', ')}`);
      return spec.find(facts);
    },
  };
}
