/** The hops of a span's way, in order, and what each is called. */
import type { Hop } from './types.ts';

export const HOPS: readonly { readonly hop: Hop; readonly title: string }[] = [
  { hop: 'key', title: 'the API key' },
  { hop: 'stores', title: 'where the key is kept' },
  { hop: 'files', title: 'compose file, Dockerfile, packages' },
  { hop: 'source', title: 'the code' },
  { hop: 'image', title: 'the image' },
  { hop: 'container', title: 'the container' },
  { hop: 'export', title: 'the export' },
  { hop: 'arrival', title: 'the arrival' },
];
export const rankOf = (hop: Hop): number => HOPS.findIndex((one) => one.hop === hop);
