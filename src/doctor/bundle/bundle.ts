/** --bundle and --replay: what the rules read, as one JSON file that may leave the machine. */
import * as z from 'zod';

import { EXIT, Stop } from '../../stop.ts';
import type { Path, Workspace } from '../../types.ts';
import { isSecretName } from '../../ui/redact.ts';
import { nameOf } from '../../workspace/path.ts';
import { readWorkspace } from '../../workspace/read.ts';
import { factsOf } from '../know.ts';
import { isMissing } from '../probing.ts';
import type { Known } from '../types.ts';
import { eachText, mappedJson, maskOf, type Hidden, type Masked } from './mask.ts';
import { REPLAY_ROOT, replayed, type Recording } from './record.ts';

/** Facts that are worked out again from the files. */
const DERIVED: readonly string[] = ['workspace', 'refusals', 'subjects', 'judged'];
/** What of a shell's or a container's environment rules look at. */
export const RELEVANT = /^(?:OTEL_|OTLP_|OTEP_|HONEYCOMB_|HNY_|COMPOSE_|NODE_OPTIONS$|NODE_ENV$|NODE_USE_ENV_PROXY$|PYTHONPATH$|FLASK_|DJANGO_SETTINGS_MODULE$|WEB_CONCURRENCY$|GUNICORN_CMD_ARGS$|JAVA_TOOL_OPTIONS$|JDK_JAVA_OPTIONS$|JAVA_OPTS$|CORECLR_|DOTNET_|RUBYOPT$|PHP_INI|LD_PRELOAD$|GITPOD_|CODESPACE|GITHUB_CODESPACES|CI$|DD_|SENTRY_|HTTPS?_PROXY$|https?_proxy$|NO_PROXY$|no_proxy$|SSL_CERT|NODE_EXTRA_CA_CERTS$|REQUESTS_CA_BUNDLE$|PATH$)/;

const record = <T extends z.ZodType>(value: T) => z.record(z.string(), value);
/** Once it was yes or no. */
const TRACKED = z.union([z.strictObject({ is: z.enum(['yes', 'no']) }), z.strictObject({ is: z.literal('unknown'), why: z.string(), do: z.string() })]);
const shape = z.strictObject({
  schema: z.literal(1),
  /** Of otel-setup. */
  version: z.string(),
  services: z.array(z.string()),
  composeFiles: z.array(z.string()),
  /** Of the shell: names that rules look at, secrets masked. */
  env: record(z.string()),
  folder: z.string(),
  files: z.strictObject({
    texts: record(z.string().nullable()), whys: record(z.string()), encodings: record(z.enum(['utf-8', 'utf-16le', 'utf-16be'])), exist: record(z.boolean()), folders: record(z.boolean()),
    found: record(z.array(z.string())), tracked: record(z.union([z.boolean(), TRACKED])), ignored: record(z.boolean()), resolved: record(z.string().nullable()),
  }),
  /** What probes found out, or why not. */
  facts: record(z.unknown()),
});
export type Bundle = z.infer<typeof shape>;

export interface BundleParts {
  readonly version: string;
  readonly services: readonly string[];
  readonly workspace: Workspace;
  /** As named with --file, relative to the workspace's root. */
  readonly composeFiles: readonly string[];
  readonly recording: Recording;
  readonly known: Known;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where it was run, relative to the root. */
  readonly folder: string;
  readonly salt: string;
  /** Of this machine: no secret, but nobody's business. */
  readonly hidden?: readonly Hidden[];
}

export interface MadeBundle {
  /** As it is saved. */
  readonly text: string;
  /** Paths of the files whose text is in it. */
  readonly files: readonly string[];
  readonly masked: readonly Masked[];
}

/** A bundle; every secret that is known, or looks like one, is masked, and so are `hidden`. */
export function bundleOf({ version, services, workspace, composeFiles, recording, known, env, folder, salt, hidden = [] }: BundleParts): MadeBundle {
  const facts = Object.fromEntries(Object.entries(known).filter(([name]) => !DERIVED.includes(name)).map(([name, fact]) => [name, trimmed(fact)]));
  const relevant = Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value !== undefined && RELEVANT.test(name) && name !== 'PATH' ? [[name, value] as const] : [])));
  const bundle: Bundle = { schema: 1, version, services: [...services], composeFiles: [...composeFiles], env: relevant, folder, files: { ...structuredClone(recording), texts: textsOf(recording, workspace) } as Bundle['files'], facts };
  const { learn, mask, maskName, masked } = maskOf(secretsIn(workspace, known, env), salt, hidden, ordinaryOf(workspace));
  // First all of it: what is named in one file may stand without its name in another one.
  eachText(bundle, (text, way) => learn(text, placeOf(way)));
  const at = (text: string): string => text.replaceAll(workspace.files.root, REPLAY_ROOT);
  // The workspace's own folder first: its path may hold the user's name.
  const safe = mappedJson(bundle, (text, way) => (way.at(-1) === '' ? maskName(at(text)) : mask(at(text), placeOf(way))));
  return { text: `${JSON.stringify(safe, null, 1)}\n`, files: Object.entries(bundle.files.texts).filter(([, text]) => text !== null).map(([path]) => path), masked: masked() };
}

/** What people call the place of a value: its file, or where it was found out. */
function placeOf([part = '', name = '', path = '']: readonly string[]): string {
  if (part === 'files') return name === 'texts' ? path : 'a path';
  if (part === 'env') return `the shell's ${name}`;
  // An environment as a list of names: each value as if it stood behind its name.
  return part === 'facts' ? `what was found out of ${name}` : part;
}

/** Names that rules look at, which a password may be as well. */
function ordinaryOf({ services, files }: Workspace): ReadonlySet<string> {
  return new Set([files.root, ...services.flatMap(({ name, image, env }) => [name, ...(image === undefined ? [] : [image, ...image.split(/[/:@]/)]), ...env.map((one) => one.name)])]);
}

/** Of a .env file that neither Compose nor a service reads (another tool's, a browser build's) only what rules look at; its other lines are blank. */
function textsOf({ texts }: Recording, { projectDir, services }: Workspace): Recording['texts'] {
  const used = new Set<string>([projectDir === '' ? '.env' : `${projectDir}/.env`, ...services.flatMap(({ env }) => env.flatMap(({ where }) => (typeof where === 'string' ? [] : [where.path])))]);
  return Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, text === null || used.has(path) || !nameOf(path as Path).startsWith('.env') ? text : text.split('\n').map((line) => (OF_TELEMETRY.test(line) ? line : '')).join('\n')]));
}
const OF_TELEMETRY = /OTEL|OTLP|HONEYCOMB|HNY/i;

/** Of an environment only what rules look at: the rest of a container's is nobody's business. */
function trimmed(fact: unknown): unknown {
  if (Array.isArray(fact)) return fact.map(trimmed);
  if (typeof fact !== 'object' || fact === null) return fact;
  return Object.fromEntries(Object.entries(fact).map(([key, value]) =>
    key === 'env' && typeof value === 'object' && value !== null ? [key, Object.fromEntries(Object.entries(value).filter(([name]) => RELEVANT.test(name)))] : [key, trimmed(value)]));
}

function* named(name: string, value: string | undefined): Generator<string> {
  if (value === undefined || !isSecretName(name)) return;
  if (/HEADERS?$/.test(name)) for (const pair of value.split(',')) yield pair.replace(/^[^=:]*[=:]\s*/, '').replace(/^(?:Basic|Bearer)(?:\s|%20)+/, '');
  else yield value;
}

/** Every value that is a secret by the name of its variable, wherever it was seen. */
function* secretsIn({ services }: Workspace, known: Known, env: BundleParts['env']): Generator<string> {
  for (const [name, value] of Object.entries(env)) yield* named(name, value);
  for (const service of services) for (const { name, value } of service.env) yield* named(name, value);
  if (known.stores !== undefined && !isMissing(known.stores)) for (const { value } of known.stores) yield value;
  if (known.containers !== undefined && !isMissing(known.containers)) for (const container of known.containers) for (const [name, value] of Object.entries(container.env)) yield* named(name, value);
}

/**
 * What is known, from a bundle's text.
 * @throws Stop (exit 2) for what is no bundle, or one of another schema.
 */
export function fromBundle(text: string, file: string): { readonly known: Known; readonly bundle: Bundle } {
  const parsed = shape.safeParse(jsonOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Stop(EXIT.usage, `${file} is not a bundle of otel-setup doctor${issue === undefined ? '' : ` (${issue.path.join('.') || 'the whole'}: ${issue.message})`}.`, 'make one with: npx otel-setup doctor --bundle FILE');
  }
  const bundle = parsed.data;
  const files = replayed(bundle.files as Recording);
  const cwd = bundle.folder === '' ? REPLAY_ROOT : `${REPLAY_ROOT}/${bundle.folder}`;
  const workspace = readWorkspace({ cwd, env: bundle.env, files, ...(bundle.composeFiles.length === 0 ? {} : { composeFiles: bundle.composeFiles.map((name) => `${REPLAY_ROOT}/${name}`) }) });
  if ('ask' in workspace) throw new Stop(EXIT.usage, `${file} holds no compose file of a standard name, and names none.`, 'make it again with --file FILE');
  return { bundle, known: { ...factsOf(workspace, bundle.services), ...(bundle.facts as Known) } };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
