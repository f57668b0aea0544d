import { runtimeOf } from '../workspace/image.ts';
import type { Place, Service } from '../types.ts';

/** What runs a service, and where that was seen: the innermost command first, then the image. */
export interface RunsOn {
  readonly language: string;
  /** '3.10', '20': from the image's tag; undefined = the tag does not say. */
  readonly version?: string;
  readonly where: Place;
  readonly says: string;
}

const COMMANDS: readonly (readonly [language: string, command: RegExp])[] = [
  ['python', /^(?:python|pypy|pip)[\d.]*$|^(?:flask|gunicorn|uvicorn|hypercorn|daphne|granian|fastapi|celery|uwsgi|waitress-serve|django-admin|opentelemetry-instrument|ddtrace-run|newrelic-admin|poetry|pipenv|uv|manage\.py)$|\.py$/],
  ['node', /^(?:node|nodejs|nodemon|ts-node|ts-node-dev|ts-node-esm|tsx|tsc|npm|npx|yarn|pnpm|pm2|pm2-runtime|next|nest|bun|deno|vite|react-scripts|ng|serve|http-server|webpack|parcel|vue-cli-service|gatsby|astro|nuxt|nuxi|remix-serve|concurrently)$/],
  ['java', /^(?:java|mvn|mvnw|gradle|gradlew|catalina\.sh|sbt)$/],
  ['go', /^(?:go|air|CompileDaemon)$/],
  ['ruby', /^(?:ruby|bundle|rails|rackup|puma|unicorn|rake|sidekiq)$/],
  ['php', /^(?:php|php-fpm[\d.]*|apache2-foreground|artisan|frankenphp|composer)$/],
  ['dotnet', /^dotnet$|\.dll$/],
  ['rust', /^cargo$/],
  ['elixir', /^(?:mix|elixir|iex)$/],
];

const IMAGES: readonly (readonly [language: string, name: RegExp])[] = [
  ['java', /^(?:openjdk|eclipse-temurin|amazoncorretto|maven|gradle|tomcat|jetty|java|liberica-openjdk\w*|zulu-openjdk\w*|ibm-semeru-runtimes|ibmjava)$/],
  ['go', /^golang$/],
  ['ruby', /^(?:ruby|jruby|rails)$/],
  ['php', /^(?:php|frankenphp|php-fpm|php-nginx)$/],
  ['rust', /^rust$/],
  ['elixir', /^(?:elixir|erlang)$/],
];

/** The last part of an image's name and its tag: 'ghcr.io/me/app-python:3.10-slim@sha256:…' → app-python, 3.10-slim. */
export function imageParts(image: string): { readonly name: string; readonly repository: string; readonly tag: string } {
  const bare = image.replace(/@sha256:[0-9a-f]+$/i, '');
  const last = bare.slice(bare.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  return {
    name: (colon < 0 ? last : last.slice(0, colon)).toLowerCase(),
    repository: (colon < 0 ? bare : bare.slice(0, bare.length - (last.length - colon))).toLowerCase(),
    tag: colon < 0 ? '' : last.slice(colon + 1),
  };
}

/** Language and version that an image tells: 'python:3.10-slim' → python 3.10, 'node:lts' → node; `runs` are its stage's RUN lines. */
export function imageRuntime(image: string, runs: readonly string[] = []): { readonly language: string; readonly version?: string } | undefined {
  const { name, repository, tag } = imageParts(image);
  const language = /(?:^|\/)dotnet\/(?:aspnet|sdk|runtime)/.test(repository) ? 'dotnet' : IMAGES.find(([, pattern]) => pattern.test(name))?.[0];
  if (language === undefined) return runtimeOf(image, runs);
  const version = /^v?(\d+(?:\.\d+)*)/.exec(tag)?.[1];
  return version === undefined ? { language } : { language, version };
}

/** A word of a command without its folder: '/usr/local/bin/python3' → 'python3', './mvnw' → 'mvnw'. */
export function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

/** What runs this service; undefined where neither its command nor its image says so. */
export function runsOn(service: Service): RunsOn | undefined {
  const stage = service.build?.stage;
  const image = stage?.base ?? (service.build === undefined ? service.image : undefined);
  const fromImage = stage?.runtime ?? (image === undefined ? undefined : imageRuntime(image, stage?.runs.map((run) => run.text)));
  const imageWhere: Place = service.build === undefined ? (service.definedIn.at(-1) ?? 'image') : { path: service.build.dockerfile };
  const first = service.start?.real[0];
  const byCommand = first === undefined ? undefined : COMMANDS.find(([, pattern]) => pattern.test(baseName(first)))?.[0];
  if (byCommand !== undefined && service.start !== undefined && byCommand !== fromImage?.language) {
    return { language: byCommand, where: service.start.realWhere, says: service.start.real.join(' ') };
  }
  if (fromImage === undefined) return undefined;
  const base = { language: fromImage.language, where: imageWhere, says: image ?? fromImage.language };
  return fromImage.version === undefined ? base : { ...base, version: fromImage.version };
}
