import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes a Compose workspace with `count` services to `folder`: Flask and Express in turn, each with a folder, a
 * Dockerfile and a manifest of its own, in the shapes that people use (map and list environment, short and long build).
 */
export function generate(folder, count) {
  const services = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? flask : express)(folder, index));
  writeFileSync(join(folder, 'docker-compose.yml'), `services:\n${services.join('\n')}`);
}

function flask(folder, index) {
  const name = `flask-${index}`;
  files(join(folder, name), {
    Dockerfile: 'FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD ["flask", "run", "--host=0.0.0.0"]\n',
    'requirements.txt': 'flask==3.1.3\nrequests==2.32.5\n',
    'app.py': 'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/")\ndef home():\n    return {"ok": True}\n',
  });
  return `  ${name}:\n    build: ./${name}\n    ports:\n      - "${10_000 + index}:5000"\n    environment:\n      NUMBER: "${index}"\n      LOG_LEVEL: info\n`;
}

function express(folder, index) {
  const name = `express-${index}`;
  files(join(folder, name), {
    Dockerfile: 'FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\nCOPY . .\nCMD ["node", "server.js"]\n',
    'package.json': `${JSON.stringify({ name, version: '1.0.0', private: true, dependencies: { express: '^4.21.2' } }, null, 2)}\n`,
    'server.js': "const express = require('express');\nconst app = express();\napp.get('/', (request, response) => response.json({ ok: true }));\napp.listen(3000);\n",
  });
  return `  ${name}:\n    build:\n      context: ./${name}\n      dockerfile: Dockerfile\n    ports:\n      - "${10_000 + index}:3000"\n    environment:\n      - NUMBER=${index}\n      - LOG_LEVEL=info\n`;
}

function files(folder, contents) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);
}
