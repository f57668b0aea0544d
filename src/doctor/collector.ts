/**
 * A Collector of the project and its configuration, as far as the workspace has it: which file its `--config` names, and
 * what receives, exports and connects there (opentelemetry.io/docs/collector/configuration). Pure over Files.
 */
import { formatOf } from '../formats/index.ts';
import { isMapModel, type MapModel } from '../formats/model.ts';
import { isRefusal } from '../formats/refusal.ts';
import { imageParts } from '../languages/runs-on.ts';
import { modelOf } from '../needs/models.ts';
import type { Evidence, Keys, Model, Path, Service, Where, Workspace } from '../types.ts';
import { join } from '../workspace/path.ts';
import { lineAt } from './evidence.ts';

export interface Component {
  /** 'otlp', 'otlphttp/honeycomb'. */
  readonly id: string;
  /** What stands in front of the slash. */
  readonly type: string;
  readonly settings: MapModel;
  readonly at: Keys;
}
export interface CollectorConfig {
  readonly path: Path;
  readonly receivers: readonly Component[];
  readonly exporters: readonly Component[];
  readonly connectors: readonly string[];
  /** Pipelines of traces: 'traces', 'traces/sampled'. */
  readonly traces: readonly { readonly id: string; readonly receivers: readonly string[]; readonly exporters: readonly string[] }[];
  /** Exporters of any pipeline. */
  readonly used: ReadonlySet<string>;
  /** The line of a key path, as evidence. */
  shown(at: Keys, says: string): Evidence;
}
/** Where a Collector reads its configuration, and what of it can be seen here. */
export type Configured =
  /** It is not in this workspace, or several files make it: nothing is said. */
  | { readonly is: 'elsewhere' }
  /** `--config` names a path that nothing brings into the container. */
  | { readonly is: 'unmounted'; readonly inside: string; readonly where: Where }
  /** What is mounted there does not exist: Docker makes an empty folder of it. */
  | { readonly is: 'absent'; readonly from: Path; readonly inside: string }
  | { readonly is: 'unreadable'; readonly path: Path; readonly line?: number; readonly why: string }
  | { readonly is: 'read'; readonly config: CollectorConfig };

const IMAGES = /^(?:opentelemetry-collector(?:-contrib|-k8s)?|otelcol(?:-contrib)?)$/;
const DEFAULTS: Readonly<Record<string, string>> = { 'opentelemetry-collector': '/etc/otelcol/config.yaml', 'opentelemetry-collector-contrib': '/etc/otelcol-contrib/config.yaml', 'opentelemetry-collector-k8s': '/etc/otelcol-k8s/config.yaml' };

const baseOf = ({ image, build }: Service): string | undefined => (build === undefined ? image : build.stage?.base);
export const isCollector = (service: Service): boolean => IMAGES.test(imageParts(baseOf(service) ?? '').name);

/** [0, 159] of its image's tag; undefined = latest, or a tag that says no release. */
export function releaseOf(service: Service): readonly [number, number] | undefined {
  const found = /^v?(\d+)\.(\d+)/.exec(imageParts(baseOf(service) ?? '').tag);
  return found === null ? undefined : [Number(found[1]), Number(found[2])];
}

export function configured(workspace: Workspace, service: Service): Configured {
  const words = service.start?.argv ?? [];
  const named = words.flatMap((word, i) => {
    const own = /^--config=(.*)$/.exec(word)?.[1];
    return own !== undefined ? [own] : word === '--config' ? (words[i + 1] ?? []) : [];
  });
  if (named.length > 1 || words.some((word) => word.startsWith('--set')) || hasConfigs(workspace, service)) return { is: 'elsewhere' };
  const inside = (named[0] ?? DEFAULTS[imageParts(baseOf(service) ?? '').name] ?? '').replace(/^file:/, '');
  if (!inside.startsWith('/')) return { is: 'elsewhere' };
  const mount = service.mounts.filter(({ to }) => inside === to || inside.startsWith(`${to}/`)).toSorted((a, b) => b.to.length - a.to.length)[0];
  if (mount !== undefined) {
    if (mount.from === undefined) return { is: 'elsewhere' };
    const from = inside === mount.to ? mount.from : join(mount.from, inside.slice(mount.to.length + 1));
    // In a mounted folder something else may make the file.
    return inside !== mount.to && !workspace.files.exists(from) ? { is: 'elsewhere' } : there(workspace, from, inside);
  }
  const copied = service.build?.stage?.copies.find(({ to, stage }) => to === inside && stage === undefined);
  if (copied !== undefined && service.build !== undefined) {
    const from = workspace.files.resolve(service.build.context, copied.from);
    return from === undefined || !workspace.files.exists(from) ? { is: 'elsewhere' } : there(workspace, from, inside);
  }
  // The image's own configuration, or what its Dockerfile makes.
  const { start } = service;
  return named.length === 0 || service.build !== undefined || start === undefined || inside === DEFAULTS[imageParts(baseOf(service) ?? '').name] || (service.volumes ?? []).some(({ to }) => inside.startsWith(to)) ? { is: 'elsewhere' } : { is: 'unmounted', inside, where: start.where };
}

function there(workspace: Workspace, from: Path, inside: string): Configured {
  const { files } = workspace;
  if (!files.exists(from)) return files.why(from) === undefined && !files.ignored(from) ? { is: 'absent', from, inside } : { is: 'elsewhere' };
  const text = files.text(from);
  if (text === undefined) return files.isDir(from) ? { is: 'absent', from, inside } : { is: 'elsewhere' };
  const format = formatOf('compose');
  const parsed = format.parse(text);
  if (isRefusal(parsed)) return { is: 'unreadable', path: from, why: parsed.refused, ...(parsed.line === undefined ? {} : { line: parsed.line }) };
  if (!isMapModel(parsed.model)) return { is: 'unreadable', path: from, why: 'it is no mapping' };
  const { model } = parsed;
  const service = mapAt(model, 'service');
  const pipelines = Object.entries(mapAt(service, 'pipelines')).map(([id, one]) => ({ id, receivers: names(one, 'receivers'), exporters: names(one, 'exporters') }));
  return {
    is: 'read',
    config: {
      path: from,
      receivers: components(model, 'receivers'),
      exporters: components(model, 'exporters'),
      connectors: Object.keys(mapAt(model, 'connectors')),
      traces: pipelines.filter(({ id }) => id.split('/')[0] === 'traces'),
      used: new Set(pipelines.flatMap(({ exporters }) => exporters)),
      shown: (at, says) => {
        const line = format.line(text, at);
        return lineAt(files, { path: from, ...(line === undefined ? {} : { line }) }, says);
      },
    },
  };
}

/** Compose's own `configs`: files that are not among the mounts. */
function hasConfigs(workspace: Workspace, service: Service): boolean {
  return workspace.compose.some((path) => mapAt(mapAt(modelOf(workspace.files, path, 'compose'), 'services'), service.name)['configs'] !== undefined);
}

function components(model: MapModel, key: string): readonly Component[] {
  return Object.entries(mapAt(model, key)).map(([id, settings]) => ({ id, type: id.split('/')[0] ?? id, settings: isMapModel(settings) ? settings : {}, at: [key, id] }));
}
export function mapAt(model: Model | undefined, key: string): MapModel {
  const found = isMapModel(model) ? model[key] : undefined;
  return isMapModel(found) ? found : {};
}
function names(model: Model | undefined, key: string): readonly string[] {
  const list = isMapModel(model) ? model[key] : undefined;
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
}
