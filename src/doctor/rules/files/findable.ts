/** Names under which a service finds another one: Compose's own, where they share a network. Pure. */
import type { Service } from '../../../types.ts';
import { grouped } from '../../indexed.ts';
import { distance } from './known-names.ts';

interface Name {
  readonly name: string;
  readonly of: Service;
}
/** What can be found from the same networks, gone through once for all services in them. */
interface Found {
  /** Of all active services, in their order. */
  readonly names: readonly Name[];
  readonly byName: ReadonlyMap<string, readonly Name[]>;
  /** Asked for → the names that are written almost the same. */
  readonly like: Map<string, readonly Name[]>;
}

/** Every name of a service: its own, its container's, its aliases. */
export const called = ({ name, containerName, networks = [] }: Service): readonly string[] => [name, ...(containerName === undefined ? [] : [containerName]), ...networks.flatMap(({ aliases }) => aliases)];

const byAnyName = new WeakMap<readonly Service[], ReadonlyMap<string, readonly Name[]>>();

/** The first other service of that name, whether it can be found or not. */
export function calledSo(name: string, besides: Service, services: readonly Service[]): Service | undefined {
  const names = byAnyName.get(services) ?? grouped(services.flatMap((of) => called(of).map((one): Name => ({ name: one, of }))), ({ name: one }) => one);
  byAnyName.set(services, names);
  return (names.get(name) ?? []).find(({ of }) => of !== besides)?.of;
}

const known = new WeakMap<readonly Service[], Map<string, Found>>();

/** Another active service of `services` answers to the name in a network of `from`. */
export const isFindable = (name: string, from: Service, services: readonly Service[]): boolean => (foundFrom(from, services).byName.get(name) ?? []).some(({ of }) => of !== from);

/** The first such name that is at most two letters away from `name`. */
export function findableLike(name: string, from: Service, services: readonly Service[]): string | undefined {
  const { names, like } = foundFrom(from, services);
  const near = like.get(name) ?? names.filter((one) => one.name.length > 4 && distance(one.name, name) <= 2);
  like.set(name, near);
  return near.find(({ of }) => of !== from)?.name;
}

function foundFrom({ networks = [] }: Service, services: readonly Service[]): Found {
  const ofServices = known.get(services) ?? new Map<string, Found>();
  known.set(services, ofServices);
  const inside = new Set(networks.map(({ name }) => name));
  const key = [...inside].toSorted().join('\n');
  const found = ofServices.get(key) ?? namesIn(inside, services);
  ofServices.set(key, found);
  return found;
}

function namesIn(inside: ReadonlySet<string>, services: readonly Service[]): Found {
  const names = services.filter(({ active }) => active).flatMap((of) => namesOf(of, inside).map((name): Name => ({ name, of })));
  return { names, byName: grouped(names, ({ name }) => name), like: new Map() };
}

function namesOf(service: Service, inside: ReadonlySet<string>): readonly string[] {
  const shared = (service.networks ?? []).filter(({ name }) => inside.has(name));
  return shared.length === 0 ? [] : called({ ...service, networks: shared });
}
