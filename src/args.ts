/**
 * Every command and every flag, once: the parser, the help text and README's table all read these lists.
 * Plain data and no imports at the top, so that `--version` and `--help` cost next to nothing.
 */
import { EXIT, Stop } from './stop.ts';

export type CommandName = 'init' | 'doctor' | 'verify' | 'undo' | 'status' | 'run' | 'view' | 'explain' | 'demo';

export interface CommandSpec {
  readonly name: CommandName;
  /** What follows the name: 'SERVICE [-- CMD]'. */
  readonly operands: string;
  /** How many operands there may be before `--`. */
  readonly atMost: number;
  readonly summary: string;
}

export const commands: readonly CommandSpec[] = [
  { name: 'init', operands: '', atMost: 0, summary: 'set this workspace up: read, ask for the key, show the changes, write them' },
  { name: 'doctor', operands: '', atMost: 0, summary: 'why no data arrives: follows a span hop by hop and names the first break' },
  { name: 'verify', operands: '', atMost: 0, summary: 'each service\'s spans, watched on their way: seen and accepted, or why not' },
  { name: 'undo', operands: '', atMost: 0, summary: 'take back what init wrote' },
  { name: 'status', operands: '', atMost: 0, summary: 'every telemetry variable, where it has a value, and which one wins' },
  { name: 'run', operands: 'SERVICE [-- CMD]', atMost: 1, summary: 'start one service here as a process, as Compose would start it' },
  { name: 'view', operands: '', atMost: 0, summary: 'the local backend: receive traces and show them' },
  { name: 'explain', operands: '[RULE]', atMost: 1, summary: 'log lines from a pipe → what is wrong and what to do; or the page of one cause' },
  { name: 'demo', operands: '', atMost: 0, summary: 'a small traced application from nothing, in a temporary folder' },
];

export interface FlagSpec {
  readonly name: string;
  readonly short?: string;
  /** Placeholder of its value; '[FILE]' may be left out. No value = on or off. */
  readonly value?: string;
  /** May be given several times, or as a list with commas ('list'); 'many' is not split. */
  readonly takes?: 'list' | 'many';
  /** Variable that answers the same question. */
  readonly env?: string;
  /** undefined = every command. */
  readonly of?: readonly CommandName[];
  readonly help: string;
}

const setup: readonly CommandName[] = ['init'];
const reading: readonly CommandName[] = ['init', 'doctor', 'verify', 'undo', 'status', 'run'];

export const flags: readonly FlagSpec[] = [
  { name: 'yes', short: 'y', of: ['init', 'doctor', 'undo'], help: 'ask nothing; every question takes its default' },
  { name: 'dry-run', of: ['init', 'doctor', 'undo'], help: 'print the diff and write nothing' },
  { name: 'patch', value: '[FILE]', of: setup, help: 'write the diff to FILE (or standard output) for `git apply`, and nothing else' },
  { name: 'out', value: 'FILE', of: setup, help: 'save the plan as JSON, and write nothing else' },
  { name: 'apply', value: 'FILE', of: setup, help: 'carry out a saved plan; refused if a file changed since' },
  { name: 'check', of: setup, help: 'exit 1 and one line per service that is not set up: a guard for CI' },
  { name: 'run', of: setup, help: 'rebuild and start the changed services afterwards, without asking' },
  { name: 'all', of: ['undo'], help: 'take back everything that init wrote here, not only the last time' },
  { name: 'services', value: 'A,B', takes: 'list', env: 'OTEL_SETUP_SERVICES', of: ['init', 'doctor', 'verify'], help: 'only these services (default: all that can be traced)' },
  { name: 'exclude', value: 'A,B', takes: 'list', of: ['init', 'verify'], help: 'all but these services' },
  { name: 'backend', value: 'NAME', env: 'OTEL_SETUP_BACKEND', of: ['init', 'status', 'run'], help: 'honeycomb, local or otlp' },
  { name: 'endpoint', value: 'URL', of: ['init', 'run'], help: 'send there instead of the backend\'s own address' },
  { name: 'region', value: 'us|eu', env: 'OTEL_SETUP_REGION', of: setup, help: 'Honeycomb region (default: found out from the key)' },
  { name: 'signals', value: 'LIST', takes: 'list', of: setup, help: 'traces, metrics, logs (default: traces)' },
  { name: 'store', value: 'LIST', takes: 'list', of: setup, help: 'where the key is kept: dotenv, gp-env (default: all that work here)' },
  { name: 'key-stdin', of: setup, help: 'read the API key from standard input' },
  { name: 'offline', of: ['init', 'doctor'], help: 'no network: do not ask the backend whether the key is good' },
  { name: 'no-docker', of: ['doctor'], help: 'do not look at images and containers' },
  { name: 'only', value: 'LIST', takes: 'list', of: ['doctor'], help: 'only these rules or hops: key, stores, files, source, image, container, export, arrival' },
  { name: 'ignore', value: 'LIST', takes: 'list', of: ['doctor'], help: 'not these rules or hops' },
  { name: 'fix', of: ['doctor'], help: 'mend what can be mended safely: shown first, taken back with undo' },
  { name: 'format', value: 'FORMAT', of: ['doctor'], help: 'text, github (annotations) or sarif' },
  { name: 'bundle', value: 'FILE', of: ['doctor'], help: 'save what was looked at, secrets masked and shown first, to ask somebody else (- for standard output)' },
  { name: 'replay', value: 'FILE', of: ['doctor'], help: 'judge a bundle instead of this workspace' },
  { name: 'list', of: ['doctor'], help: 'every rule in a line' },
  { name: 'explain', value: 'RULE', of: ['doctor'], help: 'the page of a rule: symptoms, why, how to check, what to do' },
  { name: 'file', short: 'f', value: 'FILE', takes: 'many', env: 'COMPOSE_FILE', of: reading, help: 'compose file; may be given several times' },
  { name: 'host', value: 'ADDRESS', of: ['view'], help: 'address to listen on' },
  { name: 'port', value: 'N', of: ['view'], help: 'port to listen on (default: 4318)' },
  { name: 'allow-host', value: 'NAME', takes: 'list', of: ['view'], help: 'a name under which a browser or a sender reaches this machine; pages of it may send' },
  { name: 'max-spans', value: 'N', of: ['view'], help: 'spans to keep; the oldest traces go first (default: 100000)' },
  { name: 'save', value: 'FILE', of: ['view'], help: 'add what arrives to FILE, as lines of OTLP JSON' },
  { name: 'load', value: 'FILE', of: ['view'], help: 'show what is in such a FILE, of ours or of a Collector' },
  { name: 'request', value: 'REQUEST', takes: 'many', of: ['verify'], help: 'send this and no other, e.g. \'GET /api/items\'; may be given several times' },
  { name: 'no-traffic', of: ['verify'], help: 'send nothing: you use the application meanwhile' },
  { name: 'timeout', value: 'SECONDS', of: ['verify'], help: 'how long spans are waited for after the requests (default: 20; 60 with --no-traffic)' },
  { name: 'build', of: ['verify'], help: 'build the images first, and make containers anew that are older than their files' },
  { name: 'keep', of: ['demo'], help: 'leave the folder and the services as they are at the end' },
  { name: 'local', of: ['demo', 'verify'], help: 'processes on this machine even where Docker is there' },
  { name: 'json', help: 'one JSON value on standard output' },
  { name: 'json-schema', of: ['init', 'doctor', 'verify', 'undo', 'status', 'explain'], help: 'print the JSON Schema of that value' },
  { name: 'cwd', value: 'FOLDER', help: 'work there instead of here' },
  { name: 'no-color', env: 'NO_COLOR', help: 'no colours' },
  { name: 'quiet', short: 'q', help: 'only results and errors' },
  { name: 'verbose', help: 'more about what is done; the stack of an unexpected error' },
];

/** A command line, read. Lists are empty and switches false where nothing was given. */
export interface ParsedArgs {
  readonly command: CommandName;
  /** Before `--`: ['backend-flask'] of `run backend-flask`. */
  readonly operands: readonly string[];
  /** After `--`. */
  readonly rest: readonly string[];
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** '-' = standard output. */
  readonly patch: string | undefined;
  readonly out: string | undefined;
  readonly apply: string | undefined;
  readonly check: boolean;
  readonly run: boolean;
  readonly all: boolean;
  readonly services: readonly string[];
  readonly exclude: readonly string[];
  readonly backend: string | undefined;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly signals: readonly string[];
  readonly store: readonly string[];
  readonly keyStdin: boolean;
  readonly offline: boolean;
  readonly noDocker: boolean;
  readonly only: readonly string[];
  readonly ignore: readonly string[];
  readonly fix: boolean;
  readonly format: string | undefined;
  readonly bundle: string | undefined;
  readonly replay: string | undefined;
  readonly list: boolean;
  readonly explain: string | undefined;
  readonly file: readonly string[];
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly allowHost: readonly string[];
  readonly maxSpans: string | undefined;
  readonly save: string | undefined;
  readonly load: string | undefined;
  readonly request: readonly string[];
  readonly traffic: boolean;
  readonly timeout: string | undefined;
  readonly build: boolean;
  readonly keep: boolean;
  readonly local: boolean;
  readonly json: boolean;
  readonly jsonSchema: boolean;
  readonly cwd: string | undefined;
  readonly color: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

const inOf = (flag: FlagSpec, command: CommandName) => flag.of === undefined || flag.of.includes(command);
export const flagsOf = (command: CommandName): readonly FlagSpec[] => flags.filter((flag) => inOf(flag, command));

const written = (flag: FlagSpec) =>
  `${flag.short === undefined ? '' : `-${flag.short}, `}--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`;

/**
 * Reads a command line with commander, which is only loaded here.
 * @throws Stop (exit 2) for an unknown command, flag or a missing value, with the nearest name as the hint.
 */
export async function parseArgs(argv: readonly string[]): Promise<ParsedArgs> {
  const { Command, CommanderError, Option } = await import('commander');
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const rest = end < 0 ? [] : argv.slice(end + 1);
  let found: { command: CommandName; operands: string[]; options: Readonly<Record<string, unknown>>; color: boolean } | undefined;

  const quiet = (command: InstanceType<typeof Command>) =>
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} }).helpOption(false).helpCommand(false);
  const option = (flag: FlagSpec) => {
    const made = new Option(written(flag).replace('[FILE]', '[file]').replace(/ ([A-Z|a-z,]+)$/, (all) => (flag.value?.startsWith('[') ? all : ' <value>')), flag.help);
    if (flag.takes !== undefined) {
      made.argParser((value: string, before: string[] | undefined) => [
        ...(before ?? []),
        ...(flag.takes === 'list' ? value.split(',').map((part) => part.trim()).filter((part) => part !== '') : [value]),
      ]);
    }
    return made;
  };

  const program = quiet(new Command('otel-setup'));
  for (const flag of flags) if (flag.of === undefined) program.addOption(option(flag));
  for (const spec of commands) {
    const command = quiet(program.command(spec.name)).allowExcessArguments(false);
    if (spec.atMost > 0) command.argument('[operand]');
    for (const flag of flagsOf(spec.name)) command.addOption(option(flag));
    command.action(() => {
      const options: Readonly<Record<string, unknown>> = command.optsWithGlobals();
      found = { command: spec.name, operands: [...command.args], options, color: command.opts()['color'] !== false && program.opts()['color'] !== false };
    });
  }
  try {
    await program.parseAsync([...own], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.message !== '(outputHelp)') throw usage(error.message, own);
    if (error instanceof CommanderError) throw new Stop(EXIT.usage, 'No command was given.', 'otel-setup --help');
    throw error;
  }
  if (found === undefined) throw new Stop(EXIT.usage, 'No command was given.', 'otel-setup --help');

  const { command, operands, options, color } = found;
  const text = (key: string) => (typeof options[key] === 'string' ? options[key] : undefined);
  const list = (key: string) => (Array.isArray(options[key]) ? options[key].filter((item) => typeof item === 'string') : []);
  const on = (key: string) => options[key] === true;
  return {
    command, operands, rest, color,
    yes: on('yes'), dryRun: on('dryRun'), check: on('check'), run: on('run'), keyStdin: on('keyStdin'), offline: on('offline'),
    noDocker: options['docker'] === false, fix: on('fix'), list: on('list'), format: text('format'), bundle: text('bundle'), replay: text('replay'), explain: text('explain'),
    only: list('only'), ignore: list('ignore'),
    request: list('request'), traffic: options['traffic'] !== false, timeout: text('timeout'), build: on('build'),
    keep: on('keep'), all: on('all'), local: on('local'), json: on('json'), jsonSchema: on('jsonSchema'), quiet: on('quiet'), verbose: on('verbose'),
    patch: on('patch') ? '-' : text('patch'), out: text('out'), apply: text('apply'),
    backend: text('backend'), endpoint: text('endpoint'), region: text('region'), host: text('host'), port: text('port'), cwd: text('cwd'),
    maxSpans: text('maxSpans'), save: text('save'), load: text('load'), allowHost: list('allowHost'),
    services: list('services'), exclude: list('exclude'), signals: list('signals'), store: list('store'), file: list('file'),
  };
}

/** commander's sentence, "error: unknown option '--jsn'\n(Did you mean --json?)", as ours. */
function usage(message: string, argv: readonly string[]): Stop {
  const [first = '', ...more] = message.replace(/^error: /, '').split('\n');
  const nearest = /^(?:one of )?([^?]*)\?\)/.exec(more.join(' ').split('Did you mean ')[1] ?? '')?.[1];
  const command = commands.find((spec) => argv.includes(spec.name));
  const says = first.charAt(0).toUpperCase() + first.slice(1).replace(/\.?$/, '.');
  return new Stop(EXIT.usage, says, nearest === undefined ? `otel-setup ${command === undefined ? '' : `${command.name} `}--help shows what there is` : `did you mean ${nearest}?`);
}

const aligned = (rows: readonly (readonly [string, string])[], indent = '  ') => {
  const width = Math.min(24, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => `${indent}${left.padEnd(width)}  ${right}`.trimEnd()).flatMap((line) => wrapped(line, indent.length + width + 2));
};
/** Lines of at most 80 columns; what is wrapped stands under the second column. */
function wrapped(line: string, indent: number): string[] {
  if (line.length <= 80) return [line];
  const cut = line.lastIndexOf(' ', 80);
  if (cut <= indent) return [line];
  return [line.slice(0, cut), ...wrapped(' '.repeat(indent) + line.slice(cut + 1), indent)];
}

/** Text of `otel-setup --help` (no command) or `otel-setup COMMAND --help`. */
export function helpText(command?: CommandName): string {
  const spec = commands.find(({ name }) => name === command);
  const rows = (list: readonly FlagSpec[]) =>
    aligned(list.map((flag) => [`${flag.short === undefined ? '    ' : ''}${written(flag)}`, `${flag.help}${flag.env === undefined ? '' : ` [${flag.env}]`}`] as const));
  const common = flags.filter((flag) => flag.of === undefined);
  if (spec !== undefined) {
    const own = flagsOf(spec.name).filter((flag) => flag.of !== undefined);
    return [
      `otel-setup ${spec.name}${spec.operands === '' ? '' : ` ${spec.operands}`}`, ...wrapped(`  ${spec.summary}`, 2), '',
      ...(own.length === 0 ? [] : ['Flags:', ...rows(own), '']),
      'Everywhere:', ...rows(common),
      ...(spec.name === 'init' ? ['', 'The key: HONEYCOMB_API_KEY, --key-stdin, or the hidden prompt.'] : []), '',
    ].join('\n');
  }
  return [
    'otel-setup: from a Docker Compose workspace to traces that were seen to arrive', '',
    'Usage: otel-setup COMMAND [flags]', '',
    ...aligned(commands.map(({ name, operands, summary }) => [`${name}${operands === '' ? '' : ` ${operands}`}`, summary] as const)), '',
    'Everywhere:', ...rows([...common, { name: 'version', help: 'print the version' }, { name: 'help', short: 'h', help: 'this text, or that of a command' }]), '',
    'Environment: HONEYCOMB_API_KEY, HONEYCOMB_API_ENDPOINT, OTEL_SETUP_BACKEND,',
    '  OTEL_SETUP_REGION, OTEL_SETUP_SERVICES, HTTPS_PROXY, NO_PROXY, NO_COLOR, CI', '',
    'Exit codes: 0 done · 1 something chosen is not done · 2 usage · 3 an answer is',
    '  missing · 4 refused for safety · 5 key rejected or backend not reached · 130', '',
  ].join('\n');
}
