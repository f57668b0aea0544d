/** The backend without account and network: `otel-setup view` on this machine. */
import type { Backend, Choices, Need, Service } from '../types.ts';
import { otlpEnv } from './otlp-env.ts';

/** The port of OTLP over HTTP (OpenTelemetry's specification), where `view` listens. */
export const LOCAL_PORT = 4318;
/** That of OTLP over gRPC. */
export const LOCAL_GRPC_PORT = 4317;
/** The machine as a container sees it: Docker Desktop knows the name; Docker Engine since 20.10 with `host-gateway`. */
export const GATEWAY = 'host.docker.internal';

/** A container has its own localhost, unless it shares the host's network or is no container at all. */
const onThisMachine = (service: Service, choices: Choices) => choices.local === true || service.networkMode === 'host' || service.origin === 'folder';

export const local: Backend = {
  id: 'local',
  title: 'this machine (otel-setup view)',
  docs: 'https://opentelemetry.io/docs/specs/otlp/',
  needs(service, choices) {
    const endpoint = choices.endpoint ?? `http://${onThisMachine(service, choices) ? 'localhost' : GATEWAY}:${LOCAL_PORT}`;
    const host: Need = { by: 'local', why: 'the name under which a container finds this machine', kind: 'host', name: GATEWAY, address: 'host-gateway' };
    return [...otlpEnv('local', endpoint, service, choices), ...(hostOf(endpoint) === GATEWAY && !onThisMachine(service, choices) ? [host] : [])];
  },
};

function hostOf(endpoint: string): string | undefined {
  return URL.canParse(endpoint) ? new URL(endpoint).hostname : undefined;
}
