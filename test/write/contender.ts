/** Run as a process of its own: waits for the end of standard input, then wants the journal, many times. */
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from '../../src/stop.ts';
import { keepOthersOut } from '../../src/write/one-run.ts';
import { realDisk } from '../../src/write/write.ts';

const [folder = '', rounds = '0'] = process.argv.slice(2);
process.stdout.write('ready\n');
readFileSync(0);
let held = 0;
for (let n = 0; n < Number(rounds); n += 1) {
  try {
    const release = keepOthersOut(realDisk, folder, Date.now());
    // Fails with EEXIST where another one is in here as well.
    mkdirSync(join(folder, 'inside'));
    held += 1;
    rmdirSync(join(folder, 'inside'));
    release();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
}
process.stdout.write(`${held}\n`);
