/**
 * The nouns of otel-setup: plain, readonly data; no code. ARCHITECTURE.md shows how they flow.
 * read ─► choose ─► gather ─► judge ─► plan ─► show ─► write ─► see
 */

/** Relative to the workspace root, '/' between parts, no '..', '' is the root itself. Only workspace/files.ts makes one. */
export type Path = string & { readonly __path: unique symbol };
export interface Where {
  readonly path: Path;
  /** 1-based. */
  readonly line?: number;
}
export type Place = Where | 'shell' | 'image' | 'container' | 'backend';
/** One thing that was seen, and where: `{where: {path: 'requirements.txt', line: 1}, says: 'flask'}`. */
export interface Evidence {
  readonly where: Place;
  readonly says: string;
}
/** Stands for a value that is never shown. Only write/write.ts and the stores turn the name into the value. */
export interface SecretRef {
  readonly secret: string;
}

// ── 1. what is there ────────────────────────────────────────────────────────

export type Host = 'gitpod' | 'ona' | 'codespaces' | 'ci' | 'local';

export interface Workspace {
  readonly host: Host;
  readonly files: Files;
  /** Folder of the first compose file (where Compose reads `.env`), or the folder that was started in. */
  readonly projectDir: Path;
  /** What `docker compose up` would load, in order; [] = no compose file. */
  readonly compose: readonly Path[];
  /** Compose files it would not load: named, never touched. */
  readonly alsoThere: readonly Path[];
  readonly services: readonly Service[];
  /** Of the project as a whole: what the resolver did not follow. */
  readonly unsure: readonly Evidence[];
}

/** Cached, bounded, read-only view of the workspace. A plan's result is one too (workspace/overlay.ts). */
export interface Files {
  /** Absolute, symlinks resolved. */
  readonly root: string;
  /** Decoded text with its BOM, if any, kept as the first character; undefined = absent, a folder, too large, outside or not text. */
  text(path: Path): string | undefined;
  /** Why `text` is undefined although something is there: 'too-large' | 'not-text' | 'outside' | 'not-a-file' | 'unreadable'. */
  why(path: Path): string | undefined;
  encoding(path: Path): Encoding;
  exists(path: Path): boolean;
  isDir(path: Path): boolean;
  /** Files below `under` whose base name matches; bounded in depth and number; skips node_modules, .git, .venv, venv, dist and the like. Sorted. */
  find(under: Path, name: RegExp, depth?: number): readonly Path[];
  /** In the index of the git repository that it lies in. */
  tracked(path: Path): Tracked;
  /** Ignored by git (or would be, where there is no repository). false where git does not answer. */
  ignored(path: Path): boolean;
  /** Text relative to a folder → Path, or undefined where it leaves the root (also through a symlink). Absolute paths inside the root are taken too. */
  resolve(from: Path, relative: string): Path | undefined;
}
/** 'unknown': there is a repository, and git did not answer: why (the end of a sentence), and the one thing to do. */
export type Tracked =
  | { readonly is: 'yes' | 'no' }
  | { readonly is: 'unknown'; readonly why: string; readonly do: string };
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

export interface Service {
  readonly name: string;
  /** Build context, or the one bind-mounted source folder of an image-only service, or the project folder. */
  readonly dir: Path;
  readonly origin: 'compose' | 'folder';
  /** Every place that defines it, in load order; the last one is where new keys go. Empty for a folder service. */
  readonly definedIn: readonly Where[];
  /** false: its profile is not active in a bare `docker compose up`. */
  readonly active: boolean;
  readonly image?: string;
  readonly build?: Build;
  /** As its process gets it (env_file, then environment; image ENV first); the last of a name wins. */
  readonly env: readonly EnvVar[];
  /** undefined: only the base image knows. */
  readonly start?: Start;
  readonly ports: readonly Port[];
  readonly mounts: readonly Mount[];
  /** Volumes of the engine; one without a name is anonymous: it keeps what the first image had there until it is renewed. */
  readonly volumes?: readonly { readonly name?: string; readonly to: string }[];
  /** Why it cannot be known what its image holds and starts: no such Dockerfile, one that is written elsewhere. */
  readonly unread?: Stuck;
  /** The build context of an image whose Dockerfile lies elsewhere or inside of the compose file. */
  readonly unreadContext?: Path;
  /** Compose `working_dir`: before the image's WORKDIR. */
  readonly workingDir?: string;
  readonly networkMode?: string;
  /** Compose networks that it is in; [] under `network_mode`. undefined = no container of Compose. */
  readonly networks?: readonly ServiceNetwork[];
  readonly containerName?: string;
  /** 'other:alias': names under which it finds others. */
  readonly links?: readonly string[];
  readonly extraHosts: readonly string[];
  /** What the resolver did not follow: said, never guessed. */
  readonly unsure: readonly Evidence[];
  readonly app?: App;
}
export interface Build {
  readonly context: Path;
  readonly dockerfile: Path;
  /** As written in compose (after interpolation). */
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  /** The stage that is really built; undefined where the Dockerfile is absent or could not be parsed. */
  readonly stage?: Stage;
}
/** A Dockerfile stage, with everything that it inherits through local FROMs. */
export interface Stage {
  /** Index among the FROMs of the file. */
  readonly index: number;
  readonly name?: string;
  /** First image that is not another stage of this file: 'python:3.10-slim-buster'; ARGs filled in where they have a value. */
  readonly base: string;
  /** Language and version read from base: {language: 'python', version: '3.10'}. */
  readonly runtime?: { readonly language: 'python' | 'node'; readonly version?: string };
  /** Absolute, in the container. '/' where none is set. */
  readonly workdir: string;
  readonly env: readonly EnvVar[];
  readonly user?: string;
  readonly expose: readonly number[];
  /** COPY/ADD from the build context into this stage (inherited ones too): source as written, destination absolute. */
  readonly copies: readonly { readonly from: string; readonly to: string; readonly where: Where; readonly stage?: string; /** --exclude: not all of it. */ readonly excludes?: true }[];
  /** RUN lines of this stage and of those that it takes files from, in order. */
  readonly runs: readonly { readonly text: string; readonly slot: Slot; readonly where: Where; readonly stage: number }[];
  readonly cmd?: Command;
  readonly entrypoint?: Command;
}
/** A CMD, ENTRYPOINT, compose `command` or `entrypoint`, as written. */
export interface Command {
  /** Exec form: the words. Shell form (Dockerfile without JSON): ['/bin/sh', '-c', text]. */
  readonly argv: readonly string[];
  readonly shell: boolean;
  readonly where: Where;
  readonly slot: Slot;
}
export interface Port {
  /** Published on the host. */
  readonly host?: number;
  readonly container: number;
}
/** A network of the compose file, as one service is in it. */
export interface ServiceNetwork {
  readonly name: string;
  /** More names under which others of this network find the service. */
  readonly aliases: readonly string[];
  /** Nothing outside of it can be reached. */
  readonly internal?: true;
  /** It is made elsewhere: others may be in it. */
  readonly external?: true;
}
/** A bind mount. `from` is undefined where it lies outside the root. */
export interface Mount {
  readonly from?: Path;
  /** Absolute, in the container. */
  readonly to: string;
}
export interface EnvVar {
  readonly name: string;
  /** As written; null = passed through. */
  readonly raw: string | null;
  /** As resolved; leaves the program only through ui/redact.ts. undefined = not set at all. */
  readonly value: string | undefined;
  /** Variables inside it that came out empty. */
  readonly blank: readonly string[];
  readonly where: Place;
}
/** The command that really runs, and the one place that decides it. Belongs to the container, never to a language. */
export interface Start {
  /** entrypoint + command as the container gets them. */
  readonly argv: readonly string[];
  readonly shell: boolean;
  readonly where: Where;
  /** Where words can be put in front of the server's command; undefined = a script of the user's that takes no arguments. */
  readonly slot?: Slot;
  /** Why there is no slot. */
  readonly noSlot?: string;
  /** The innermost command: after `sh -c`, entry scripts, npm scripts, runners. ['flask', 'run', '--debug'] */
  readonly real: readonly string[];
  /** Where `real` is written: package.json:7, entrypoint.sh:12. */
  readonly realWhere: Where;
  /** How `real` was reached, outermost first: 'sh', 'script', 'npm', 'nodemon', 'poetry', ... */
  readonly through: readonly string[];
}
/** A place in a file that takes words. */
export interface Slot {
  readonly path: Path;
  readonly format: FormatId;
  readonly at: Keys;
  /** Index of the item (list) or UTF-16 offset in the decoded string (scalar) that the words go in front of. Default 0. */
  readonly from?: number;
}
export interface App {
  /** A Language id: 'python', 'node', 'browser', 'java', ... */
  readonly language: string;
  /** 'flask', 'express', ...: absent where only the language is known. */
  readonly framework?: string;
  /** '3.10', from the base image (else from the manifest); undefined = unknown, newest is assumed. */
  readonly runtime?: string;
  /** The one that the image installs from; undefined = none was found. */
  readonly manifest?: Slot;
  readonly packageManager?: string;
  /** Declared libraries, lower-case names → the version spec as written ('' = any). */
  readonly libraries: Readonly<Record<string, string>>;
  /** Someone starts OpenTelemetry in code already: app.py:33. */
  readonly wired?: Evidence;
  /** Facts that only this language understands: {modules: 'esm', settings: 'mysite.settings'}. */
  readonly traits: Readonly<Record<string, string>>;
  readonly because: readonly Evidence[];
}

// ── 2. what a traced service needs ──────────────────────────────────────────

export type Need = { readonly by: string; readonly why: string } & (
  | { readonly kind: 'env'; readonly name: string; readonly value: string; /** any value that is there already will do */ readonly accept?: 'any'; /** append to what is there */ readonly join?: ' ' | ',' | ':' }
  | { readonly kind: 'secret'; readonly name: string }
  | { readonly kind: 'package'; readonly name: string; readonly version: string }
  | { readonly kind: 'wrap'; readonly argv: readonly string[] }
  /** A template copied byte for byte to a path relative to the service's folder; it must be in the image too. */
  | { readonly kind: 'file'; readonly template: string; readonly to: string }
  /** A name that the container must be able to resolve: compose `extra_hosts`. */
  | { readonly kind: 'host'; readonly name: string; readonly address: string });
export type NeedKind = Need['kind'];
export interface Stuck {
  readonly stuck: string;
  readonly paste?: Paste;
}
export interface Paste {
  /** 'requirements.txt', 'your shell': where it goes. */
  readonly into: string;
  readonly text: string;
}
/** What a language says of a service: its needs, and what the user should know (losses at stop, limits), one sentence each. */
export interface Tracing {
  readonly needs: readonly Need[];
  readonly notes: readonly string[];
}
/** A need held against the workspace. */
export type Verdict =
  | { readonly is: 'met'; readonly where: Place }
  | { readonly is: 'absent'; readonly ops: readonly Op[] }
  | { readonly is: 'differs'; readonly where: Place; readonly found: string; readonly ops: readonly Op[] }
  | ({ readonly is: 'stuck' } & Stuck);
export interface Judged {
  readonly service: string;
  readonly need: Need;
  readonly verdict: Verdict;
}

// ── 3. what we would do: plain data, JSON out and in ────────────────────────

/** 'compose', 'dockerfile', 'requirements-txt', ...: the file name in formats/. */
export type FormatId = string;
export type StoreId = string;
export type Keys = readonly (string | number)[];
export type Change =
  /** A key that was not there; missing parents are made. */
  | { readonly do: 'set'; readonly at: Keys; readonly value: string | SecretRef }
  /** One more item at the end of a list; if the last key is a number, in front of that item. */
  | { readonly do: 'add'; readonly at: Keys; readonly value: string }
  /** Words in front of item (list) or UTF-16 offset (string) `from` of the value at `at`; offsets are those of the text before the plan. */
  | { readonly do: 'prefix'; readonly at: Keys; readonly words: readonly string[]; readonly from?: number }
  /** Text appended to a string value: `sep` + `value`. */
  | { readonly do: 'append'; readonly at: Keys; readonly value: string; readonly sep: string }
  | { readonly do: 'replace'; readonly at: Keys; readonly was: string; readonly value: string | SecretRef }
  | { readonly do: 'remove'; readonly at: Keys; readonly was: string };
export type Op =
  | { readonly op: 'edit'; readonly path: Path; readonly format: FormatId; readonly change: Change }
  | { readonly op: 'create'; readonly path: Path; readonly template: string }
  | { readonly op: 'store'; readonly store: StoreId; readonly name: string }
  /** A package manager that brings a lock file up to date; run on a copy, its result becomes a patch. `needs` are read by it. */
  | { readonly op: 'lock'; readonly argv: readonly string[]; readonly cwd: Path; readonly reads: readonly Path[]; readonly writes: readonly Path[] };
export type Model = string | number | boolean | null | readonly Model[] | { readonly [key: string]: Model };
export interface Refusal {
  readonly refused: string;
  /** 1-based. */
  readonly line?: number;
}
/**
 * One file type: text ↔ meaning. Pure. `parse` gives the meaning as plain data; `splice` turns one change into
 * insertions at parser offsets of `text`. formats/prove.ts says whether the two agree.
 */
export interface Format {
  readonly id: FormatId;
  parse(text: string): { readonly model: Model } | Refusal;
  /** Line (1-based) where the value at `at` is written, for evidence; undefined = not there. */
  line(text: string, at: Keys): number | undefined;
  splice(text: string, change: Change): readonly Splice[] | Refusal;
  /** All changes of a file at once, for formats whose files are large; the others are spliced change by change. */
  spliceAll?(text: string, changes: readonly Change[]): readonly Splice[] | Refusal;
  /** How the text of an `add` reads in the model, where that is not the text itself: 'COPY a b' → {keyword: 'COPY', args: 'a b'}. */
  item?(value: string, at: Keys): Model;
}
/** At UTF-16 offset `at` of the text before: `cut` is taken out, `put` goes in. */
export interface Splice {
  readonly at: number;
  readonly cut: string;
  readonly put: string;
}
export interface Patch {
  readonly path: Path;
  readonly encoding: Encoding;
  /** Octal permission bits for a file that is created: 0o600 for a secret; undefined = as it was / default. */
  readonly mode?: number;
  /** sha256 (hex) of the bytes; null = was not there. */
  readonly before: string | null;
  /** sha256 (hex) of the bytes, with placeholders where secrets go. */
  readonly after: string;
  /** Ascending, not overlapping, in offsets of the text before. A secret is its placeholder here, in the diff and in the journal. */
  readonly splices: readonly Splice[];
  /** 'edit' a user's file, 'create' from a template, 'lock' made by a package manager. */
  readonly kind: 'edit' | 'create' | 'lock';
}
export interface Plan {
  readonly schema: 1;
  readonly judged: readonly Judged[];
  /** Without doubles, in the order of writing. */
  readonly ops: readonly Op[];
  /** Proven. */
  readonly patches: readonly Patch[];
  /** What could not be planned after all: a service and the reason. Nothing of that service is in `patches`. */
  readonly refused: readonly { readonly service: string; readonly why: string; readonly paste?: Paste }[];
}

// ── 4. who speaks ───────────────────────────────────────────────────────────

export interface Language {
  readonly id: string;
  readonly title: string;
  readonly docs: string;
  /** Nothing is written for it: its answer is lines to paste. */
  readonly byHand?: true;
  /** Looks at files, manifest and command; undefined = not this language. Pure over Files. */
  recognise(service: Service, files: Files): App | undefined;
  /** What tracing this app needs, or why it cannot be done (with the lines to paste). Names needs only; never a file format. */
  trace(app: App, service: Service, files: Files): Tracing | Stuck;
}
export interface Backend {
  readonly id: string;
  readonly title: string;
  readonly docs: string;
  /** Environment, secrets and hosts that send a service's spans there. */
  needs(service: Service, choices: Choices): readonly Need[];
  /** undefined = no account and no key. */
  readonly secret?: string;
  account?(key: string, tools: Tools, region?: Region): Promise<AccountAnswer>;
  traceUrl?(account: Account, service: string, traceId: string): string;
}
export interface Store {
  readonly id: StoreId;
  readonly title: string;
  readonly lasts: 'here' | 'every new workspace';
  usable(host: Host): boolean;
  get(name: string, workspace: Workspace, tools: Tools): Promise<string | undefined>;
  /** undefined = the store is a file of the workspace: `ops` name the edits, write/ makes them. */
  put?(name: string, value: string, workspace: Workspace, tools: Tools): Promise<void>;
  ops?(name: string, workspace: Workspace): readonly Op[] | Stuck;
}
export type Region = 'us' | 'eu';
export interface Choices {
  readonly backend: string;
  readonly region: Region;
  /** Overrides the backend's endpoint: --endpoint. */
  readonly endpoint?: string;
  readonly services: readonly string[];
  readonly stores: readonly StoreId[];
  readonly signals: readonly ('traces' | 'metrics' | 'logs')[];
  /** Docker-less use: containers are processes on this machine. */
  readonly local?: boolean;
  /** The key is of Honeycomb Classic, which wants a dataset header too. */
  readonly classic?: boolean;
}
export interface ExecResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
export interface ExecOptions {
  readonly cwd?: string;
  readonly input?: string;
  /** Milliseconds; the child is killed after it. */
  readonly ms?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The only variables of this process that the program gets (`env` is added to them); undefined = all. */
  readonly inherit?: readonly string[];
  /** It leads a process group: all that it started ends with this process. Not together with `input`. */
  readonly group?: boolean;
  /** Hears each line of its output as it comes, whichever stream it came on. */
  readonly live?: (line: string) => void;
}
/** The effects that a room may have, handed in so that tests can watch them. */
export interface Tools {
  /** Never throws for a failing or absent program: code 127 = not found, 124 = time is up. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  fetch(url: string, init?: RequestInit & { readonly ms?: number }): Promise<Response>;
  /** Milliseconds since 1970. */
  now(): number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One live line in a terminal, plain lines in a pipe. */
  working(title: string): Working;
}
export interface Working {
  says(text: string): void;
  done(text?: string): void;
  failed(text?: string): void;
}

// ── 5. what is known, and what it means ─────────────────────────────────────

export type KeyKind = 'configuration' | 'ingest' | 'classic' | 'classic-ingest';
export interface Account {
  readonly kind: KeyKind;
  readonly team: string;
  /** Slug; '' for Classic. */
  readonly environment: string;
  readonly region: Region;
  readonly maySend: boolean;
  readonly mayCreate: boolean;
  readonly says: string;
}
/** `rejected`: asks again or exit 5. `unreachable`: which host, proxy and reason; --offline goes on. */
export type AccountAnswer =
  | { readonly is: 'ok'; readonly account: Account }
  | { readonly is: 'rejected'; readonly says: string; readonly hint: string }
  | { readonly is: 'unreachable'; readonly says: string; readonly hint: string };

// ── 6. what is reported ─────────────────────────────────────────────────────

export interface ServiceReport {
  readonly name: string;
  readonly language?: string;
  readonly framework?: string;
  readonly action: 'instrument' | 'skip' | 'manual';
  readonly reason: string;
  readonly because: readonly Evidence[];
  readonly notes: readonly string[];
  readonly paste?: Paste;
}
export interface EditReport {
  readonly path: string;
  readonly kind: 'edit' | 'create' | 'lock' | 'store';
  /** 'follows': a lock file that a package manager will bring up to date, and did not in a dry run. */
  readonly status: 'changed' | 'unchanged' | 'refused' | 'follows';
  readonly why: string;
}
/** What every command returns: rendered as text or as JSON by ui/, nowhere else. */
export interface Report {
  readonly schema: 1;
  readonly command: string;
  readonly exit: number;
  readonly ok: boolean;
  readonly services?: readonly ServiceReport[];
  readonly edits?: readonly EditReport[];
  readonly plan?: Plan;
  /** Of `status`. */
  readonly variables?: readonly VariableReport[];
  /** Of `explain`: the causes of the lines that came in, or one cause's page. */
  readonly explained?: readonly ExplainedReport[];
  readonly page?: PageReport;
  readonly next: readonly string[];
}
/** One cause and the first log line that led to it, without secrets. */
export interface ExplainedReport {
  readonly rule: string;
  readonly line: string;
  /** Lines that lead to the same cause. */
  readonly count: number;
  readonly title?: string;
  readonly why?: string;
  readonly do?: string;
  readonly page: string;
}
export interface PageReport {
  readonly rule: string;
  readonly hop: string;
  readonly title: string;
  readonly symptoms: readonly string[];
  readonly why: string;
  readonly check: readonly string[];
  readonly fix: readonly string[];
  readonly links?: readonly string[];
}
/** One variable of the shell and the stores (no service), or as one service gets it. */
export interface VariableReport {
  readonly name: string;
  readonly service?: string;
  /** Every place that has it, the winner marked; values of secrets as fingerprints. */
  readonly places: readonly { readonly place: string; readonly value: string; readonly wins: boolean }[];
  readonly problem?: string;
}
