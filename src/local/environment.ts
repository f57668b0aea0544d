/** The environment of a service that runs here as a process, as Compose would give it to the container. Pure. */
import { escapeForRegExp } from '../patterns.ts';
import type { Service } from '../types.ts';
import { textToLocal, type Mapping } from './paths.ts';

type Env = Readonly<Record<string, string | undefined>>;
export interface LocalEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** What is different from the container, one sentence each; no values, only hosts and ports. */
  readonly said: readonly string[];
}

/** What a program needs of this machine, whatever it is: a container brings its own. Everything else of the shell stays outside, as with Compose. */
const MACHINE = /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|COLORTERM|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|XDG_\w+|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|(HTTPS?|NO|ALL)_PROXY|PIP_\w+|UV_\w+|NPM_CONFIG_\w+|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE|PROGRAM(DATA|FILES.*))$/i;
/** Of the image or of the container's own system: no use here. */
const CONTAINER_ONLY = /^(PATH|HOME|HOSTNAME|PWD|USER|SHLVL|LD_LIBRARY_PATH|VIRTUAL_ENV|GPG_KEY|PYTHON_VERSION|PYTHON_SHA256|PYTHON_PIP_VERSION|NODE_VERSION|YARN_VERSION)$/;
/** These are names and keys, not addresses: never rewritten. */
const NO_ADDRESS = /^(OTEL_SERVICE_NAME|OTEL_RESOURCE_ATTRIBUTES|OTEL_EXPORTER_OTLP_(\w+_)?HEADERS)$/;
/** A bare service name as value is an address only where the variable's name says so. */
const ADDRESS_NAME = /(HOST|HOSTNAME|ADDR|ADDRESS|SERVER|ENDPOINT|BROKER|URL|URI)S?$/;

/**
 * @param service as resolved; values of its own environment come first.
 * @param others all services of the workspace: their names are hosts inside Compose's network.
 * @param shell this process's environment: what a program needs of the machine is taken from there.
 */
export function localEnvironment(service: Service, others: readonly Service[], shell: Env, maps: readonly Mapping[]): LocalEnvironment {
  const said: string[] = [];
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(shell)) if (value !== undefined && (service.origin === 'folder' || MACHINE.test(name))) env[name] = value;
  for (const { name, value, where } of service.env) {
    if (value === undefined || (where === 'image' && CONTAINER_ONLY.test(name)) || name === 'PATH') continue;
    if (NO_ADDRESS.test(name)) {
      env[name] = value;
      continue;
    }
    const hosts = rewriteHosts(name, value, others);
    for (const [was, now] of hosts.rewritten) said.push(`${name}: ${was} → ${now}`);
    env[name] = textToLocal(hosts.value, maps);
  }
  return { env: withLoopback(env), said: [...new Set(said)] };
}

/**
 * Host names that exist only inside Compose's network → localhost: `http://items:4568`, `db:5432`, `user@db/x`, and
 * the bare name where the variable is called …_HOST. The port is the one that Compose publishes for it, else as it is.
 */
function rewriteHosts(name: string, value: string, others: readonly Service[]): { readonly value: string; readonly rewritten: readonly (readonly [string, string])[] } {
  const rewritten: (readonly [string, string])[] = [];
  const hosts = new Map<string, Service | undefined>([['host.docker.internal', undefined], ...others.map((other) => [other.name, other] as const)]);
  const names = [...hosts.keys()].toSorted((a, b) => b.length - a.length).map(escapeForRegExp).join('|');
  const inside = new RegExp(`(^|//|@|,)(${names})(?::(\\d{1,5}))?(?=$|[/,?#])`, 'g');
  const out = value.replaceAll(inside, (all, before: string, host: string, port: string | undefined) => {
    const bare = before === '' && port === undefined;
    if (bare && (value !== host || (!ADDRESS_NAME.test(name) && host !== 'host.docker.internal'))) return all;
    const published = port === undefined ? undefined : hosts.get(host)?.ports.find((one) => one.container === Number(port))?.host;
    const now = port === undefined ? 'localhost' : `localhost:${published ?? port}`;
    rewritten.push([port === undefined ? host : `${host}:${port}`, now]);
    return before + now;
  });
  return { value: out, rewritten };
}


/** Where a proxy is set, this machine itself is not behind it: exporters and HTTP clients would ask the proxy for localhost. */
function withLoopback(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (!Object.keys(env).some((name) => /^(https?|all)_proxy$/i.test(name))) return env;
  const now = env['no_proxy'] ?? env['NO_PROXY'] ?? '';
  const listed = now.split(/[\s,]+/).filter((entry) => entry !== '');
  const wanted = [...new Set([...listed, 'localhost', '127.0.0.1'])].join(',');
  return { ...env, NO_PROXY: wanted, no_proxy: wanted };
}
