/** What can be in a `Recent`. */
export interface Ordered<Item> {
  older: Item | undefined;
  newer: Item | undefined;
}

/** A list in order of last use. A Map has an order too, but looks through all that was taken out of its front for its first entry. */
export class Recent<Item extends Ordered<Item>> {
  oldest: Item | undefined;
  newest: Item | undefined;

  /** Puts an item that is not in the list at its end. */
  add(item: Item): void {
    item.older = this.newest;
    item.newer = undefined;
    if (this.newest === undefined) this.oldest = item;
    else this.newest.newer = item;
    this.newest = item;
  }

  remove(item: Item): void {
    if (item.older === undefined) this.oldest = item.newer;
    else item.older.newer = item.newer;
    if (item.newer === undefined) this.newest = item.older;
    else item.newer.older = item.older;
    item.older = undefined;
    item.newer = undefined;
  }

  /** From the oldest to the newest. */
  *[Symbol.iterator](): Generator<Item> {
    for (let item = this.oldest; item !== undefined; item = item.newer) yield item;
  }
}
