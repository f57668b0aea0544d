import type { SpanGroup } from '../otlp-spans.ts';

/** What spans of one resource and scope have in common. */
export interface Source {
  readonly of: Resource;
  readonly scope: Uint8Array;
  users: number;
}
export interface Resource {
  /** Its bytes as a text; that of a scope is in its map. */
  readonly key: string;
  readonly service: string;
  /** The same list for all traces of this service alone. */
  readonly services: readonly string[];
  readonly bytes: Uint8Array;
  readonly scopes: Map<string, Source>;
}

/**
 * Resources and scopes repeat with every request, and cost their bytes once, and once more for the text by which they are
 * found. A resource is looked up by itself: a sender may put a large one in front of any number of scopes.
 */
export class Sources {
  readonly #resources = new Map<string, Resource>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** The source of a group; give it back with `release` as often as it was taken. */
  take({ service, resource, scope }: SpanGroup): Source {
    const of = this.#resources.get(resource) ?? this.#make(service, resource);
    const source = of.scopes.get(scope) ?? { of, scope: Buffer.from(scope, 'latin1'), users: 0 };
    if (source.users++ === 0) {
      of.scopes.set(scope, source);
      this.#bytes += 2 * scope.length;
    }
    return source;
  }

  release(source: Source): void {
    if (--source.users > 0) return;
    const { of, scope } = source;
    of.scopes.delete(Buffer.from(scope).toString('latin1'));
    this.#bytes -= 2 * scope.length;
    if (of.scopes.size > 0) return;
    this.#resources.delete(of.key);
    this.#bytes -= 2 * of.key.length;
  }

  #make(service: string, key: string): Resource {
    const made = { key, service, services: [service], bytes: Buffer.from(key, 'latin1'), scopes: new Map() };
    this.#resources.set(key, made);
    this.#bytes += 2 * key.length;
    return made;
  }
}
