// Runs the program under test in this process: what it has cost is told on descriptor 3 when it ends.
// Not by --require: Node.js would look for that from the working directory, and read the package.json there.
process.on('exit', () => {
  const { readFileSync, writeSync } = require('node:fs');
  const own = process.resourceUsage();
  // Fields 16 and 17 of proc(5) stat: processor time of children that were waited for, in ticks of 10 ms.
  const [, rest = ''] = /\) (.*)$/s.exec(readFileSync('/proc/self/stat', 'utf8')) ?? [];
  const [user = 0, system = 0] = rest.split(' ').slice(13, 15).map(Number);
  try {
    writeSync(3, JSON.stringify({ seconds: (own.userCPUTime + own.systemCPUTime) / 1e6 + (user + system) / 100, megabytes: own.maxRSS / 1024 }));
  } catch {}
});
process.argv.splice(1, 1);
require(process.argv[1]);
