/** Is there a Docker engine that answers, and a Compose? What is wrong with them is told as it stands, with what to do. */
import { inOrder } from '../../patterns.ts';
import type { ExecResult, Tools } from '../../types.ts';
import type { Facts, Missing, Probe } from '../types.ts';

const LIMIT_MS = 8_000;

export const engine: Probe<'engine'> = {
  fact: 'engine',
  title: 'asking Docker',
  from: [],
  touches: 'docker',
  ms: 10_000,
  async run(_known, tools): Promise<Facts['engine'] | Missing> {
    const [server, compose] = await Promise.all([
      tools.exec(['docker', 'version', '--format', '{{.Server.Version}}'], { ms: LIMIT_MS }),
      tools.exec(['docker', 'compose', 'version', '--short'], { ms: LIMIT_MS }),
    ]);
    const version = server.out.trim();
    if (server.code !== 0 || version === '') return noEngine(server);
    const found = composeVersion(compose);
    return found === undefined ? noCompose(compose, tools) : { server: version, compose: found };
  },
};

/**
 * Why the engine does not answer. The texts are those of docker/cli (client/errors.go: "Cannot connect to the Docker
 * daemon at …", "permission denied while trying to connect to the Docker daemon socket at …").
 */
export function noEngine({ code, err, out }: ExecResult): Missing {
  const said = `${err}\n${out}`;
  const [, address] = /(?:(?:daemon|socket|API) at|dial (?:unix|tcp)) (\S+?)[.:,]?(?:\s|$)/.exec(said) ?? [];
  const at = address === undefined ? '' : ` at ${address}`;
  if (code === 127) return { missing: 'the program docker is not installed here', then: 'install Docker with its Compose plugin (https://docs.docker.com/engine/install/), or run doctor where the containers are' };
  if (code === 124) return { missing: 'Docker did not answer in time', then: 'start Docker again (Docker Desktop, or: sudo systemctl restart docker), then run doctor again' };
  if (/permission denied/i.test(said)) return { missing: `Docker runs, but you may not use its socket${at}`, then: 'sudo usermod -aG docker "$USER" && newgrp docker   (or run doctor with sudo)' };
  const context = /context "?([^"\s]+)"?/i.exec(said.split('\n').find((line) => inOrder([/context "?[^"\s]/gi, /not found|does not exist/gi]).test(line)) ?? '')?.[1];
  if (context !== undefined) return { missing: `Docker's context ${context} does not exist`, then: 'docker context use default' };
  if (/cannot connect|connection refused|is the docker daemon running|no such file|podman machine|error during connect|no such host|i\/o timeout/i.test(said)) {
    return { missing: `Docker does not answer${at}`, then: /podman/i.test(said) ? 'podman machine start, then run doctor again' : 'start Docker (Docker Desktop, or: sudo systemctl start docker), then run doctor again' };
  }
  return { missing: `docker version ended with ${code}: ${lastLine(err) || 'it said nothing'}`, then: 'docker version, and mend what it says' };
}

/** '2.40.3' of "2.40.3-3", "v2.2.3", podman's "docker-compose version 2.24" and the like; undefined = that was no Compose of the second generation or later. */
export function composeVersion({ code, out }: Pick<ExecResult, 'code' | 'out'>): string | undefined {
  const found = code === 0 ? /(?<![\d.])v?(\d+)((?:\.\d+)+)/.exec(out) : null;
  return found === null || Number(found[1]) < 2 ? undefined : `${found[1] ?? ''}${found[2] ?? ''}`;
}

async function noCompose({ code, err }: ExecResult, tools: Tools): Promise<Missing> {
  if (code === 124) return { missing: 'docker compose did not answer in time', then: 'docker compose version' };
  const old = await tools.exec(['docker-compose', 'version', '--short'], { ms: LIMIT_MS });
  const then = 'install the Compose plugin (https://docs.docker.com/compose/install/linux/), then run doctor again';
  if (old.code === 0 && /^v?1\./.test(old.out.trim())) return { missing: 'only the old docker-compose (version 1) is installed; its containers are not looked at', then };
  if (old.code === 0 && composeVersion(old) !== undefined) {
    return { missing: '`docker-compose` is installed, but `docker compose` does not know it', then: 'mkdir -p ~/.docker/cli-plugins && ln -s "$(command -v docker-compose)" ~/.docker/cli-plugins/docker-compose' };
  }
  return { missing: `docker has no compose command${/is not a docker command|unknown/i.test(err) ? '' : `: ${lastLine(err) || `docker compose version ended with ${code}`}`}`, then };
}

const lastLine = (text: string): string => (text.trim().split('\n').at(-1) ?? '').slice(0, 160);
