// `npm run check`: types, lint and regular expressions, side by side. Shows what each has to say; exit 1 where one fails.
import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = (file, ...words) => [process.execPath, join(root, file), ...words];
const bin = (name, ...words) => node(`node_modules/${name}`, ...words);
const NOT_OURS = ['test/workspaces/**', 'test/e2e/workspaces/**'].flatMap((pattern) => ['--ignore-pattern', pattern]);

const steps = {
  'regular expressions': node('.config/regexes.mjs'),
  types: bin('typescript/bin/tsc', '-p', 'tsconfig.json'),
  'types of the page': bin('typescript/bin/tsc', '-p', 'src/see/page/browser'),
  lint: bin('oxlint/bin/oxlint', '-c', '.config/oxlint.json', '--deny-warnings', ...NOT_OURS, 'src', 'test'),
};

const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
const run = (title, [file, ...words]) =>
  new Promise((done) => {
    const child = spawn(file, words, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
    child.on('error', (error) => done({ title, code: 1, said: error.message }));
    child.on('close', (code) => done({ title, code, said: Buffer.concat(said).toString() }));
  });

const ended = await Promise.all(Object.entries(steps).map(([title, argv]) => run(title, argv)));
for (const { title, code, said } of ended) process.stdout.write(`${title}: ${code === 0 ? 'ok' : 'failed'}\n${said}`);
process.exitCode = ended.every(({ code }) => code === 0) ? 0 : 1;
