/** What one request may cost. A sender that we do not know decides what is in it. */

/** Messages (spans, attributes, values) in one request; a default batch of an SDK has under 20,000. */
export const MOST_MESSAGES = 1_000_000;
/** Messages inside messages; a span's attribute is at 5, each list or map inside a value costs 2 or 3 more. */
export const DEEPEST = 32;
/** UTF-16 units that are kept of a text. */
export const LONGEST_TEXT = 8192;

/** A decoded message: only names of the schema's tables occur. Lists of counted messages are their number. */
export interface Plain {
  readonly [name: string]: PlainValue | undefined;
}
export type PlainValue = string | number | boolean | bigint | Plain | readonly Plain[];

/** The body is not what it says it is. `message` is a sentence for the sender. */
export class Malformed extends Error {}

export const tooMany = (): Malformed => new Malformed(`The request holds more than ${MOST_MESSAGES.toLocaleString('en')} messages.`);

export const tooDeep = (): Malformed => new Malformed(`The request is nested more than ${DEEPEST} levels deep.`);

/** Counts what a request has cost so far; `spend` throws Malformed when it is too much. */
export class Budget {
  #left = MOST_MESSAGES;
  spend(depth: number): void {
    if (--this.#left < 0) throw tooMany();
    if (depth > DEEPEST) throw tooDeep();
  }
}

/** Text as it is kept. A copy: a part of a text would keep all of it in memory. */
export const shorten = (text: string, most = LONGEST_TEXT): string => (text.length > most ? `${Buffer.from(text.slice(0, most - 1), 'utf16le').toString('utf16le')}…` : text);
