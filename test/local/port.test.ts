import { expect, test } from 'vitest';
import { listeningPort } from '../../src/local/port.ts';
import { readTree } from '../see/verify/read.ts';
import type { Tree } from '../helpers/tree.ts';

test.each<[string, Tree, number | undefined]>([
  ['a Procfile that says it', { Procfile: 'web: flask run --port=4567\n', 'requirements.txt': 'flask\n', 'app.py': '' }, 4567],
  ['gunicorn -b', { Procfile: 'web: gunicorn -b 0.0.0.0:9000 app:app\n', 'requirements.txt': 'flask\n', 'app.py': '' }, 9000],
  ['Django on another port', { Procfile: 'web: python manage.py runserver 0.0.0.0:8765\n', 'requirements.txt': 'django\n', 'manage.py': '' }, 8765],
  ["flask's own", { Procfile: 'web: flask run\n', 'requirements.txt': 'flask\n', 'app.py': '' }, 5000],
  ['PORT of .env', { 'package.json': '{"scripts":{"start":"node s.js"}}', 's.js': 'app.listen(process.env.PORT || 3000)', '.env': 'PORT=3456\n' }, 3456],
  ['listen in the code', { 'package.json': '{"scripts":{"start":"node s.js"}}', 's.js': 'app.listen(process.env.PORT || 3000)' }, 3000],
  ['a constant', { 'package.json': '{"scripts":{"start":"node s.js"}}', 's.js': 'const port = process.env.PORT ?? 3100;\napp.listen(port)' }, 3100],
  ['nobody knows', { 'package.json': '{"scripts":{"start":"node s.js"}}', 's.js': 'app.listen(port)' }, undefined],
  ['Compose says it', { 'compose.yaml': 'services:\n  api:\n    image: busybox\n    ports: ["80:8080"]\n' }, 8080],
])('%s', (_name, tree, port) => {
  const { services, files } = readTree(tree);
  const [service] = services;
  expect(service === undefined ? 'no service' : listeningPort(service, files)).toBe(port);
});
