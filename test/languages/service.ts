import { path } from '../../src/workspace/path.ts';
import type { Command, EnvVar, Files, Path, Service, Stage, Start } from '../../src/types.ts';

/** Files from a table: path → text. */
export function memoryFiles(texts: Readonly<Record<string, string>>): Files {
  const all = new Map(Object.entries(texts));
  const folders = new Set([...all.keys()].flatMap((file) => file.split('/').slice(0, -1).map((_, i, parts) => parts.slice(0, i + 1).join('/'))));
  folders.add('');
  return {
    root: '/project',
    text: (file) => all.get(file),
    why: () => undefined,
    encoding: () => 'utf-8',
    exists: (file) => all.has(file) || folders.has(file),
    isDir: (file) => folders.has(file),
    find: (under, name) =>
      [...all.keys()]
        .filter((file) => (under === '' || file.startsWith(`${under}/`)) && name.test(file.slice(file.lastIndexOf('/') + 1)))
        .toSorted()
        .map((file) => path(file)),
    tracked: () => ({ is: 'no' }),
    ignored: () => false,
    resolve: (from, relative) => {
      const parts: string[] = from === '' ? [] : from.split('/');
      for (const part of relative.split('/')) {
        if (part === '..') {
          if (parts.pop() === undefined) return undefined;
        } else if (part !== '.' && part !== '') parts.push(part);
      }
      return relative.startsWith('/') ? undefined : path(parts.join('/'));
    },
  };
}

export interface ServiceSketch {
  readonly dir?: string;
  /** Base image of the stage that is built; absent with `image` = a pulled image. */
  readonly from?: string;
  readonly image?: string;
  readonly workdir?: string;
  /** RUN lines. */
  readonly run?: readonly string[];
  /** COPY source → absolute destination. */
  readonly copy?: Readonly<Record<string, string>>;
  /** The innermost command, in words. */
  readonly cmd?: string;
  readonly through?: readonly string[];
  readonly argv?: readonly string[];
  readonly slot?: Start['slot'];
  readonly env?: Readonly<Record<string, string>>;
  readonly mounts?: Service['mounts'];
  readonly origin?: Service['origin'];
}

/** A Service as workspace/read.ts would make it, from the few things that a test is about. */
export function sketch(o: ServiceSketch): Service {
  const dir = path(o.dir ?? '');
  const dockerfile = path(dir === '' ? 'Dockerfile' : `${dir}/Dockerfile`);
  const words = o.cmd?.split(' ');
  const argv = o.argv ?? words;
  const start: Start | undefined = words === undefined || argv === undefined ? undefined : { argv, shell: false, where: { path: dockerfile, line: 9 }, real: words, realWhere: { path: dockerfile, line: 9 }, through: o.through ?? [], ...(o.slot === undefined ? {} : { slot: o.slot }) };
  return {
    name: 'api',
    dir,
    origin: o.origin ?? 'compose',
    definedIn: [{ path: path('compose.yaml'), line: 2 }],
    active: true,
    env: Object.entries(o.env ?? {}).map(([name, value]): EnvVar => ({ name, raw: value, value, blank: [], where: { path: path('compose.yaml'), line: 4 } })),
    ports: [],
    mounts: o.mounts ?? [],
    extraHosts: [],
    unsure: [],
    ...(o.image === undefined ? {} : { image: o.image }),
    ...(start === undefined ? {} : { start }),
    ...(o.from === undefined ? {} : { build: { context: dir, dockerfile, args: {}, stage: stageOf(o, dockerfile, o.from) } }),
  };
}

function stageOf(o: ServiceSketch, dockerfile: Path, base: string): Stage {
  const workdir = o.workdir ?? '/app';
  const cmd: Command | undefined = o.cmd === undefined ? undefined : { argv: o.cmd.split(' '), shell: false, where: { path: dockerfile, line: 9 }, slot: { path: dockerfile, format: 'dockerfile', at: ['stages', 0, 'instructions', 5, 'args'] } };
  return {
    index: 0,
    base,
    workdir,
    env: [],
    expose: [],
    copies: Object.entries(o.copy ?? { '.': workdir }).map(([from, to]) => ({ from, to, where: { path: dockerfile, line: 3 } })),
    runs: (o.run ?? ['pip install -r requirements.txt']).map((text, i) => ({ text, slot: { path: dockerfile, format: 'dockerfile', at: ['stages', 0, 'instructions', i + 2, 'args'] }, where: { path: dockerfile, line: 4 + i }, stage: 0 })),
    ...(cmd === undefined ? {} : { cmd }),
  };
}
