import type { Span } from './otlp.ts';

/** A line of the waterfall. */
export interface Line {
  readonly span: Span;
  readonly depth: number;
  readonly children: number;
  /** Its parent did not arrive (it may be the caller's, who does not send here). */
  readonly orphan: boolean;
}
export interface Tree {
  readonly roots: readonly Span[];
  childrenOf(span: Span): readonly Span[];
}

/** Who is whose child, in order of start. Spans that are each other's parents hang at the first of them. Pure. */
export function treeOf(spans: readonly Span[]): Tree {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const children = new Map<Span, Span[]>();
  const roots: Span[] = [];
  for (const span of spans) {
    const parent = byId.get(span.parentId);
    if (parent === undefined || parent === span) roots.push(span);
    else {
      const siblings = children.get(parent);
      if (siblings === undefined) children.set(parent, [span]);
      else siblings.push(span);
    }
  }
  for (const list of [roots, ...children.values()]) list.sort((a, b) => a.start - b.start || b.ns - a.ns);
  const reached = new Set<Span>();
  const reach = (first: Span): void => {
    const stack = [first];
    for (let span = stack.pop(); span !== undefined; span = stack.pop()) {
      if (reached.has(span)) continue;
      reached.add(span);
      stack.push(...(children.get(span) ?? []));
    }
  };
  for (const root of roots) reach(root);
  for (const span of spans) {
    if (reached.has(span)) continue;
    // In a circle: it becomes a root, and nobody's child.
    const parent = byId.get(span.parentId);
    if (parent !== undefined) children.set(parent, (children.get(parent) ?? []).filter((child) => child !== span));
    roots.push(span);
    reach(span);
  }
  return { roots, childrenOf: (span) => children.get(span) ?? [] };
}

/** Spans below this one, all the way down. Pure. */
export function below(span: Span, { childrenOf }: Tree): number {
  let number = 0;
  const stack = [...childrenOf(span)];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    number++;
    for (const child of childrenOf(next)) stack.push(child);
  }
  return number;
}

/** The lines from top to bottom, without what is below closed spans. A stack of our own: a trace can be deep. Pure. */
export function linesOf(tree: Tree, closed: ReadonlySet<string>): readonly Line[] {
  const lines: Line[] = [];
  const stack = tree.roots.map((span) => ({ span, depth: 0 })).toReversed();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { span, depth } = next;
    const children = tree.childrenOf(span);
    lines.push({ span, depth, children: children.length, orphan: depth === 0 && span.parentId !== '' });
    if (!closed.has(span.id)) for (const child of children.toReversed()) stack.push({ span: child, depth: depth + 1 });
  }
  return lines;
}
