import type { EnvVar, Files, Service } from '../types.ts';

/**
 * What a language finds out about a service, found out once: it is asked for to recognise the service and again to
 * trace it. By then the service is another object, which has its `app`, too; all else of it is still the very same.
 */
export function oncePerService<Found>(find: (service: Service, files: Files) => Found): (service: Service, files: Files) => Found {
  const known = new WeakMap<Files, WeakMap<readonly EnvVar[], { readonly service: Service; readonly found: Found }>>();
  return (service, files) => {
    const ofFiles = known.get(files) ?? new WeakMap<readonly EnvVar[], { readonly service: Service; readonly found: Found }>();
    known.set(files, ofFiles);
    const before = ofFiles.get(service.env);
    if (before !== undefined && sameButApp(before.service, service)) return before.found;
    const found = find(service, files);
    ofFiles.set(service.env, { service, found });
    return found;
  };
}

function sameButApp(a: Service, b: Service): boolean {
  if (a === b) return true;
  const { app: _, ...own } = a;
  const { app: __, ...other } = b;
  const values = new Map(Object.entries(other));
  return Object.keys(own).length === values.size && Object.entries(own).every(([key, value]) => values.get(key) === value);
}
