/** A list of any length in which only the rows that can be seen exist. */
export interface Virtual {
  /**
   * Draws again; `count` rows from now on. @param moved what was drawn stands so many rows further down now: its elements
   * go along, so that nothing in them changes. @param stay the reader sees the same rows as before.
   */
  show(count: number, moved?: number, stay?: boolean): void;
  /** Scrolls as little as it takes for that row to be seen. */
  reveal(index: number): void;
  /** The row at the upper edge. */
  first(): number;
  /** Rows that fit. */
  page(): number;
}

/** The screen may be scrolled before the page has had its turn: there are rows for so long. */
const OVERSCAN = 12;

/**
 * @param scroller scrolls; `body` inside it holds the rows and gets the height of all of them.
 * @param make a new row, `fill` puts an item into a row that was made before.
 * @param rowHeight asked each time: a phone has higher rows.
 */
export function virtual<Row extends HTMLElement>(scroller: HTMLElement, body: HTMLElement, rowHeight: () => number, make: () => Row, fill: (row: Row, index: number) => void): Virtual {
  const free: Row[] = [];
  let used = new Map<number, Row>();
  let count = 0;
  let planned = 0;
  let whole = '';

  /** @param again also the rows that are there: what they show may have changed. */
  const draw = (again: boolean, stayed = 0): void => {
    cancelAnimationFrame(planned);
    planned = 0;
    const height = rowHeight();
    // Read before anything is written: the browser need not lay the page out in between.
    let { scrollTop } = scroller;
    const { clientHeight } = scroller;
    const { offsetTop } = body;
    const wanted = `${count * height}px`;
    if (wanted !== whole) body.style.height = wanted;
    whole = wanted;
    if (stayed !== 0) {
      scrollTop += stayed * height;
      scroller.scrollTop = scrollTop;
    }
    const top = Math.max(0, Math.min(scrollTop, count * height + offsetTop - clientHeight) - offsetTop);
    const first = Math.max(0, Math.floor(top / height) - OVERSCAN);
    const last = Math.min(count, Math.ceil((top + clientHeight) / height) + OVERSCAN);
    for (const [index, row] of used) {
      if (index >= first && index < last) continue;
      used.delete(index);
      row.hidden = true;
      row.removeAttribute('id');
      free.push(row);
    }
    let below: Row | null = null;
    for (let index = last - 1; index >= first; index--) {
      const there = used.get(index);
      const row: Row = there ?? free.pop() ?? make();
      if (there === undefined || again) {
        // Who has it read aloud goes from element to element.
        if (there === undefined) body.insertBefore(row, below);
        used.set(index, row);
        row.hidden = false;
        row.style.transform = `translateY(${index * height}px)`;
        fill(row, index);
      }
      below = row;
    }
    // What was needed once for a tall window is not kept for a low one.
    while (free.length > OVERSCAN) free.pop()?.remove();
  };
  scroller.addEventListener('scroll', () => {
    planned ||= requestAnimationFrame(() => draw(false));
  }, { passive: true });
  new ResizeObserver(() => draw(true)).observe(scroller);

  return {
    show(next, moved = 0, stay = false) {
      count = next;
      if (moved !== 0) used = new Map([...used].map(([index, row]) => [index + moved, row]));
      draw(true, stay ? moved : 0);
    },
    reveal(index) {
      const height = rowHeight();
      const top = body.offsetTop + index * height;
      const head = body.offsetTop; // a head that sticks covers that much
      if (top - head < scroller.scrollTop) scroller.scrollTop = top - head;
      else if (top + height > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + height - scroller.clientHeight;
      draw(true);
    },
    first: () => Math.floor(scroller.scrollTop / rowHeight()),
    page: () => Math.max(1, Math.floor((scroller.clientHeight - body.offsetTop) / rowHeight()) - 1),
  };
}
