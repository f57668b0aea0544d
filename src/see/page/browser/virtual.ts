/** A list of any length in which only the rows that can be seen exist. */
export interface Virtual {
  /** Draws again; `count` rows from now on. */
  show(count: number): void;
  /** Scrolls as little as it takes for that row to be seen. */
  reveal(index: number): void;
  /** Rows that fit. */
  page(): number;
}

const OVERSCAN = 6;

/**
 * @param scroller scrolls; `body` inside it holds the rows and gets the height of all of them.
 * @param make a new row, `fill` puts an item into a row that was made before.
 * @param rowHeight asked each time: a phone has higher rows.
 */
export function virtual<Row extends HTMLElement>(scroller: HTMLElement, body: HTMLElement, rowHeight: () => number, make: () => Row, fill: (row: Row, index: number) => void): Virtual {
  const free: Row[] = [];
  const used = new Map<number, Row>();
  let count = 0;
  let planned = 0;

  const draw = (): void => {
    planned = 0;
    const height = rowHeight();
    body.style.height = `${count * height}px`;
    const top = scroller.scrollTop - body.offsetTop;
    const first = Math.max(0, Math.floor(top / height) - OVERSCAN);
    const last = Math.min(count, Math.ceil((top + scroller.clientHeight) / height) + OVERSCAN);
    for (const [index, row] of used) {
      if (index >= first && index < last) continue;
      used.delete(index);
      row.hidden = true;
      row.removeAttribute('id');
      free.push(row);
    }
    for (let index = first; index < last; index++) {
      const row = used.get(index) ?? free.pop() ?? body.appendChild(make());
      used.set(index, row);
      row.hidden = false;
      row.style.transform = `translateY(${index * height}px)`;
      fill(row, index);
    }
    // What was needed once for a tall window is not kept for a low one.
    while (free.length > OVERSCAN) free.pop()?.remove();
  };
  const plan = (): void => {
    planned ||= requestAnimationFrame(draw);
  };
  scroller.addEventListener('scroll', plan, { passive: true });
  new ResizeObserver(plan).observe(scroller);

  return {
    show(next) {
      count = next;
      draw();
    },
    reveal(index) {
      const height = rowHeight();
      const top = body.offsetTop + index * height;
      const head = body.offsetTop; // a head that sticks covers that much
      if (top - head < scroller.scrollTop) scroller.scrollTop = top - head;
      else if (top + height > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + height - scroller.clientHeight;
      draw();
    },
    page: () => Math.max(1, Math.floor((scroller.clientHeight - body.offsetTop) / rowHeight()) - 1),
  };
}
