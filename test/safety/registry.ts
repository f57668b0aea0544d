/** A registry of npm and of Python packages on this machine: it has every package, and keeps all that it is asked. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, gzipSync } from 'node:zlib';

export interface Special {
  /** npm: name → spec. Python: requirements. */
  readonly needs?: Readonly<Record<string, string>>;
  /** Python: there is no wheel, only this setup.py. */
  readonly setup?: string;
}
export interface Registry {
  readonly url: string;
  readonly host: string;
  /** Logins (decoded), method, address, headers and body of every request. */
  readonly requests: string[];
  close(): Promise<void>;
}

const templates = fileURLToPath(new URL('../../templates', import.meta.url));
/** Versions that otel-setup asks for: name → versions. */
const asked = new Map<string, Set<string>>();
const ask = (name: string, version: string): void => void asked.set(name, (asked.get(name) ?? new Set()).add(version));
for (const folder of readdirSync(join(templates, 'node'))) {
  if (!/^\d+$/.test(folder)) continue;
  const { dependencies } = JSON.parse(readFileSync(join(templates, 'node', folder, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  for (const [name, version] of Object.entries(dependencies)) ask(name, version);
}
for (const folder of readdirSync(join(templates, 'python'))) {
  if (!/^\d/.test(folder)) continue;
  const { groups } = { groups: readFileSync(join(templates, 'python', folder, 'libraries.json'), 'utf8') };
  for (const line of `${readFileSync(join(templates, 'python', folder, 'requirements.txt'), 'utf8')}\n${groups}`.matchAll(/([\w-]+)==([\w.]+)/g)) ask(line[1] ?? '', line[2] ?? '');
}
const versionsOf = (name: string): string[] => ['1.0.0', ...(asked.get(name) ?? [])];

const octal = (value: number, size: number): string => `${value.toString(8).padStart(size - 1, '0')}\0`;

function tar(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write(octal(0o644, 8), 100);
    head.write(octal(0, 8), 108);
    head.write(octal(0, 8), 116);
    head.write(octal(Buffer.byteLength(text), 12), 124);
    head.write(octal(0, 12), 136);
    head.write('        0', 148);
    head.write('ustar\u000000', 257);
    head.write(`${head.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
    body.write(text);
    return [head, body];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(0x00_21_00_00, 6);
    common.writeUInt32LE(crc32(Buffer.from(text)), 10);
    common.writeUInt32LE(Buffer.byteLength(text), 14);
    common.writeUInt32LE(Buffer.byteLength(text), 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), common, Buffer.from(name + text)]);
    const more = Buffer.alloc(14);
    more.writeUInt32LE(at, 10);
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\0', 'latin1'), common, more, Buffer.from(name)]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}

const hash = (bytes: Buffer, kind: string, as: 'hex' | 'base64'): string => createHash(kind).update(bytes).digest(as);

/** Packages that are not named in `special` need nothing, and exist as archives without code. */
export async function startRegistry(special: Readonly<Record<string, Special>> = {}): Promise<Registry> {
  const requests: string[] = [];
  const npmArchive = (name: string, version: string): Buffer =>
    tar({ 'package/package.json': JSON.stringify({ name, version, dependencies: special[name]?.needs ?? {} }) });
  const pythonFiles = (name: string): Readonly<Record<string, Buffer>> => Object.fromEntries(versionsOf(name).flatMap((version): [string, Buffer][] => {
    const own = special[name];
    const under = name.replaceAll('-', '_');
    const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${Object.entries(own?.needs ?? {}).map(([other, spec]) => `Requires-Dist: ${other}${spec}\n`).join('')}`;
    const source: [string, Buffer] = [`${under}-${version}.tar.gz`, tar({ [`${under}-${version}/PKG-INFO`]: metadata.replace('2.1', '1.1'), [`${under}-${version}/setup.py`]: own?.setup ?? 'from setuptools import setup\nsetup()\n' })];
    if (own?.setup !== undefined) return [source];
    const info = `${under}-${version}.dist-info`;
    return [source, [`${under}-${version}-py3-none-any.whl`, zip({ [`${info}/METADATA`]: metadata, [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n', [`${info}/RECORD`]: '' })]];
  }));

  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => void (body += chunk));
    request.on('end', () => {
      const path = decodeURIComponent(request.url ?? '').replace(/[?#].*/s, '');
      const basic = [request.headers.authorization, request.headers['proxy-authorization']].map((text) => Buffer.from(text?.replace(/^Basic /, '') ?? '', 'base64').toString('latin1'));
      requests.push(`${basic.join(' ')} ${request.method ?? ''} ${decodeURIComponent(request.url ?? '')} ${JSON.stringify(request.headers)} ${body}`);
      const python = /\/simple\/([^/]+)\/?$/.exec(path)?.[1];
      const file = /\/files\/([^/]+)\/([^/]+)$/.exec(path);
      const archive = /((?:@[^/]+\/)?[^/]+)\/-\/[^/]*?-(\d[^/]*)\.tgz$/.exec(path);
      if (python !== undefined) {
        const links = Object.entries(pythonFiles(python)).map(([name, bytes]) => `<a href="/files/${python}/${name}#sha256=${hash(bytes, 'sha256', 'hex')}">${name}</a>`);
        response.setHeader('content-type', 'text/html').end(`<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`);
      } else if (file !== null) {
        const bytes = pythonFiles(file[1] ?? '')[file[2] ?? ''];
        response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
      } else if (archive !== null) response.end(npmArchive(archive[1] ?? '', archive[2] ?? ''));
      else if (request.method !== 'GET') response.writeHead(404).end('{}');
      else {
        const name = /((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1] ?? '';
        const versions = Object.fromEntries(versionsOf(name).map((version) => {
          const bytes = npmArchive(name, version);
          const tarball = `${url}/${name}/-/${name.split('/').at(-1) ?? ''}-${version}.tgz`;
          return [version, { name, version, dependencies: special[name]?.needs ?? {}, dist: { tarball, integrity: `sha512-${hash(bytes, 'sha512', 'base64')}`, shasum: hash(bytes, 'sha1', 'hex') } }];
        }));
        const times = Object.fromEntries(['created', 'modified', ...Object.keys(versions)].map((version) => [version, '2020-01-01T00:00:00.000Z']));
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions, time: times }));
      }
    });
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}`;
  return {
    url, host, requests,
    close: () => new Promise((closed) => {
      server.closeAllConnections();
      server.close(() => closed());
    }),
  };
}
