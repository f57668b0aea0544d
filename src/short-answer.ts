/** `--version` and `--help`: what is answered before anything of the program is loaded. */
import { commands, helpText } from './args.ts';
import { EXIT, type ExitCode } from './stop.ts';
import { version } from './version.ts';

export interface ShortAnswer {
  readonly text: string;
  readonly to: 'stdout' | 'stderr';
  readonly exit: ExitCode;
}

/** The answer to a command line (without `node` and the script) that needs no command; undefined = it needs one. */
export function shortAnswer(argv: readonly string[]): ShortAnswer | undefined {
  if (argv.length === 0) return { text: helpText(), to: 'stderr', exit: EXIT.usage };
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (own.includes('--version') || own[0] === '-V') return { text: `${version()}\n`, to: 'stdout', exit: EXIT.done };
  if (!own.includes('--help') && !own.includes('-h') && own[0] !== 'help') return undefined;
  return { text: helpText(commands.find(({ name }) => own.includes(name))?.name), to: 'stdout', exit: EXIT.done };
}
