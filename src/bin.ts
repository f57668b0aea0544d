#!/usr/bin/env node
/**
 * The gate. It is bundled as CommonJS in a syntax that any Node since 12.20 can read, so that an old one ends with a
 * sentence, not a stack trace; and it answers `--version` and `--help` itself, because loading one ES module costs a
 * quarter of Node's own start-up.
 */
import { shortAnswer } from './short-answer.ts';
import { unwritten } from './ui/unwritten.ts';

const argv = process.argv.slice(2);
const have = process.versions.node.split('.').map(Number);
quietPipes();
if (Number(have[0]) < 20 || (Number(have[0]) === 20 && Number(have[1]) < 19)) {
  process.stderr.write(`otel-setup needs Node.js 20.19 or newer; this is ${process.versions.node}. Install a newer one (https://nodejs.org), then run the same command again.\n`);
  process.exitCode = 2;
} else {
  const answer = shortAnswer(argv);
  if (answer === undefined) {
    const program = './cli.js'; // the other entry of the bundle: not resolved here, an old Node could not parse it
    import(program).then((cli) => cli.main(argv));
  } else {
    process[answer.to].write(answer.text);
    process.exitCode = answer.exit;
  }
}

/** Until the program is loaded: `otel-setup --help | head -1` is no error, a full disk is one, in a sentence. */
function quietPipes(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`${unwritten({ code: String(error.code) })}\n`);
    process.exitCode = process.exitCode || 1;
  });
}
