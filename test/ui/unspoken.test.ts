/** In GitHub Actions a line that begins with "::" is a command: what stands in a repository or a log gives none. */
import { expect, test } from 'vitest';
import { place, run } from '../safety/program.ts';

test.each([['explain', ['explain']], ['a compose file', ['doctor', '--offline', '--no-docker', '--verbose']], ['annotations', ['doctor', '--offline', '--no-docker', '--format', 'github']]])('%s', async (_, argv) => {
  const hostile = 'x\\n::stop-commands::owned';
  const at = place({ 'docker-compose.yml': `services:\n  "api${hostile}":\n    image: python:3.12\n    environment:\n      OTEL_EXPORTER_OTLP_ENDPOINT: "https://${hostile}"\n      OTEL_SERVICE_NAME: "${'word '.repeat(12)} ::error::owned"\n` });
  const { out, err } = await run(at, argv, { env: { GITHUB_ACTIONS: 'true' }, stdin: '::stop-commands::owned Failed to export span batch code: 401\n' });
  const commands = `${out}\n${err}`.split('\n').map((line) => line.trim()).filter((line) => line.startsWith('::'));
  expect(out + err).toContain(argv[0] === 'explain' ? '401' : 'api');
  expect(commands.filter((line) => !argv.includes('github') || !/^::(?:error|warning|notice) (?:[^:]|%3A)*::/.test(line))).toEqual([]);
});
