// Usage: count.mjs FOLDER passed|failed. Sums what vitest's JSON reports in FOLDER say. A test file that could not be
// loaded has no failed test in it, but its file failed: it counts as one.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [folder, which] = process.argv.slice(2);
const reports = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
const notLoaded = (report) => report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')).length;
const counts = {
  passed: reports.reduce((sum, report) => sum + report.numPassedTests, 0),
  failed: reports.reduce((sum, report) => sum + report.numFailedTests + notLoaded(report), 0),
};
console.log(counts[which]);
