// Starts OpenTelemetry before the app does anything: NODE_OPTIONS="--require /path/to/otel.cjs"
// For CommonJS apps (ts-node included), Node 14 and newer. Everything is set by OTEL_* variables. Written by otel-setup.
'use strict';

const { readFileSync } = require('fs');
const { basename } = require('path');
const { isMainThread } = require('worker_threads');

if (isApp()) start();

/** Not for package managers, compilers and launchers, health checks, and where nothing says where spans go. */
function isApp() {
  const env = process.env;
  const target = env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_TRACES_EXPORTER;
  if (!isMainThread || !target || env.OTEL_TRACES_EXPORTER === 'none' || env.OTEL_SDK_DISABLED === 'true') return false;
  const name = basename(process.argv[1] || '').replace(/\.[cm]?js$/, '');
  if (/^(npm|npx|yarn|yarnpkg|pnpm|pnpx|corepack|node-gyp|tsc|tsx|nodemon|ts-node-dev|tsnd|nest|pm2|pm2-runtime|concurrently|npm-run-all|run-p|run-s)(-cli|-[\d.]+)?$/.test(name)) return false;
  return !isFromOutside();
}

/** Started by `docker exec` or a health check: the parent (or the shell in between) is outside of the container. */
function isFromOutside() {
  if (process.pid === 1) return false;
  if (process.ppid === 0) return true;
  if (process.ppid === 1) return false;
  try {
    const of = (name) => readFileSync(`/proc/${process.ppid}/${name}`, 'utf8');
    // An interactive shell in a container (no -c) starts apps, not checks.
    return of('stat').replace(/^.*\) /s, '').split(' ')[1] === '0' && of('cmdline').split('\0').includes('-c');
  } catch {
    return false;
  }
}

function start() {
  let sdk;
  let api;
  try {
    api = require('@opentelemetry/api');
    const { NodeSDK } = require('@opentelemetry/sdk-node');
    const auto = require('@opentelemetry/auto-instrumentations-node');
    const off = { enabled: false };
    const instrumentations = auto.getNodeAutoInstrumentations({
      '@opentelemetry/instrumentation-fs': off,
      '@opentelemetry/instrumentation-net': off,
      '@opentelemetry/instrumentation-dns': off,
    });
    const fastify = optional('@fastify/otel');
    if (fastify) instrumentations.push(new fastify.FastifyOtelInstrumentation({ registerOnInitialization: true }));
    sdk = new NodeSDK({ instrumentations, resourceDetectors: detectors(auto) });
    sdk.start();
  } catch (error) {
    process.stderr.write(`otel.cjs: this process is not traced: ${String(error.message).split('\n')[0]} (are the @opentelemetry packages of package.json installed?)\n`);
    return;
  }
  sendAtEnd(sdk, api);
}

function optional(name) {
  try {
    return require(name);
  } catch {
    return undefined;
  }
}

/** Without those of cloud providers, which ask addresses that do not exist here and wait for them. */
function detectors(auto) {
  const before = process.env.OTEL_NODE_RESOURCE_DETECTORS;
  if (!before) process.env.OTEL_NODE_RESOURCE_DETECTORS = 'env,host,os,process,container';
  try {
    return (auto.getResourceDetectors || auto.getResourceDetectorsFromEnv)();
  } finally {
    if (before === undefined) delete process.env.OTEL_NODE_RESOURCE_DETECTORS;
    else process.env.OTEL_NODE_RESOURCE_DETECTORS = before;
  }
}

/** Sends what is left when the process ends, and lets it end as it would without us. */
function sendAtEnd(sdk, api) {
  const exit = process.exit;
  const late = () => new Promise((_, fail) => setTimeout(() => fail(new Error('no answer within 3 s')), 3000).unref());
  // The response that was just written ends its span in the next turn of the event loop.
  const turn = () => new Promise((done) => setImmediate(done));
  let flushing = Promise.resolve();
  let sent;
  const send = () => {
    if (!sent) sent = Promise.race([flushing.then(turn).then(() => sdk.shutdown()), late()]).catch((error) => {
      process.stderr.write(`otel.cjs: the last spans were not sent: ${error.message || error.code || error}\n`);
    });
    return sent;
  };
  const onSignal = (signal, code) => {
    const others = process.listenerCount(signal) > 0; // once() has taken ours away already
    // The app's own handler may call process.exit: it then waits for the spans, and keeps its exit code.
    process.exit = (wanted) => {
      if (wanted !== undefined) process.exitCode = wanted;
      send().then(() => exit.call(process));
    };
    if (others) {
      const provider = api.trace.getTracerProvider();
      const real = provider.getDelegate ? provider.getDelegate() : provider;
      // Shutting down while a flush is on its way would drop what the flush holds.
      if (real.forceFlush) flushing = turn().then(() => real.forceFlush()).catch(() => {});
    } else if (signal === 'SIGUSR2') send().then(() => process.kill(process.pid, signal)); // nodemon's restart
    else send().then(() => exit.call(process, code));
  };
  process.once('SIGTERM', () => onSignal('SIGTERM', 143));
  process.once('SIGINT', () => onSignal('SIGINT', 130));
  if (process.platform !== 'win32') process.once('SIGUSR2', () => onSignal('SIGUSR2', 140));
  process.once('beforeExit', send);
}
