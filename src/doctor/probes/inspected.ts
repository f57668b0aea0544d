/** What `docker inspect` says of containers, as the doctor's noun. Pure; the fields are those of the Engine API since 1.24. */
import type { Container } from '../types.ts';

export type Inspected = Omit<Container, 'wantedHash'>;

/** @param out the JSON of `docker inspect`; what is no container of Compose is left out. Never throws: [] for what is not JSON. */
export function readInspect(out: string): readonly Inspected[] {
  return list(parsed(out)).flatMap((one) => {
    const found = readOne(one);
    return found === undefined ? [] : [found];
  });
}

function readOne(one: unknown): Inspected | undefined {
  const [config, state, id] = [at(one, 'Config'), at(one, 'State'), text(at(one, 'Id'))];
  const labels = at(config, 'Labels');
  const label = (name: string): string => text(at(labels, `com.docker.compose.${name}`));
  const service = label('service');
  // oneoff: made by `docker compose run`.
  if (service === '' || id === '' || label('oneoff') === 'True') return undefined;
  const health = text(at(at(state, 'Health'), 'Status'));
  return {
    service, id,
    name: text(at(one, 'Name')).replace(/^\//, ''),
    state: STATES.find((name) => name === text(at(state, 'Status'))) ?? 'dead',
    exitCode: number(at(state, 'ExitCode')),
    error: text(at(state, 'Error')),
    oomKilled: at(state, 'OOMKilled') === true,
    restarts: number(at(one, 'RestartCount')),
    ...(health === 'starting' || health === 'healthy' || health === 'unhealthy' ? { health } : {}),
    created: time(at(one, 'Created')),
    started: time(at(state, 'StartedAt')),
    env: Object.fromEntries(list(at(config, 'Env')).map((pair) => cut(text(pair)))),
    argv: [text(at(one, 'Path')), ...list(at(one, 'Args')).map(text)].filter((word, i) => i > 0 || word !== ''),
    image: text(at(one, 'Image')),
    configHash: label('config-hash'),
    networks: Object.keys(record(at(at(one, 'NetworkSettings'), 'Networks'))),
    mounts: list(at(one, 'Mounts')).map((mount) => {
      const name = text(at(mount, 'Name'));
      return { type: text(at(mount, 'Type')), from: text(at(mount, 'Source')), to: text(at(mount, 'Destination')), ...(name === '' ? {} : { name }) };
    }),
  };
}

const STATES = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const;

/** 'NAME=a=b' → ['NAME', 'a=b']. */
function cut(pair: string): readonly [string, string] {
  const i = pair.indexOf('=');
  return i < 0 ? [pair, ''] : [pair.slice(0, i), pair.slice(i + 1)];
}
/** An engine writes year 1 for "never". */
const time = (value: unknown): number => Math.max(0, Date.parse(text(value)) || 0);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const record = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
const at = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined);

function parsed(out: string): unknown {
  try {
    return JSON.parse(out);
  } catch {
    return undefined;
  }
}
