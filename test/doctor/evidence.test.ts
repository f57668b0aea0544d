/** A line of a user's file, as evidence: recognisable, and without a secret in it, however the secret is written. */
import { describe, expect, it } from 'vitest';

import { lineAt, settingAt, shownSetting } from '../../src/doctor/evidence.ts';
import { withoutSecrets } from '../../src/ui/secret-shapes.ts';
import { openFiles } from '../../src/workspace/files.ts';
import { path } from '../../src/workspace/path.ts';
import { CANARY } from '../helpers/init.ts';
import { checkout } from '../helpers/tree.ts';

describe('a line of text', () => {
  it.each([
    `OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${CANARY}"`,
    `OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team: ${CANARY}"`,
    `- OTEL_EXPORTER_OTLP_HEADERS="x-honeycomb-team=${CANARY}"`,
    `- OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-dataset=course,x-honeycomb-apikey=${CANARY}`,
    `OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=a, authorization=Basic ${CANARY}"`,
    `OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20${CANARY},x-tenant=a"`,
    `OTEL_EXPORTER_OTLP_HEADERS: ${CANARY}`,
    `OTEL_EXPORTER_OTLP_HEADER: "x-honeycomb-team=${CANARY}"`,
    `EXPOROTEL_TER_OTLP_HEADERS: "x-honeycomb-team=${CANARY}"`,
    `HONEYCOMB_API_KEY=${CANARY}`,
    `export HONEYCOMB_API_KEY="${CANARY}"`,
    `HONEYCOMB_APIKEY: '${CANARY}' # the key`,
    `"x-honeycomb-team": "${CANARY}"`,
    `x-honeycomb-team: ${CANARY}`,
    `headers={"x-honeycomb-team": "${CANARY}"}`,
    `OTEL_EXPORTER_OTLP_ENDPOINT: "https://user:${CANARY}@collector.example.com"`,
  ])('%s', (line) => {
    expect(withoutSecrets(line)).not.toContain(CANARY);
  });
  it.each([
    'OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY}"',
    'OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team: ${HONEYCOMB_API_KEY}"',
    'OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"',
    'OTEL_SERVICE_NAME: "backend-flask"',
    'x-honeycomb-team: ${env:HONEYCOMB_API_KEY}',
    'FROM python:3.10-slim-buster',
  ])('%s stays as it is', (line) => {
    expect(withoutSecrets(line)).toBe(line);
  });
});

it('a place is shown by its own line, a value without a line by its name', () => {
  const copy = checkout({ 'docker-compose.yml': `services:\n  api:\n    environment:\n      OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${CANARY}"\n` });
  try {
    const files = openFiles(copy.folder);
    const where = { path: path('docker-compose.yml'), line: 4 };
    const setting = { name: 'OTEL_EXPORTER_OTLP_HEADERS', value: `x-honeycomb-team=${CANARY}`, raw: null, where };
    expect(settingAt(files, setting).says).toMatch(/^OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=cAn… 22 characters, #/);
    expect(settingAt(files, { ...setting, where: 'shell' }).says).toMatch(/^OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team=cAn… 22 characters, #/);
    expect(lineAt(files, { path: path('docker-compose.yml'), line: 99 }, 'what else').says).toBe('what else');
    expect(shownSetting('OTEL_SERVICE_NAME', '')).toBe('(blank)');
  } finally {
    copy.remove();
  }
});
