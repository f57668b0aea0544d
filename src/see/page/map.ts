import type { Calls, MapEdge, MapNode, ServiceMap } from './api.ts';
import type { WireSpan } from '../wire-span.ts';
import { textsOf } from './read-spans.ts';
import { slices } from './slices.ts';
import { headsOf } from './chunk.ts';
import type { KeptTrace } from './trace.ts';

type Edge = Calls & { readonly from: string; readonly to: string; readonly outside: boolean };

/** Attributes that name what a client span calls, the best name first. */
const PEERS = ['peer.service', 'db.system.name', 'db.system', 'messaging.system', 'rpc.service', 'server.address', 'net.peer.name', 'http.host'];
/** Names beyond these are the work of a sender that makes them up. */
const MOST_NODES = 200;

/** Edges of a trace that did not change need not be found again. */
const known = new WeakMap<KeptTrace, { readonly seq: number; readonly edges: readonly Edge[] }>();

/**
 * Services and who calls whom, over these traces: an edge where a span's parent belongs to another service, and where
 * a client span has no answer from a traced service: a database, a queue, somebody else's API. Calls *of* a service
 * are its spans of kind server and consumer; one that has none counts its roots.
 */
export async function serviceMap(traces: Iterable<KeptTrace>): Promise<ServiceMap> {
  const pause = slices();
  const nodes = new Map<string, MapNode>();
  const edges = new Map<string, MapEdge>();
  let [first, last] = [0n, 0n];
  // A copy: the store changes in between.
  const all = [...traces];
  for (const trace of all) {
    await pause();
    if (first === 0n || trace.startNs < first) first = trace.startNs;
    if (trace.startNs > last) last = trace.startNs;
    for (const { from, to, outside, ...calls } of edgesOf(trace)) {
      const key = keyOf(to, outside);
      if (!nodes.has(key) && nodes.size >= MOST_NODES) continue;
      nodes.set(key, { key, name: to, kind: outside ? 'outside' : 'service', ...sum(nodes.get(key), calls) });
      if (from === '') continue;
      const edge = JSON.stringify([from, key]);
      edges.set(edge, { from: keyOf(from, false), to: key, ...sum(edges.get(edge), calls) });
    }
  }
  return { period: Number((last - first) / 1000n), nodes: [...nodes.values()], edges: [...edges.values()] };
}

const keyOf = (name: string, outside: boolean): string => `${outside ? 'outside' : 'service'}:${name}`;
const sum = (a: Calls | undefined, b: Calls): Calls => ({ calls: (a?.calls ?? 0) + b.calls, errors: (a?.errors ?? 0) + b.errors, ns: (a?.ns ?? 0) + b.ns });

function edgesOf(trace: KeptTrace): readonly Edge[] {
  const before = known.get(trace);
  if (before?.seq === trace.seq) return before.edges;
  const spans = new Map<string, { readonly service: string; readonly head: WireSpan }>();
  for (const chunk of trace.chunks) for (const head of headsOf(chunk)) spans.set(head.spanId, { service: chunk.service, head });
  const answered = new Set<string>();
  const edges: Edge[] = [];
  const add = (from: string, to: string, outside: boolean, head: WireSpan): void => void edges.push({ from, to, outside, calls: 1, errors: head.error ? 1 : 0, ns: Math.max(0, Number(head.endNs - head.startNs)) });
  for (const { service, head } of spans.values()) {
    const parent = spans.get(head.parentId);
    if (parent !== undefined && parent.service !== service) {
      answered.add(head.parentId);
      add(parent.service, service, false, head);
    } else if (parent === undefined || head.kind === 'server' || head.kind === 'consumer') {
      add('', service, false, head);
    }
  }
  for (const { service, head } of spans.values()) {
    if ((head.kind !== 'client' && head.kind !== 'producer') || answered.has(head.spanId)) continue;
    const names = textsOf(head.bytes, 9, PEERS);
    const peer = PEERS.map((name) => names.get(name)).find((name) => name !== undefined && name !== '');
    if (peer !== undefined) add(service, peer.slice(0, 100), true, head);
  }
  known.set(trace, { seq: trace.seq, edges });
  return edges;
}
