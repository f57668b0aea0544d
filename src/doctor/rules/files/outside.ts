/** Who makes spans of an app's requests without being in it: eBPF (Beyla, OBI), a proxy that traces (Traefik, Envoy, nginx). */
import type { Service, Workspace } from '../../../types.ts';

const EBPF = /(?:^|\/)(?:beyla|(?:opentelemetry-)?ebpf-[\w-]+|obi|coroot-node-agent|odiglet)(?:[:@]|$)/;
const CONFIGURATIONS = /envoy[\w.-]{0,100}\.ya?ml$|^(?:nginx|default)[\w.-]*\.conf(?:\.template)?$|^traefik[\w.-]*\.(?:ya?ml|toml)$|^Caddyfile$/i;
const SWITCHED_ON = /envoy\.tracers\.|^[ \t]*otel_(?:exporter|trace)\b|^tracing:|^\[tracing|^[ \t]*tracing[ \t\r]*(?:\{|$)/m;

export function tracedFromOutside({ services, files, projectDir }: Workspace): boolean {
  return services.some(fromOutside) || files.find(projectDir, CONFIGURATIONS, 3).some((path) => SWITCHED_ON.test(files.text(path) ?? ''));
}

function fromOutside({ image, build, start }: Service): boolean {
  return EBPF.test(image ?? build?.stage?.base ?? '') || (start?.argv ?? []).some((word) => /^--tracing(?:[.=]|$)/.test(word));
}
