/** Lines of a megabyte, made of what expressions once disliked: the built program takes at most 5 s of processor time for them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';

import { pathWith, place } from './program.ts';

const MEGABYTE = 1_000_000;
/** Each was quadratic or worse for an expression that read a repository: seen with the old ones, most did not end in a minute. */
const PUMPS = [' ', '\t', '\r', '/', '#', '=', '-', '"', "'(", '0', '${', '${A:-', '{"', 'apt add ', 'yarn ', 'let{', 'import {', '("-",', 'path("', '.use("/",', '.listen(', 'x-honeycomb-team:', 'opentelemetry'];
const PATH = pathWith('git');

const tree = (text: string) => ({
  'compose.yaml': `services:\n  py:\n    build: ./py\n    env_file: .env\n    ports: ["5000:5000"]\n  js:\n    build: ./js\n    environment:\n      NODE_OPTIONS: ${JSON.stringify(text.slice(0, 100_000))}\n`,
  '.env': `A=1\n# ${text}\n`,
  'py/Dockerfile': `FROM python:3.12\nCOPY . .\nRUN echo ${text.replaceAll('"', '')}x\nCMD ["python", "app.py"]\n`,
  'py/requirements.txt': `flask\n${text}\n`,
  'py/app.py': `from flask import Flask\nimport opentelemetry\n${text}\napp = Flask(__name__)\n@app.route("/x")\ndef x(): return "y"\n`,
  'js/Dockerfile': 'FROM node:20\nCOPY . .\nRUN npm ci\nCMD ["npm", "start"]\n',
  'js/package.json': JSON.stringify({ name: 'w', scripts: { start: `node index.js ${text.slice(0, MEGABYTE / 2)}`, build: text.slice(0, MEGABYTE / 2) }, dependencies: { express: '4' } }),
  'js/index.js': `const express = require('express');\n${text}\nconst app = express();\napp.get('/x', (q, r) => r.send('y'));\napp.listen(3000);\n`,
});

test.each(PUMPS)('%j', (pump) => {
  const at = place(tree(pump.repeat(MEGABYTE / pump.length)));
  const said = join(at.home, 'cpu');
  mkdirSync(said);
  const watch = join(at.home, 'watch.cjs');
  writeFileSync(watch, `process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').writeFileSync(${JSON.stringify(join(said, 'ms'))}, String((user + system) / 1000)); });\n`);
  for (const words of [['doctor', '--offline'], ['init', '--dry-run', '--yes', '--offline'], ['status'], ['explain']]) {
    const { status, signal } = spawnSync(process.execPath, ['--require', watch, inject('program'), ...words], { cwd: at.folder, env: { HOME: at.home, PATH, CI: '1' }, timeout: 120_000, killSignal: 'SIGKILL', stdio: 'ignore' });
    expect({ words, signal, status }).toEqual({ words, signal: null, status: expect.toSatisfy((code) => [0, 1, 2, 4].includes(code as number)) });
    const ms = Number(readFileSync(join(said, 'ms'), 'utf8'));
    expect({ words, ms: ms > 5_000 ? ms : 'less' }).toEqual({ words, ms: 'less' });
  }
});
