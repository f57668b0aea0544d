/**
 * argv → one command, loaded when it is needed; it sets the exit code. `--version` and `--help` never come here (bin.ts).
 */
import type { CommandName, ParsedArgs } from './args.ts';
import type { Run } from './commands/context.ts';
import type { Outside } from './commands/process.ts';
import { EXIT, Stop } from './stop.ts';
import { unwritten } from './ui/unwritten.ts';
import { version } from './version.ts';

const commandFiles: Readonly<Record<CommandName, () => Promise<{ run: Run }>>> = {
  init: () => import('./commands/init.ts'),
  doctor: () => import('./commands/doctor.ts'),
  verify: () => import('./commands/verify.ts'),
  undo: () => import('./commands/undo.ts'),
  status: () => import('./commands/status.ts'),
  run: () => import('./commands/run.ts'),
  view: () => import('./commands/view.ts'),
  explain: () => import('./commands/explain.ts'),
  demo: () => import('./commands/demo.ts'),
};
const isCommand = (word: string | undefined): word is CommandName => word !== undefined && Object.hasOwn(commandFiles, word);

/** Runs a command line and sets the exit code; never throws. @param argv without `node` and the script. */
export async function main(argv: readonly string[]): Promise<void> {
  const { outside, watchSignals } = await import('./commands/process.ts');
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const streams = outside(process.env);
  watchSignals((code) => {
    if (own.includes('--json')) answered(own.find(isCommand) ?? '', code, 'Interrupted.', undefined, streams);
    void streams.flushed().then(() => process.exit(code));
  }, streams);
  // What no command caught: said as any other end, never as a bare stack.
  process.on('uncaughtException', (error) => {
    const code = ended(error, argv, undefined, streams);
    void streams.flushed().then(() => process.exit(code));
  });
  const code = await runCommand(argv, streams);
  process.exitCode = code;
  const lost = await streams.flushed();
  if (lost === undefined) return;
  streams.complain(`${unwritten(lost)} The command itself went on to its end.`);
  if (code === EXIT.done) process.exitCode = EXIT.notDone;
}

async function runCommand(argv: readonly string[], streams: Outside): Promise<number> {
  let args: ParsedArgs | undefined;
  let key: string | undefined;
  try {
    const { flags, parseArgs } = await import('./args.ts');
    const { secretsInArguments } = await import('./ui/argument-secrets.ts');
    const secrets = secretsInArguments(argv, flags.map(({ name }) => name));
    for (const value of secrets.hidden) streams.hide(value);
    key = secrets.key;
    args = await parseArgs(argv);
    const context = streams.context(args, version());
    if (args.jsonSchema) {
      const { jsonSchema } = await import('./ui/json.ts');
      streams.answer(jsonSchema(args.command), 2);
      return EXIT.done;
    }
    const { heal } = await import('./commands/heal.ts');
    await heal(args, context);
    const { run } = await commandFiles[args.command]();
    const report = await run(args, context);
    // `view --json` and `verify --json` are streams of lines: the report is the last of them.
    if (args.json) streams.answer(report, indentOf(args.command));
    return report.exit;
  } catch (error) {
    return ended(error instanceof Stop && error.exit === EXIT.usage && key !== undefined ? noKeyHere(error, key) : error, argv, args, streams);
  }
}

/** Whoever gives a key as an argument is told what that means, whatever else is wrong with the command line. */
const noKeyHere = (error: Stop, key: string): Stop =>
  new Stop(EXIT.usage, `${key === '--key-stdin' ? 'The flag --key-stdin takes no value: a' : key.startsWith('--') ? `There is no flag ${key}: a` : `${error.message} A`} key is never taken from the command line. The one that was given stands in the history of this shell now, and others on this machine could read it.`, 'set HONEYCOMB_API_KEY, or give it to --key-stdin; take the line out of the history, and make a new key if it is not yours alone to see');

/** Says why a command ended early, and gives the exit code. With --json the same goes to standard output as a report. */
function ended(error: unknown, argv: readonly string[], args: ParsedArgs | undefined, streams: Outside): number {
  const { complain } = streams;
  const json = args?.json ?? argv.includes('--json');
  const command = args?.command ?? argv.find(isCommand) ?? '';
  if (error instanceof Stop) {
    complain(`${error.message}${error.hint === undefined ? '' : `\n  Do: ${error.hint}`}`);
    if (json) answered(command, error.exit, error.message, error.hint, streams);
    return error.exit;
  }
  // Short: the message of an error that nobody expected may repeat what is in a file.
  const message = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 160);
  const verbose = args?.verbose ?? argv.includes('--verbose');
  complain(`otel-setup met an error that it does not know: ${message.split('\n')[0] ?? ''}`);
  if (verbose && error instanceof Error && error.stack !== undefined) complain(error.stack);
  complain(`  Do: ${verbose ? '' : 'run it again with --verbose, and '}report it with the command and this text (npm bugs otel-setup)`);
  if (json) answered(command, EXIT.notDone, message, undefined, streams);
  return EXIT.notDone;
}

function answered(command: string, exit: number, says: string, hint: string | undefined, { answer }: Pick<Outside, 'answer'>): void {
  answer({ schema: 1, command, exit, ok: false, error: says, next: hint === undefined ? [] : [hint] }, indentOf(command));
}
const indentOf = (command: string): number => (command === 'view' || command === 'verify' ? 0 : 2);
