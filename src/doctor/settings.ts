/** The variables that a service's process gets, and the ways by which one could come that are not followed. Pure over Files. */
import { variablesIn } from '../stores/dotenv.ts';
import type { Evidence, Files, Path, Service } from '../types.ts';
import { join } from '../workspace/path.ts';
import { cluesOf } from '../languages/python/clues.ts';
import { jsSources } from '../languages/node/source.ts';
import type { Setting } from './types.ts';

/** Words 'NAME=value' in front of a command, as a shell and `env` take them. */
const ASSIGNMENT = /^([A-Za-z_]\w*)=([\s\S]*)$/;

export function settingsOf(service: Service, files: Files): ReadonlyMap<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const one of loadedByCode(service, files)) settings.set(one.name, one);
  for (const { name, raw, value, where } of service.env) {
    if (value === undefined) settings.delete(name);
    else settings.set(name, { name, value, raw, where });
  }
  const { start } = service;
  // What follows `sh -c` is a script, not an assignment.
  const words = (start?.argv ?? []).filter((_, i, all) => !/^-[a-z]*c$/.test(all[i - 1] ?? ''));
  for (const word of [...words, ...(start?.real ?? [])]) {
    const found = ASSIGNMENT.exec(word);
    if (found?.[1] !== undefined && found[2] !== undefined && start !== undefined) settings.set(found[1], { name: found[1], value: found[2], raw: null, where: start.realWhere });
  }
  for (const one of wrapperFlags(service)) settings.set(one.name, one);
  return settings;
}

/** Names without their OTEL_PYTHON_ in front: the wrapper's flags leave both prefixes out. */
const PYTHONS = /^(?:context|configurator|distro|disabled_instrumentations|id_generator|instrumentation_\w+|exclude[d_]\w+|logging_\w+|log_\w+|tracer_provider|meter_provider|logger_provider)$/;

/** `opentelemetry-instrument --service_name api --exporter_otlp_endpoint=…`: each flag sets its variable, over the environment's. */
function wrapperFlags({ start }: Service): readonly Setting[] {
  const flags = /(?:^|[\s/])opentelemetry-instrument((?:\s+--[a-z_]+(?:=\S+|\s+[^\s-]\S*))+)/.exec(start?.argv.join(' ') ?? '')?.[1];
  if (start === undefined || flags === undefined) return [];
  return Array.from(flags.matchAll(/--([a-z_]+)(?:=|\s+)(\S+)/g), ([, name = '', value = '']) => ({ name: `OTEL_${PYTHONS.test(name) ? 'PYTHON_' : ''}${name.toUpperCase()}`, value, raw: null, where: start.where }));
}

/** A `.env` in the service's folder that its code loads (python-dotenv, dotenv): it never replaces what is set. */
function loadedByCode(service: Service, files: Files): readonly Setting[] {
  const file = join(service.dir, '.env');
  if (!files.exists(file) || !loadsDotenv(service, files)) return [];
  return Array.from(variablesIn(files, file), ([name, { value, line }]) => ({ name, value, raw: null, where: { path: file, ...(line === undefined ? {} : { line }) } }));
}

function loadsDotenv(service: Service, files: Files): boolean {
  const { app } = service;
  if (app?.language === 'python') return cluesOf(service, files).sources.some(({ lines }) => lines.some(({ code }) => /\bload_dotenv\s*\(|\bread_env\s*\(/.test(code)));
  if (app?.language !== 'node' || app.manifest === undefined) return false;
  const words = [...(service.start?.argv ?? []), ...(service.start?.real ?? [])].join(' ');
  return /dotenv\/config|--env-file/.test(words) || jsSources(files, app.manifest.path).some(({ code }) => /\bdotenv\b/.test(code));
}

/** Ways by which a variable may come that `settingsOf` does not follow: what it lacks is then not absent, only not seen. */
export function unsureSettings(service: Service, files: Files): readonly Evidence[] {
  return [...service.unsure.filter(({ says }) => /env|environment/i.test(says)), ...scripts(service, files), ...loadedElsewhere(service, files)];
}

/** A script on the way to the server that exports variables or reads a file of them. */
function scripts({ start, dir, build }: Service, files: Files): readonly Evidence[] {
  if (start === undefined) return [];
  const names = [...start.argv, ...start.real].flatMap((word) => word.split(/\s+/)).filter((word) => /\.(?:sh|bash)$|entrypoint/.test(word));
  const paths = new Set<Path>([start.realWhere.path]);
  for (const name of names) {
    for (const folder of [dir, build?.context ?? dir]) {
      const found = files.resolve(folder, name.replace(/^.*\//, '')) ?? files.resolve(folder, name.replace(/^\//, ''));
      if (found !== undefined && files.exists(found)) paths.add(found);
    }
  }
  return [...paths].flatMap((path) => {
    const text = files.text(path);
    if (text === undefined || /(?:^|\/)(?:Dockerfile|package\.json)|\.ya?ml$/.test(path)) return [];
    const lines = text.split('\n');
    const at = lines.findIndex((line) => /^\s*(?:export\s+(?:OTEL_|HONEYCOMB_)|set\s+-a\b|(?:source|\.)\s+\S*env|eval\s)/.test(line));
    return at < 0 ? [] : [{ where: { path, line: at + 1 }, says: `${path} sets variables itself` }];
  });
}

/** The code sets or fetches its own environment: secrets managers, configuration services, `os.environ[...] =`. */
function loadedElsewhere(service: Service, files: Files): readonly Evidence[] {
  const { app } = service;
  if (app?.language === 'python') {
    for (const source of cluesOf(service, files).sources) {
      const line = source.lines.find(({ code, text }) => /\bos\.environ(?:\[|\.(?:setdefault|update)\s*\()/.test(code) && /OTEL_|HONEYCOMB_|environ\.update/.test(text) && /environ\[[^[\]]*\]\s*=[^=]|setdefault|update/.test(text));
      if (line !== undefined) return [{ where: { path: source.path, line: line.line }, says: line.text.split('\n')[0]?.slice(0, 80) ?? '' }];
    }
    return [];
  }
  if (app?.language !== 'node' || app.manifest === undefined) return [];
  for (const { path, code } of jsSources(files, app.manifest.path)) {
    const found = /\bprocess\.env(?:\.OTEL_\w+|\.HONEYCOMB_\w+|\[['"](?:OTEL|HONEYCOMB)_\w+['"]\])\s*(?:\?\?|\|\|)?=(?!=)/.exec(code);
    if (found !== null) return [{ where: { path, line: code.slice(0, found.index).split('\n').length }, says: found[0] }];
  }
  return [];
}
