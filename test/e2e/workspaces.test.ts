import { readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startOtlpReceiver, type OtlpReceiver, type SeenSpan } from '../helpers/otlp-receiver.ts';
import { bridgeAddress, clear, compose, run } from './docker.ts';
import { readExpect, type Expect } from './expect.ts';
import { init, rebuildCommands, undo, type InitReport } from './init.ts';
import { checkOut, snapshot, touch } from './tree.ts';
import { runOf, send, sendAll, untilReady, untilRestarted, type Answer, type Sent } from './traffic.ts';

const root = fileURLToPath(new URL('workspaces', import.meta.url));
const only = process.env['E2E_ONLY']?.split(','); // E2E_ONLY=flask-exec,hand-wired npm run test:e2e
const workspaces = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && (only === undefined || only.includes(entry.name)))
  .map((entry) => entry.name)
  .toSorted();

/** More than this is no noise: a process that ignores the signal is killed after 10 s. */
const STOP_MARGIN_SECONDS = 5;
const ARRIVAL_MS = 30_000;

describe('an untouched workspace, set up by one command', () => {
  let receiver: OtlpReceiver;
  beforeAll(async () => {
    receiver = await startOtlpReceiver({ host: await bridgeAddress() });
  });
  afterAll(() => receiver.close());

  test.each(workspaces)('%s', async (name) => {
    const expected = readExpect(join(root, name));
    const folder = checkOut(join(root, name), name, expected.lock);
    onTestFinished(() => clear(folder));
    const step = steps(name);
    const up = async (): Promise<void> => {
      await compose(folder, 'up', '-d', '--build', '--quiet-pull');
      await untilReady(expected);
    };

    await step('untouched: build and start', up);
    const before = answersOf(await step('untouched: requests', () => sendAll(expected)));
    const stopBefore = (await step('untouched: stop', () => compose(folder, 'stop'))).seconds;
    const untouched = snapshot(folder);

    const report = await step('otel-setup init', () => init(folder, receiver.url));
    const actions = Object.fromEntries(report.services.filter(({ name: service }) => service in expected.at).map((service) => [service.name, service.action]));
    expect(actions, 'what init does with each service').toEqual(Object.fromEntries(Object.keys(expected.at).map((service) => [service, 'instrument'])));

    await step('set up: build and start', () => rebuilt(folder, expected, report));
    const sent = await step('set up: requests', () => sendAll(expected));
    expect(answersOf(sent), 'answers as before').toEqual(before);
    await step('set up: spans arrive', () => arrived(receiver, expected, sent));

    const { touch: touched } = expected;
    if (touched !== undefined) {
      const started = await runOf(expected, touched.service, touched.header);
      touch(join(folder, touched.file));
      await step('set up: restarts after a touch', () => untilRestarted(expected, touched.service, touched.header, started));
      const again = await sendAll(expected);
      sent.push(...again);
      await step('set up: spans arrive again', () => arrived(receiver, expected, again));
    }

    const last = await send(expected, expected.requests.at(-1) ?? expected.requests[0]!);
    const stopAfter = (await step('set up: stop', () => compose(folder, 'stop'))).seconds;
    expect(stopAfter, `stop took ${stopBefore.toFixed(1)} s before`).toBeLessThan(stopBefore + STOP_MARGIN_SECONDS);
    // Every process is gone: what is here now is all that will ever come, so that a doubled span would be seen.
    for (const one of sent) expectSpans(receiver.spans, expected, one);
    expectLast(receiver.spans, expected, last, report);

    await step('otel-setup undo', () => undo(folder));
    expect(snapshot(folder), 'the tree after undo').toEqual(untouched);
    expect((await run(['git', 'status', '--porcelain'], folder)).out).toBe('');
    await step('undone: build and start', up);
    expect(answersOf(await step('undone: requests', () => sendAll(expected)))).toEqual(before);
  });
});

/** Does what init says to do next, and starts again what that leaves stopped. */
async function rebuilt(folder: string, expected: Expect, report: InitReport): Promise<void> {
  const told = rebuildCommands(report);
  expect(told, 'commands that init gives for the rebuild').not.toEqual([]);
  for (const line of told) {
    const ran = await run(['sh', '-c', line], folder);
    expect(ran.code, `${line}\n${ran.err.slice(-2000)}`).toBe(0);
  }
  await compose(folder, 'up', '-d', '--no-build');
  await untilReady(expected);
}

/** Prints a line for each step with its seconds, so that long work shows. */
function steps(name: string) {
  return async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const line = (how: string): number => writeSync(2, `  ${name.padEnd(28)} ${title.padEnd(32)} ${how} ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    try {
      const result = await work();
      line('ok    ');
      return result;
    } catch (error) {
      line('failed');
      throw error;
    }
  };
}

const answersOf = (sent: readonly Sent[]): Answer[] => sent.map(({ answer }) => answer);

/** The server spans of one trace by service, names sorted. */
function serverSpans(spans: readonly SeenSpan[], expected: Expect, traceId: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const span of spans) if (span.traceId === traceId && span.kind === 'server') (found[serviceOf(expected, span)] ??= []).push(span.name);
  for (const names of Object.values(found)) names.sort();
  return found;
}

/** The compose service of a span; a name that nobody expects stays as it is, and fails the comparison. */
function serviceOf(expected: Expect, span: SeenSpan): string {
  return Object.keys(expected.at).find((service) => (expected.names[service] ?? service) === span.service) ?? span.service;
}

async function arrived(receiver: OtlpReceiver, expected: Expect, sent: readonly Sent[]): Promise<void> {
  const complete = (spans: readonly SeenSpan[]): boolean => sent.every(({ traceId, asked }) => count(serverSpans(spans, expected, traceId)) >= count(asked.serverSpans));
  const all = await receiver.until(complete, ARRIVAL_MS);
  if (!all) for (const one of sent) expectSpans(receiver.spans, expected, one);
}

const count = (byService: Readonly<Record<string, readonly string[]>>): number => Object.values(byService).flat().length;

function expectSpans(spans: readonly SeenSpan[], expected: Expect, { traceId, asked, answer }: Sent): void {
  const wanted = Object.fromEntries(
    Object.entries(asked.serverSpans).map(([service, names]) => [service, names.toSorted().map((name) => expect.stringMatching(new RegExp(`^(?:${name.split('|').map(literal).join('|')})$`)))]),
  );
  expect(serverSpans(spans, expected, traceId), `server spans of ${answer.request}`).toEqual(wanted);
  for (const [service, number] of Object.entries(asked.spans ?? {})) {
    expect(spans.filter((span) => span.traceId === traceId && serviceOf(expected, span) === service).map((span) => span.name), `all spans of ${answer.request}`).toHaveLength(number);
  }
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** The request right before `stop`: its spans are all there, save where the process model forbids it and the tool said so. */
function expectLast(spans: readonly SeenSpan[], expected: Expect, last: Sent, report: InitReport): void {
  const missing = Object.keys(last.asked.serverSpans).filter((service) => (serverSpans(spans, expected, last.traceId)[service]?.length ?? 0) < (last.asked.serverSpans[service]?.length ?? 0));
  for (const service of missing) {
    expect(Object.keys(expected.mayLoseAtStop), `services that may lose spans at stop (${service} did)`).toContain(service);
  }
  if (missing.length === 0) expectSpans(spans, expected, last);
  for (const service of Object.keys(expected.mayLoseAtStop)) {
    const notes = report.services.find((one) => one.name === service)?.notes ?? [];
    expect(notes.join('\n'), `init's notes on ${service} say that the last spans can be lost at stop`).toMatch(/spans of the last .* may be lost/);
  }
}
