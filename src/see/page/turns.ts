/** One after another, with pauses: what a page asks for must not take the time that the receiver needs. */

export interface Turn {
  /** Milliseconds of pause after each; at least as long as it took, so that others have half of the time. */
  readonly rest?: number;
  /** So many wait; more are turned away. */
  readonly waiting: number;
}
/** What is waited for is over by then, or whoever waits gives up. */
const LONGEST_REST = 2_000;

export class Turns {
  readonly #queue: (() => Promise<void>)[] = [];
  readonly #turn: Turn;
  readonly #now: () => number;
  #busy = false;

  constructor(turn: Turn, now: () => number = () => performance.now()) {
    this.#turn = turn;
    this.#now = now;
  }

  /** Does the work when its turn has come. undefined: too many are waiting; or `signal` says that nobody wants it any more. Rejects as the work does. */
  async take<Result>(work: () => Result | Promise<Result>, signal?: AbortSignal): Promise<Result | undefined> {
    if (signal?.aborted === true || (this.#busy && this.#queue.length >= this.#turn.waiting)) return undefined;
    return new Promise((done, failed) => {
      const turn = async (): Promise<void> => {
        signal?.removeEventListener('abort', gone);
        try {
          done(await work());
        } catch (error) {
          failed(error as Error);
        }
      };
      const gone = (): void => {
        const at = this.#queue.indexOf(turn);
        if (at >= 0) this.#queue.splice(at, 1);
        done(undefined);
      };
      signal?.addEventListener('abort', gone, { once: true });
      this.#queue.push(turn);
      if (!this.#busy) void this.#next();
    });
  }

  async #next(): Promise<void> {
    const turn = this.#queue.shift();
    this.#busy = turn !== undefined;
    if (turn === undefined) return;
    const began = this.#now();
    await turn();
    const rest = Math.min(LONGEST_REST, Math.max(this.#turn.rest ?? 0, this.#now() - began));
    // Nobody is kept from ending by a pause.
    setTimeout(() => void this.#next(), rest).unref();
  }
}
