#!/usr/bin/env node
/**
 * The gate. It is bundled as CommonJS in a syntax that any Node since 12.20 can read, so that an old one ends with a
 * sentence, not a stack trace; and it answers `--version` and `--help` itself, because loading one ES module costs a
 * quarter of Node's own start-up.
 */
import { shortAnswer } from './short-answer.ts';

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

/** `otel-setup status | head -1` is no error. */
function quietPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
}
