/** The port that a service will listen on, as far as its files show. Pure. */
import { jsSources } from '../languages/node/source.ts';
import { inOrder, type Pattern } from '../patterns.ts';
import type { Files, Service } from '../types.ts';

/** What servers take where nothing is said: their own documentation. */
const DEFAULTS: readonly (readonly [words: Pattern, port: number])[] = [
  [inOrder([/\bflask\b/g, /\brun\b/g]), 5000],
  [inOrder([/\bmanage\.py\b/g, /\brunserver\b/g]), 8000],
  [/\b(?:gunicorn|uvicorn|hypercorn|fastapi|daphne)\b/, 8000],
];
const SAID = /(?:--port|-p)[=\s]+(\d{2,5})\b|(?:--bind|-b)[=\s]+\S{0,100}?:(\d{2,5})\b|\brunserver\s+(?:\S{1,100}:)?(\d{2,5})\b/;

/** Declared ports first, then the command's own words, PORT, `listen(3000)` in the code, and a server's default. */
export function listeningPort(service: Service, files: Files): number | undefined {
  const [declared] = service.ports;
  if (declared !== undefined) return declared.container;
  const words = [...(service.start?.argv ?? []), ...(service.start?.real ?? [])].join(' ');
  const said = SAID.exec(words)?.slice(1).find((text) => text !== undefined);
  if (said !== undefined) return Number(said);
  const variable = service.env.findLast(({ name }) => name === 'PORT' || name === 'FLASK_RUN_PORT')?.value;
  if (variable !== undefined && /^\d{2,5}$/.test(variable)) return Number(variable);
  const manifest = service.app?.manifest;
  const listens = service.app?.language !== 'node' || manifest === undefined ? undefined : jsSources(files, manifest.path).map(({ code }) => /\.listen\s*\(\s*(?:\{[^}]{0,200}\bport\s*:\s*)?(?:[^,)]{0,100}?(?:\|\||\?\?)\s*)?(\d{2,5})\b/.exec(code)?.[1] ?? /\bPORT\s*(?:\|\||\?\?)\s*["']?(\d{2,5})\b/.exec(code)?.[1]).find((port) => port !== undefined);
  if (listens !== undefined) return Number(listens);
  return DEFAULTS.find(([server]) => server.test(words))?.[1];
}
