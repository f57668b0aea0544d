/**
 * The doctor's nouns. A probe has an effect and produces one fact; a rule is pure and turns facts into findings; the
 * engine alone says `skipped` (a fact was not to be had), `blocked` (an earlier hop broke) and `crashed` (a rule threw).
 * probes ─► Facts ─► rules ─► Finding ─► engine ─► Line
 */
import type { Pattern } from '../patterns.ts';
import type { AccountAnswer, Evidence, Judged, Op, Place, Region, Report, Service, Tools, Workspace } from '../types.ts';

/** The way of a span, in order: a break hides what lies behind it. */
export type Hop = 'key' | 'stores' | 'files' | 'source' | 'image' | 'container' | 'export' | 'arrival';

// ── what is known ───────────────────────────────────────────────────────────

/** One entry for each thing that a probe finds out. Plain JSON but for `workspace`, which a bundle keeps as the texts that were read. */
export interface Facts {
  readonly workspace: Workspace;
  /** The services that are looked at, read as their SDK will read them. Derived from `workspace`, never in a bundle. */
  readonly subjects: readonly Subject[];
  /** The verdicts that init uses, with the choices that each subject's own settings imply. Derived. */
  readonly judged: readonly Judged[];
  /** Why the compose file cannot be read; [] where it can. With one, nothing else is known. */
  readonly refusals: readonly { readonly says: string; readonly do?: string }[];
  readonly stores: readonly Kept[];
  /** Keys in git: names of commits and files, never values. `commit` is '' for what stands in a tracked file now. */
  readonly history: readonly { readonly commit: string; readonly path: string; readonly line: number }[];
  /** What the backend says of each different key that the subjects use; `key` is its fingerprint. */
  readonly accounts: readonly { readonly key: string; readonly answer: AccountAnswer }[];
  readonly engine: { readonly server: string; readonly compose: string };
  /** Of the subjects, running or not. A service without an entry has no container. */
  readonly containers: readonly Container[];
  readonly images: readonly Image[];
  readonly inside: readonly Inside[];
  readonly logs: readonly Logged[];
  readonly reach: readonly Reach[];
  /** The same request from this machine, where no container could send it. */
  readonly sent: readonly Reach[];
  readonly arrived: readonly Arrived[];
}
export type FactName = keyof Facts;

/** A place that has a value for a backend's secret. */
export interface Kept {
  readonly name: string;
  readonly store: 'shell' | 'dotenv' | 'gp-env' | 'env-file' | 'codespaces';
  readonly where: Place;
  /** Leaves the program as a fingerprint only. */
  readonly value: string;
  /** Exactly as it stands in the file (quotes, blanks, carriage return), for `.env` files. */
  readonly raw?: string;
  /** This is what Compose fills ${NAME} with. */
  readonly wins: boolean;
  /** In git; undefined = no file, or `untold`. */
  readonly tracked?: boolean;
  /** git did not say whether the file is in it: why, and the one thing to do. */
  readonly untold?: { readonly why: string; readonly do: string };
}
export interface Container {
  readonly service: string;
  readonly id: string;
  readonly name: string;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly exitCode: number;
  readonly error: string;
  readonly oomKilled: boolean;
  readonly restarts: number;
  readonly health?: 'starting' | 'healthy' | 'unhealthy';
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly started: number;
  /** Its real environment: image's and Compose's. */
  readonly env: Readonly<Record<string, string>>;
  /** Entrypoint and command. */
  readonly argv: readonly string[];
  /** Id of the image that it was made from. */
  readonly image: string;
  /** Label com.docker.compose.config-hash. */
  readonly configHash: string;
  /** What `docker compose config --hash` says now; '' where it says nothing. Another one = `up` would make a new container. */
  readonly wantedHash: string;
  readonly networks: readonly string[];
  readonly mounts: readonly { readonly type: string; readonly name?: string; readonly from: string; readonly to: string }[];
}
export interface Image {
  readonly service: string;
  /** Id of the image that the service's tag names now; '' = there is none. A service without an entry: not known. */
  readonly id: string;
  readonly created: number;
}
/** What is really in the container (docker exec, with its own interpreter). A service can have two: where something is missing, its image is asked too. */
export interface Inside {
  readonly service: string;
  /** 'running' container, or a throw-away one made from the image, without network. */
  readonly from: 'container' | 'image';
  readonly runtime?: string;
  /** Distribution or package → version, of OpenTelemetry, the framework, and what the manifest declares. */
  readonly packages: Readonly<Record<string, string>>;
  /** Names that were looked for and not found: packages, programs, files. */
  readonly missing: readonly string[];
  /** Files of the workspace of which it has a copy with another content: the image is older than they are. `telemetry`: the copy speaks of OpenTelemetry. */
  readonly stale?: readonly { readonly path: string; readonly to: string; readonly telemetry: boolean }[];
  readonly processes: readonly { readonly pid: number; readonly argv: readonly string[]; /** OTEL_*, HONEYCOMB_*, PYTHONPATH, NODE_OPTIONS, JAVA_TOOL_OPTIONS, FLASK_DEBUG… */ readonly env: Readonly<Record<string, string>> }[];
  /** Its clock minus this machine's, in milliseconds. */
  readonly clock?: number;
}
export interface Logged {
  readonly service: string;
  /** Of the container's log, ms since 1970; undefined where none was given. */
  readonly at?: number;
  readonly line: string;
  /** Rule whose page the line leads to; undefined = kept because the process ended with it. */
  readonly rule?: string;
}
/** One OTLP request with one span (named 'otel-setup doctor'), sent as the service would: its endpoint, its headers. */
export interface Reach {
  readonly service: string;
  readonly url: string;
  /** Program that sent it: 'python', 'node', 'wget', 'curl', 'otel-setup' (this machine); 'none': nothing in the image could. */
  readonly by: string;
  readonly got:
    | { readonly is: 'answered'; readonly status: number; /** decoded text, 300 characters at most */ readonly says: string; readonly contentType: string; /** HTTP Date minus the sender's clock, ms */ readonly clock?: number }
    | { readonly is: 'failed'; readonly at: 'dns' | 'connect' | 'tls' | 'timeout' | 'http' | 'url' | 'header'; readonly says: string }
    | { readonly is: 'unknown'; readonly says: string };
  readonly traceId: string;
  /** When it was sent, ms since 1970, by this machine's clock. */
  readonly at?: number;
}
export interface Arrived {
  readonly service: string;
  /** Last write of the dataset / last span seen by the local backend, ms since 1970; undefined = there is nothing of it. */
  readonly last?: number;
  /** `last` is of the service's own spans alone, and without it there are none; else it may be the doctor's of an earlier look. */
  readonly itself?: boolean;
  readonly spans?: number;
  /** Of the local backend: what answers on its port of this machine. */
  readonly listens?: 'view' | 'other' | 'nothing';
  /** The span of `reach` or `sent` was seen in the dataset. */
  readonly own?: boolean;
  /** There is nothing under the service's name, and something under this one. */
  readonly elsewhere?: { readonly dataset: string; readonly last: number };
  readonly link?: string;
  readonly says: string;
}

/** A fact that is not to be had, and why: 'Docker does not answer', '--offline'. */
export interface Missing {
  readonly missing: string;
  /** What would make it known: 'start Docker, then run doctor again'. */
  readonly then?: string;
}
export type Known = { readonly [N in FactName]?: Facts[N] | Missing };

/** An effect. Whatever waits, spawns or connects is a probe; nothing else is. */
export interface Probe<N extends FactName = FactName> {
  readonly fact: N;
  /** While it runs: 'asking Honeycomb about the key'. */
  readonly title: string;
  /** Facts that must be known before; with one of them missing, so is this one. */
  readonly from: readonly FactName[];
  /** Facts that are waited for and help where they are known; `run` gets them then. */
  readonly also?: readonly FactName[];
  readonly touches: 'nothing' | 'network' | 'docker' | 'containers';
  /** It is given up after so many milliseconds, and its fact is missing. */
  readonly ms: number;
  /** `known` holds what `from` names, and of `also` what is known. */
  run(known: Facts, tools: Tools): Promise<Facts[N] | Missing>;
}

// ── a service, as its SDK will read it ──────────────────────────────────────

/** One variable as the process gets it, with its place. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly raw: string | null;
  readonly where: Place;
}
/** Where traces go, after the OTLP specification and the SDK's own defaults. */
export interface Sending {
  /** OTEL_TRACES_EXPORTER; undefined = the SDK's default. */
  readonly exporter?: Setting;
  /** OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, else _PROTOCOL, else the SDK's default ('grpc' for Python, 'http/protobuf' for Node). */
  readonly protocol: { readonly value: string; readonly from: Setting | 'default' | 'code' };
  /** The URL that is really requested (HTTP: with /v1/traces); undefined = only the code knows. */
  readonly endpoint: { readonly url?: string; readonly from: Setting | 'default' | Evidence };
  /** As the variable has them; names lower-case. Values are secrets. */
  readonly headers: { readonly pairs: readonly { readonly name: string; readonly value: string }[]; readonly from?: Setting | Evidence };
  /** OTEL_SDK_DISABLED is true. */
  readonly disabled?: Setting;
  readonly serviceName?: { readonly value: string; readonly from: Setting | Evidence };
  /** Which backend the endpoint is: 'honeycomb' (with the region), 'local' (otel-setup view), 'compose' (a service of this project, e.g. a Collector), 'other', or 'none' (nothing said: the default, localhost). */
  readonly to: { readonly backend: 'honeycomb' | 'local' | 'compose' | 'other' | 'none' | 'code'; readonly region?: Region; readonly service?: string };
}
/** A service under examination. */
export interface Subject {
  readonly service: Service;
  /** Every variable that its process gets, as far as files show: compose and image, then a `.env` that its code loads, words in front of the command. The last of a name. */
  readonly settings: ReadonlyMap<string, Setting>;
  /** Why a variable that is not in `settings` may be set all the same (a generated env_file, a script that exports): then nothing is called absent. */
  readonly unsure: readonly Evidence[];
  /** What says that it is meant to send: OTEL_* in its environment, OpenTelemetry packages, wiring in code, a wrapper. */
  readonly signs: readonly Evidence[];
  /**
   * 'yes': named with --services, or it has signs, or nothing in the workspace has and it can be traced.
   * 'no': it is not meant to (a database, a browser's dev server, no sign while others have some): rules leave it alone, but for what is harmful.
   */
  readonly expected: boolean;
  /** Why it is not expected to. */
  readonly why?: string;
  readonly sending: Sending;
  /** How it is instrumented, as far as files show: by a wrapper or preload on the start command, in code, by an agent, or not at all; 'unknown' where something may do it that is not followed. */
  readonly instrumented: { readonly by: 'wrapper' | 'preload' | 'code' | 'agent' | 'no' | 'unknown'; readonly at?: Evidence };
}

// ── what it means ───────────────────────────────────────────────────────────

/** What --explain prints and docs/causes/ID.md holds. Markdown inside: `code`, no headings. */
export interface Page {
  /** What people see: log lines verbatim, or a sentence. */
  readonly symptoms: readonly string[];
  readonly why: string;
  /** How to check it by hand: commands that can be pasted, one a line, or a sentence. */
  readonly check: readonly string[];
  /** What to do: sentences or lines to paste. */
  readonly fix: readonly string[];
  readonly links?: readonly string[];
}
export interface Finding {
  /** undefined = of the workspace as a whole. */
  readonly service?: string;
  readonly status: 'ok' | 'warn' | 'broken';
  /** One sentence: what was seen and what it means. Never a secret. */
  readonly says: string;
  readonly because: readonly Evidence[];
  /** The one thing to do: a command or an edit, as it can be pasted. */
  readonly do?: string;
  /** What to run after that; the default is what makes the change reach the container. */
  readonly then?: string;
  /** What --fix would do: safe operations only. */
  readonly ops?: readonly Op[];
  /**
   * What it is about ('OTEL_EXPORTER_OTLP_ENDPOINT', 'package:opentelemetry-distro'). A later finding on the same service
   * about the same thing is dropped: the first, more exact rule has explained it.
   */
  readonly about?: string;
}
/** A judgement. Pure; called only when every fact in `from` is known. */
export interface Rule {
  /** 'container.key-blank': JSON id, docs anchor, test folder, --ignore. */
  readonly id: string;
  readonly hop: Hop;
  /** What is wrong, in a few words: --list and the page's title. */
  readonly title: string;
  readonly from: readonly FactName[];
  /** Facts that sharpen the judgement where they are known. */
  readonly also?: readonly FactName[];
  readonly page: Page;
  /** Only facts of `from` and `also` are in `facts`. */
  find(facts: Partial<Facts>): readonly Finding[];
}
export type Status = Finding['status'] | 'skipped' | 'blocked' | 'crashed';
/** What is shown. */
export interface Line extends Omit<Finding, 'status' | 'ops' | 'about'> {
  readonly rule: string;
  readonly hop: Hop;
  readonly status: Status;
  readonly fixable: boolean;
}
/** A log line of an exporter, an SDK, the Collector, Compose or Honeycomb, and the rule whose page explains it. */
export interface LogLine {
  readonly match: Pattern;
  readonly rule: string;
}
/** What `doctor` returns. */
export interface DoctorReport extends Report {
  readonly lines: readonly Line[];
  /** The first break: what to mend first. */
  readonly cause: { readonly rule: string; readonly service?: string } | null;
  readonly path: readonly { readonly hop: Hop; readonly status: Status }[];
  /** What was asked, and how long the answer took. */
  readonly probes: readonly { readonly fact: string; readonly ms: number }[];
}
