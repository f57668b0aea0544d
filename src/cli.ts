/**
 * argv → one command, loaded when it is needed; it sets the exit code. `--version` and `--help` never come here (bin.ts).
 */
import type { CommandName, ParsedArgs } from './args.ts';
import type { Run } from './commands/context.ts';
import { EXIT, Stop } from './stop.ts';
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
  process.exitCode = await runCommand(argv);
}

async function runCommand(argv: readonly string[]): Promise<number> {
  const { outside, watchSignals } = await import('./commands/process.ts');
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  watchSignals((code) => {
    if (!own.includes('--json')) process.exit(code);
    process.stdout.write(report(own.find(isCommand) ?? '', code, 'Interrupted.'), () => process.exit(code));
  }, () => process.exit(process.exitCode ?? EXIT.done));
  const { context: contextOf, ...streams } = outside(process.env);
  let args: ParsedArgs | undefined;
  try {
    const { parseArgs } = await import('./args.ts');
    args = await parseArgs(argv);
    const context = contextOf(args, version());
    if (args.jsonSchema) {
      const { jsonSchema } = await import('./ui/json.ts');
      context.result(`${JSON.stringify(jsonSchema(args.command), null, 2)}\n`);
      return EXIT.done;
    }
    const { heal } = await import('./commands/heal.ts');
    await heal(args, context);
    const { run } = await commandFiles[args.command]();
    const report = await run(args, context);
    // `view --json` and `verify --json` are streams of lines: the report is the last of them.
    if (args.json) context.result(`${JSON.stringify(report, null, indentOf(args.command))}\n`);
    return report.exit;
  } catch (error) {
    return ended(error, argv, args, streams);
  }
}

/** Says why a command ended early, and gives the exit code. With --json the same goes to standard output as a report. */
function ended(error: unknown, argv: readonly string[], args: ParsedArgs | undefined, { complain, answer }: { complain(text: string): void; answer(text: string): void }): number {
  const json = args?.json ?? argv.includes('--json');
  const command = args?.command ?? argv.find(isCommand) ?? '';
  if (error instanceof Stop) {
    complain(`${error.message}${error.hint === undefined ? '' : `\n  Do: ${error.hint}`}`);
    if (json) answer(report(command, error.exit, error.message, error.hint));
    return error.exit;
  }
  // Short: the message of an error that nobody expected may repeat what is in a file.
  const message = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 160);
  const verbose = args?.verbose ?? argv.includes('--verbose');
  complain(`otel-setup met an error that it does not know: ${message.split('\n')[0] ?? ''}`);
  if (verbose && error instanceof Error && error.stack !== undefined) complain(error.stack);
  complain(`  Do: ${verbose ? '' : 'run it again with --verbose, and '}report it with the command and this text (npm bugs otel-setup)`);
  if (json) answer(report(command, EXIT.notDone, message));
  return EXIT.notDone;
}

const report = (command: string, exit: number, says: string, hint?: string) =>
  `${JSON.stringify({ schema: 1, command, exit, ok: false, error: says, next: hint === undefined ? [] : [hint] }, null, indentOf(command))}\n`;
const indentOf = (command: string): number => (command === 'view' || command === 'verify' ? 0 : 2);
