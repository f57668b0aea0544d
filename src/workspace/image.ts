/** What the name of an image says of the language inside. */
import { inOrder } from '../patterns.ts';
export interface Runtime {
  readonly language: 'python' | 'node';
  readonly version?: string;
}

// python3 of the distribution: packages.debian.org, packages.ubuntu.com, pkgs.alpinelinux.org.
const DISTRIBUTIONS: readonly (readonly [RegExp, python: string, node: string | undefined])[] = [
  [/^ubuntu:(?:18\.04|bionic)/, '3.6', '8'],
  [/^ubuntu:(?:20\.04|focal)/, '3.8', '10'],
  [/^ubuntu:(?:22\.04|jammy)/, '3.10', '12'],
  [/^ubuntu:(?:24\.04|noble)/, '3.12', '18'],
  [/^debian:(?:10|buster)/, '3.7', '10'],
  [/^debian:(?:11|bullseye)/, '3.9', '12'],
  [/^debian:(?:12|bookworm)/, '3.11', '18'],
  [/^debian:(?:13|trixie)/, '3.13', '20'],
  [/^alpine:3\.(?:16|17)/, '3.10', undefined],
  [/^alpine:3\.(?:18|19)/, '3.11', undefined],
  [/^alpine:3\.(?:20|21|22)/, '3.12', undefined],
];
// nodejs/Release: the names of the long-term lines.
const NODE_NAMES: Readonly<Record<string, string>> = { erbium: '12', fermium: '14', gallium: '16', hydrogen: '18', iron: '20', jod: '22', krypton: '24' };

/** 'registry:5000/me/app-python:3.10-slim@sha256:…' → ['app-python', '3.10-slim']. */
export function imageName(image: string): readonly [name: string, tag: string] {
  const last = (image.split('@')[0] ?? '').split('/').at(-1) ?? '';
  const colon = last.indexOf(':');
  return colon < 0 ? [last.toLowerCase(), ''] : [last.slice(0, colon).toLowerCase(), last.slice(colon + 1)];
}

/**
 * Language and version of an image. `runs` are the stage's RUN lines: they tell what a plain distribution got installed.
 * undefined = neither python nor node, as far as the name says.
 */
export function runtimeOf(image: string, runs: readonly string[] = []): Runtime | undefined {
  const [name, tag] = imageName(image);
  // tiangolo/uvicorn-gunicorn-fastapi:python3.9-slim, astral-sh/uv:python3.12-bookworm
  const named = /python(3\.\d+)/.exec(tag)?.[1];
  if (named !== undefined) return { language: 'python', version: named };
  if (/(?:^|[-_])(?:python|pypy)\d*(?:$|[-_])/.test(name)) return versioned('python', pythonVersion(name, tag));
  if (/(?:^|[-_])node(?:js)?\d*(?:$|[-_])/.test(name)) return versioned('node', nodeVersion(name, tag));
  return installed(`${name}:${tag}`, runs.join('\n'));
}

function pythonVersion(name: string, tag: string): string | undefined {
  // gcr.io/distroless/python3-debian12
  if (/debian\d+$/.test(name)) return distribution(`debian:${/debian(\d+)$/.exec(name)?.[1] ?? ''}`)?.[1];
  return /(?:^|-)([23]\.\d+)/.exec(tag)?.[1];
}

function nodeVersion(name: string, tag: string): string | undefined {
  const own = /nodejs(\d+)/.exec(name)?.[1];
  if (own !== undefined) return own;
  const line = tag.split('-').map(part => NODE_NAMES[part]).find(each => each !== undefined);
  if (line !== undefined) return line;
  // devcontainers/javascript-node:1-20-bullseye carries its own version in front.
  return /^(?:[01]-)?(\d+(?:\.\d+){0,2})(?:-|$)/.exec(tag)?.[1];
}

const INSTALL = /\b(?:add|install)\b/g;

function installed(image: string, runs: string): Runtime | undefined {
  const managers = runs.split('\n').map((line) => line.slice(line.search(/apt|apk|yum|dnf|$/)));
  const commands = managers.flatMap((line) => line.split(/[&;|]/)).map((command) => command.slice(command.search(/\b(?:add|install)\b|$/)));
  const exact = commands.map((command) => /\bpython(3\.\d+)\b/.exec(command)?.[1]).find((version) => version !== undefined);
  if (exact !== undefined) return { language: 'python', version: exact };
  const source = /nodesource\.com\/(?:setup_|node_)(\d+)/.exec(runs)?.[1];
  if (source !== undefined) return { language: 'node', version: source };
  const known = distribution(image);
  if (inOrder([INSTALL, /\bpython3?(?:-\w+)?\b/g], /[\n&;|]/).test(runs)) return versioned('python', known?.[1]);
  if (inOrder([INSTALL, /\b(?:nodejs|npm)\b/g], /[\n&;|]/).test(runs)) return versioned('node', known?.[2]);
  return undefined;
}

function distribution(image: string) {
  return DISTRIBUTIONS.find(([pattern]) => pattern.test(image));
}

function versioned(language: Runtime['language'], version: string | undefined): Runtime {
  return version === undefined ? { language } : { language, version };
}
