/** Which Python packages an image installs, by every install command on its way, and whether something unseen may bring more. Pure over Files. */
import { cluesOf } from '../../../languages/python/clues.ts';
import { installsIn, type Install } from '../../../languages/python/installs.ts';
import { locate } from '../../../languages/python/manifest.ts';
import { oncePerService } from '../../../languages/once.ts';
import { readRequirement } from '../../../languages/python/requirement.ts';
import { readRequirements } from '../../../languages/python/requirements-txt.ts';
import { inOrder } from '../../../patterns.ts';
import type { Files, Service } from '../../../types.ts';
import { isOfficial } from './base-image.ts';

/** A source that is no index: `{ git = … }`. */
const IN_BRACES = inOrder([/\{/g, /(?:git|path|url|workspace)\s*=/g], /\}/);

export interface PythonImage {
  /** Distribution → specifier ('' = any). */
  readonly packages: ReadonlyMap<string, string>;
  /** `opentelemetry-bootstrap` runs in the build: it adds the instrumentations of what is installed. */
  readonly bootstraps: boolean;
  /** All install commands were read, and the base image is a plain one: what is not in `packages` is not in the image. */
  readonly complete: boolean;
}

/** A package that starts an SDK under the wrapper: the distro, or a vendor's own. */
const DISTRO = /^opentelemetry-distro$|distro|^honeycomb-opentelemetry$|^splunk-opentelemetry$|^elastic-opentelemetry$|^(?:logfire|traceloop-sdk|azure-monitor-opentelemetry)/;

/** What OpenTelemetry itself publishes: none of it but the distro starts an SDK. */
const OFFICIAL = /^opentelemetry-(?:api|sdk|exporter|instrumentation|semantic|proto|util|test|propagator|resource-?detector|processor|sampler|opentracing-shim|opencensus-shim)/;
/** A vendor's own under any name (Lightstep's opentelemetry-launcher) may start one as well. */
const isDistro = (name: string): boolean => DISTRO.test(name) || (name.includes('opentelemetry') && !OFFICIAL.test(name));

/** Read once: several rules ask for it. */
export const pythonImage = oncePerService((service: Service, files: Files): PythonImage => {
  const packages = new Map(Object.entries(service.app?.libraries ?? {}));
  const scripts = [...(service.build?.stage?.runs ?? []).map(({ text }) => text), ...(service.start?.argv ?? []).filter((word) => /\s/.test(word))];
  const manifest = cluesOf(service, files).manifest;
  let complete = isOfficial(service, 'python') && manifest?.slot !== undefined && !isInstalledByScript(service, files) && !bringsPackages(service);
  // Extras are not among the libraries: opentelemetry-distro[otlp] brings the exporter.
  const texts = [...scripts, manifest?.slot === undefined ? '' : (files.text(manifest.slot.path) ?? '')];
  for (const install of scripts.flatMap((text) => installsIn(text))) if (!add(install, service, files, packages, texts)) complete = false;
  if (texts.some((text) => /(?:^|\n)[ \t]*-e\s|git\+|https?:\/\/\S{1,300}\.(?:whl|tar\.gz|zip)|\bpath\s*=\s*["']\./.test(text) || IN_BRACES.test(text))) complete = false;
  if (texts.some((text) => /opentelemetry[-_]distro"?\s*(?:\[[^\]]{0,200}otlp|=\s*\{[^}]{0,200}otlp)/i.test(text))) packages.set('opentelemetry-exporter-otlp', '');
  return { packages, complete, bootstraps: texts.some((text) => /opentelemetry-bootstrap\b/.test(text)) };
});

/** @returns whether all that it installs is known. */
function add(install: Install, service: Service, files: Files, packages: Map<string, string>, texts: string[]): boolean {
  // What these tools install stands in the manifest, which was read.
  if (install.tool !== 'pip') return install.tool !== 'conda';
  let known = true;
  for (const name of install.files) {
    const file = locate(service, files, name);
    if (file === undefined) known = false;
    else {
      texts.push(files.text(file) ?? '');
      for (const [library, spec] of Object.entries(readRequirements(files, file).libraries)) if (!packages.has(library)) packages.set(library, spec);
    }
  }
  for (const word of install.words) {
    const requirement = readRequirement(word);
    if (requirement !== undefined && !/[/$]|\.whl$/.test(word)) {
      if (!packages.has(requirement.name)) packages.set(requirement.name, requirement.spec);
    } else if (!/^\.(?:\/|\[.*\])?$/.test(word) || service.app?.manifest?.format !== 'toml') known = false; // `.` is what the manifest says, where that is a pyproject.toml
  }
  return known;
}

/** An entry script that installs by itself. */
function isInstalledByScript({ start }: Service, files: Files): boolean {
  if (start === undefined || !start.through.includes('script')) return false;
  const text = files.text(start.realWhere.path);
  return text === undefined || inOrder([/\b(?:pip3?|uv|poetry|pipenv|conda)\b/g, /\b(?:install|sync|add)\b/g], /\n/).test(text);
}

/** A folder of packages that comes from another image, a mount or a volume. */
function bringsPackages({ build, mounts, volumes }: Service): boolean {
  const packagesIn = /site-packages|dist-packages|venv|virtualenv|autoinstrumentation|^\/(?:otel|opt|usr\/local)(?:\/|$)/;
  return (build?.stage?.copies ?? []).some(({ stage, from }) => stage !== undefined && /[./:]/.test(stage) && packagesIn.test(from))
    || mounts.some(({ to }) => packagesIn.test(to)) || (volumes ?? []).some(({ to }) => packagesIn.test(to));
}

export const hasWrapper = ({ packages }: PythonImage): boolean => [...packages.keys()].some((name) => /^opentelemetry-(?:distro|instrumentation)(?:-|$)/.test(name) || isDistro(name));
/** Without one the wrapper patches the libraries and starts no SDK: no span is made. */
export const hasDistro = ({ packages }: PythonImage): boolean => [...packages.keys()].some((name) => isDistro(name));
/** Vendors' distributions bring instrumentations along. */
export const hasVendors = ({ packages }: PythonImage): boolean => [...packages.keys()].some((name) => isDistro(name) && name !== 'opentelemetry-distro');
/** The official distro brings no exporter; vendors' own do. */
export const hasExporter = ({ packages }: PythonImage): boolean => [...packages.keys()].some((name) => inOrder([/opentelemetry/g, /exporter/g]).test(name) || (isDistro(name) && name !== 'opentelemetry-distro'));
