/** What of its environment a service's SDK heeds, and where its container stands. */
import type { Files, Service } from '../../../types.ts';
import { infrastructure } from '../../../languages/leave.ts';
import { folderOf } from '../../../workspace/path.ts';
import { mentioned } from '../../../workspace/mentions.ts';
import type { Setting, Subject } from '../../types.ts';

/** The variable that the endpoint comes from; undefined = the default, or the code. */
export function endpointSetting({ sending: { endpoint } }: Subject): Setting | undefined {
  return typeof endpoint.from === 'object' && 'value' in endpoint.from ? endpoint.from : undefined;
}

/**
 * Whether OTEL_TRACES_EXPORTER, _PROTOCOL and the like decide: 'yes' where a wrapper, preload or agent sets the SDK up,
 * 'no' where code makes the exporter itself or nothing starts one, 'perhaps' where that is not to be seen.
 */
export function heedsEnvironment({ service, instrumented, sending }: Subject, files: Files): 'yes' | 'no' | 'perhaps' {
  if (instrumented.by === 'code' && readsOthersCode(service)) return 'perhaps';
  switch (instrumented.by) {
    case 'wrapper':
    case 'agent':
      return 'yes';
    case 'no':
      return 'no';
    case 'preload':
      // What is loaded first may be a file of the service's own.
      if (service.app?.language !== 'node' || (sending.protocol.from !== 'code' && mentioned(service, files, /\bNodeSDK\b|\bNodeTracerProvider\b/) === undefined)) return 'yes';
      return madeFromEnvironment(service, files) && sending.protocol.from !== 'code' ? 'yes' : 'no';
    case 'code':
      return service.app?.language === 'node' && sending.protocol.from !== 'code' && madeFromEnvironment(service, files) ? 'yes' : 'no';
    case 'unknown':
      return 'perhaps';
  }
}

/** Its image is made from a folder of more than one app: a Dockerfile of its own further down. Code that was read may be another one's. */
export function readsOthersCode({ build }: Service): boolean {
  const own = build === undefined ? undefined : folderOf(build.dockerfile);
  return build !== undefined && own !== undefined && own !== build.context && (build.context === '' || own.startsWith(`${build.context}/`));
}

/** NodeSDK without an exporter of its own takes the one that the environment names; a provider that code makes takes none. */
const madeFromEnvironment = (service: Service, files: Files): boolean =>
  mentioned(service, files, /\bnew\s+(?:\w+\.)?NodeSDK\b/) !== undefined && mentioned(service, files, /\btraceExporter\b|\bspanProcessors?\b|\baddSpanProcessor\b|\bnew\s+\w*Exporter\b/) === undefined;

/** A container with a network of its own, where localhost is the container itself. */
export const hasOwnLocalhost = ({ origin, networkMode }: Service): boolean => origin === 'compose' && (networkMode === undefined || networkMode === 'bridge' || networkMode === 'default');

/** A Collector, Jaeger and the like: its ports are those of OTLP. */
export function isTelemetryTool({ image, build }: Service): boolean {
  const of = build === undefined ? image : build.stage?.base;
  return of !== undefined && infrastructure(of) === 'a telemetry tool';
}
