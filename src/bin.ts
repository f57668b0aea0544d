#!/usr/bin/env node
// The gate: syntax that any Node since 12.20 can read, so that an old one ends with a sentence, not a stack trace.
const have = process.versions.node.split('.').map(Number);
if (Number(have[0]) < 20 || (Number(have[0]) === 20 && Number(have[1]) < 19)) {
  process.stderr.write(`otel-setup needs Node.js 20.19 or newer; this is ${process.versions.node}. Install a newer one (https://nodejs.org), then run the same command again.\n`);
  process.exitCode = 2;
} else {
  const program = './cli.js'; // the other entry of the bundle: not resolved here, an old Node could not parse it
  import(program).then((cli) => cli.main(process.argv.slice(2)));
}
