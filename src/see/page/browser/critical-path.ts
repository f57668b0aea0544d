import type { Span } from './otlp.ts';
import type { Tree } from './tree.ts';

/** A stretch of time, nanoseconds after the trace's start. */
export type Stretch = readonly [from: number, to: number];

/**
 * For each span the stretches in which the whole trace waited for it and for none of its children: from the end
 * backwards, the child that ended last is what was waited for. What a child does after its parent has ended
 * (work in the background) does not count. The root is the one that ends last. Pure.
 */
export function criticalPath({ roots, childrenOf }: Tree): ReadonlyMap<Span, readonly Stretch[]> {
  const path = new Map<Span, Stretch[]>();
  const [root] = roots.toSorted((a, b) => b.start + b.ns - (a.start + a.ns));
  const stack = root === undefined ? [] : [{ span: root, since: root.start, until: root.start + root.ns }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { span, since } = next;
    const stretches: Stretch[] = [];
    let { until } = next;
    for (const child of childrenOf(span).toSorted((a, b) => b.start + b.ns - (a.start + a.ns))) {
      if (until <= since) break;
      const end = Math.min(child.start + child.ns, until);
      if (child.start >= until || end <= since) continue;
      if (end < until) stretches.push([end, until]);
      // Clocks differ: a child that starts before its parent counts from there.
      until = Math.max(child.start, since);
      stack.push({ span: child, since: until, until: end });
    }
    if (until > since) stretches.push([since, until]);
    path.set(span, stretches.toReversed());
  }
  return path;
}
