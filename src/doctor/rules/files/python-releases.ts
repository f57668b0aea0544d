/** Releases of OpenTelemetry's Python packages: core (1.x) and contrib (0.x) come out together, and know each other by exact version. */
import { pinsFor, pinSets, type PinSet } from '../../../languages/python/pins.ts';
import { exactVersion, readRequirement } from '../../../languages/python/requirement.ts';
import { readRequirements } from '../../../formats/requirements-lines.ts';
import type { Op, Service, Workspace } from '../../../types.ts';

/** [0, 62, 1] of the first beta of contrib's 62nd, [1, 41, 1] of its core. */
export type Release = readonly [major: number, minor: number, patch: number];

export function releaseOf(version: string): Release | undefined {
  const match = /^(\d+)\.(\d+)(?:\.(\d+)|b(\d+))?$/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? match[4] ?? 0)];
}

export function compareReleases(a: Release, b: Release): number {
  return Math.sign(a[0] - b[0]) || Math.sign(a[1] - b[1]) || Math.sign(a[2] - b[2]);
}

export const shown = ([major, minor]: Release): string => `${major}.${minor}`;

/** Contrib's minor is core's and 21 more: [1, 45, 1] is the core of [0, 66, 1]. */
export const coreOf = ([, minor, patch]: Release): Release => [1, minor - 21, patch];

/** In the lists of the proven sets, so released together with contrib; others (generative AI, vendors') have releases of their own. */
export const isContrib = (name: string): boolean => name === 'opentelemetry-instrumentation' || name === 'opentelemetry-semantic-conventions' || (/^opentelemetry-(?:distro|instrumentation-)/.test(name) && pinSets().some((set) => set.version(name) !== undefined));
export const isCore = (name: string): boolean => /^opentelemetry-(?:api|sdk|proto|exporter-otlp|exporter-otlp-proto-(?:http|grpc|common))$/.test(name);

export interface Pinned {
  readonly name: string;
  readonly version: string;
  readonly release: Release;
}

/** OpenTelemetry packages that are pinned to one release. */
export function pinsOf(packages: Iterable<readonly [string, string]>): readonly Pinned[] {
  return [...packages].flatMap(([name, spec]) => {
    const version = isContrib(name) || isCore(name) ? exactVersion(spec) : undefined;
    const release = version === undefined ? undefined : releaseOf(version);
    return version === undefined || release === undefined ? [] : [{ name, version, release }];
  });
}

/** The Python that the packages are installed for: the image's own, as its base names it; undefined where a tool may bring another one. */
export function imagePython({ build, image, app }: Service): string | undefined {
  const runs = (build?.stage?.runs ?? []).map(({ text }) => text).join('\n');
  if (/^(?:uv|conda|pdm)$/.test(app?.packageManager ?? '') || /\buv (?:python|venv)\b|pyenv|deadsnakes|conda|--python[ =]/.test(runs)) return undefined;
  return build?.stage?.runtime?.version ?? (build === undefined && image !== undefined ? app?.runtime : undefined);
}

/** All pins of the manifest set to the proven release for its Python; [] where one of them is not part of it, or in another place. */
export function repinned(workspace: Workspace, service: Service, set: PinSet | undefined = pinsFor(service.app?.runtime)): readonly Op[] {
  const manifest = service.app?.manifest;
  const text = manifest?.format === 'requirements-txt' ? workspace.files.text(manifest.path) : undefined;
  if (manifest === undefined || text === undefined || set === undefined || manifest.at.length > 0) return [];
  const ops: Op[] = [];
  for (const [i, { text: line }] of readRequirements(text).lines.entries()) {
    const requirement = readRequirement(line);
    if (requirement === undefined || !(isContrib(requirement.name) || isCore(requirement.name))) continue;
    const version = set.version(requirement.name);
    if (version === undefined || !/^[A-Za-z0-9_.-]+\s*==\s*[\w.]+$/.test(line)) return [];
    if (exactVersion(requirement.spec) !== version) ops.push({ op: 'edit', path: manifest.path, format: 'requirements-txt', change: { do: 'replace', at: [i], was: line, value: `${requirement.name}==${version}` } });
  }
  // A pin in an included file would stay behind.
  const here = new Set(readRequirements(text).lines.flatMap(({ text: line }) => readRequirement(line)?.name ?? []));
  return pinsOf(Object.entries(service.app?.libraries ?? {})).every(({ name }) => here.has(name)) ? ops : [];
}
