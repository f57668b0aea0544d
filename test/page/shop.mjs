// Traffic of a small shop, as SDKs would send it: the same numbers give the same traces. For the page's tests and its picture.
import { createHash } from 'node:crypto';

const id = (text, bytes) => createHash('sha256').update(text).digest('hex').slice(0, bytes * 2);
const value = (one) => (typeof one === 'number' ? (Number.isInteger(one) ? { intValue: String(one) } : { doubleValue: one }) : typeof one === 'boolean' ? { boolValue: one } : { stringValue: one });
export const attributes = (map) => Object.entries(map).map(([key, one]) => ({ key, value: value(one) }));

/** The same pseudo-random number between 0 and 1 for the same words. */
const dice = (...words) => Number.parseInt(id(words.join('/'), 4), 16) / 2 ** 32;

const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const RESOURCES = {
  'frontend-express': { 'telemetry.sdk.language': 'nodejs', 'process.runtime.name': 'nodejs' },
  'backend-flask': { 'telemetry.sdk.language': 'python', 'process.runtime.name': 'cpython' },
  'cart-fastapi': { 'telemetry.sdk.language': 'python', 'process.runtime.name': 'cpython' },
  'payments-nest': { 'telemetry.sdk.language': 'nodejs', 'process.runtime.name': 'nodejs' },
  'mail-worker': { 'telemetry.sdk.language': 'python', 'process.runtime.name': 'cpython' },
};

const withoutService = (span) => Object.fromEntries(Object.entries(span).filter(([name]) => name !== 'service'));

/** A request that holds these spans, grouped by service. */
export function request(spans) {
  const services = [...new Set(spans.map(({ service }) => service))];
  return {
    resourceSpans: services.map((service) => ({
      resource: { attributes: attributes({ 'service.name': service, ...RESOURCES[service] }) },
      scopeSpans: [{ scope: { name: RESOURCES[service]?.['telemetry.sdk.language'] === 'nodejs' ? '@opentelemetry/instrumentation-http' : 'opentelemetry.instrumentation.flask' }, spans: spans.filter((span) => span.service === service).map(withoutService) }],
    })),
  };
}

/** One trace: [spans]. @param at milliseconds since 1970. */
export function trace(number, at, seed = 'shop') {
  const traceId = id(`${seed} trace ${number}`, 16);
  const spans = [];
  const nano = (time) => String(BigInt(Math.round(at)) * 1_000_000n + BigInt(Math.round(time * 1e6)));
  const add = (service, name, kind, parent, from, ms, map = {}, more = {}) => {
    const spanId = id(`${seed} ${number} span ${spans.length}`, 8);
    spans.push({ service, traceId, spanId, ...(parent === undefined ? {} : { parentSpanId: parent }), name, kind: KIND[kind], startTimeUnixNano: nano(from), endTimeUnixNano: nano(from + ms), attributes: attributes(map), ...more });
    return spanId;
  };
  const slow = dice(seed, number, 'slow') ** 6 * 900;
  const broken = dice(seed, number, 'broken') < 0.06;
  const route = ['GET /', 'GET /products/:id', 'GET /cart', 'POST /checkout', 'GET /products/:id'][Math.floor(dice(seed, number, 'route') * 5)];
  const [method, path] = route.split(' ');
  const http = (status) => ({ 'http.request.method': method, 'http.route': path, 'url.path': path.replace(':id', String(100 + Math.floor(dice(seed, number, 'id') * 800))), 'http.response.status_code': status, 'user_agent.original': 'Mozilla/5.0' });
  const failed = { status: { code: 2, message: 'upstream answered 502' } };
  if (path === '/checkout') {
    const whole = 180 + slow + dice(seed, number, 'a') * 60;
    const root = add('frontend-express', route, 'server', undefined, 0, whole, http(broken ? 502 : 200), broken ? failed : {});
    add('frontend-express', 'middleware session', 'internal', root, 0.6, 3.1);
    const call = add('frontend-express', 'POST', 'client', root, 5, whole - 9, { 'server.address': 'backend-flask', 'http.response.status_code': broken ? 502 : 200 }, broken ? failed : {});
    const back = add('backend-flask', 'POST /api/checkout', 'server', call, 7, whole - 14, { 'http.route': '/api/checkout', 'http.response.status_code': broken ? 502 : 200, 'app.cart.items': 3, 'enduser.id': `u-${Math.floor(dice(seed, number, 'u') * 50)}` }, broken ? failed : {});
    const cart = add('backend-flask', 'GET', 'client', back, 9, 34, { 'server.address': 'cart-fastapi' });
    const own = add('cart-fastapi', 'GET /items', 'server', cart, 12, 26, { 'http.route': '/items' });
    add('cart-fastapi', 'HGETALL', 'client', own, 14, 4.2, { 'db.system.name': 'redis', 'db.query.text': 'HGETALL cart:?' });
    add('cart-fastapi', 'price rules', 'internal', own, 19, 14);
    add('backend-flask', 'SELECT stock', 'client', back, 12, 52, { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT id, stock FROM products WHERE id = ANY($1) FOR UPDATE', 'server.address': 'db' });
    const pay = add('backend-flask', 'POST', 'client', back, 68, whole - 95, { 'server.address': 'payments-nest' }, broken ? { status: { code: 2, message: '' } } : {});
    const charge = add('payments-nest', 'POST /charges', 'server', pay, 71, whole - 101, { 'http.route': '/charges', 'http.response.status_code': broken ? 500 : 201, 'payment.provider': 'acme', 'payment.amount': 42.5 }, broken ? {
      status: { code: 2, message: 'CardDeclined: insufficient funds' },
      events: [{ timeUnixNano: String(BigInt(Math.round(at)) * 1_000_000n + BigInt(Math.round((whole - 40) * 1e6))), name: 'exception', attributes: attributes({ 'exception.type': 'CardDeclined', 'exception.message': 'insufficient funds', 'exception.stacktrace': 'CardDeclined: insufficient funds\n    at charge (charges.service.ts:41:11)\n    at process.processTicksAndRejections (node:internal)' }) }],
    } : { events: [{ timeUnixNano: String(BigInt(Math.round(at)) * 1_000_000n + 96_000_000n), name: 'risk.checked', attributes: attributes({ score: 0.12 }) }] });
    add('payments-nest', 'POST', 'client', charge, 100, whole - 145, { 'server.address': 'api.acme-pay.example', 'http.response.status_code': broken ? 402 : 200 });
    if (!broken) {
      const queue = add('backend-flask', 'receipts publish', 'producer', back, whole - 24, 5, { 'messaging.system': 'rabbitmq', 'messaging.destination.name': 'receipts' });
      const mail = add('mail-worker', 'receipts process', 'consumer', queue, whole - 6, 48, { 'messaging.system': 'rabbitmq' });
      add('mail-worker', 'render receipt', 'internal', mail, whole - 2, 31);
    }
    return spans;
  }
  const whole = 14 + slow + dice(seed, number, 'b') * 40;
  const status = broken ? 404 : 200;
  const root = add('frontend-express', route, 'server', undefined, 0, whole, http(status));
  const call = add('frontend-express', 'GET', 'client', root, 2, whole - 4, { 'server.address': 'backend-flask', 'http.response.status_code': status });
  const back = add('backend-flask', `GET /api${path}`, 'server', call, 3.5, whole - 7, { 'http.route': `/api${path}`, 'http.response.status_code': status });
  add('backend-flask', 'SELECT products', 'client', back, 5, (whole - 9) * 0.6, { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT * FROM products WHERE id = $1' });
  if (path === '/cart') {
    const cart = add('backend-flask', 'GET', 'client', back, 5 + (whole - 9) * 0.6, (whole - 9) * 0.3, { 'server.address': 'cart-fastapi' });
    add('cart-fastapi', 'GET /items', 'server', cart, 5.5 + (whole - 9) * 0.6, (whole - 9) * 0.25, { 'http.route': '/items' });
  }
  return spans;
}

/** One trace of so many spans, each but the last ones with three below it. */
export const wideTrace = (count, at) => Array.from({ length: count }, (_, number) => ({ service: `s${number % 40}`, traceId: 'c'.repeat(32), spanId: (number + 1).toString(16).padStart(16, '0'), ...(number === 0 ? {} : { parentSpanId: Math.ceil(number / 3).toString(16).padStart(16, '0') }), name: `step ${number}`, kind: 1, startTimeUnixNano: String(BigInt(at) * 1_000_000n + BigInt(number) * 1000n), endTimeUnixNano: String(BigInt(at) * 1_000_000n + 30_000_000n), attributes: [] }));

/** `count` traces, one every so many milliseconds up to `end`, with a little disorder; in requests of some traces each. */
export function* traffic(count, end, { seed = 'shop', every = 700 } = {}) {
  for (let from = 0; from < count; from += 50) {
    const spans = [];
    for (let number = from; number < Math.min(count, from + 50); number++) spans.push(...trace(number, end - (count - number) * every - dice(seed, number, 'at') * every * 3, seed));
    yield request(spans);
  }
}

/** Log records and metrics of the shop. */
export const logs = (at) => ({
  resourceLogs: [{ resource: { attributes: attributes({ 'service.name': 'payments-nest' }) }, scopeLogs: [{ scope: { name: 'pino' }, logRecords: [
    { timeUnixNano: `${Math.round(at)}000000`, severityNumber: 9, severityText: 'INFO', body: { stringValue: 'charge created' }, attributes: attributes({ amount: 42.5, provider: 'acme' }), traceId: id('shop trace 3', 16), spanId: id('shop 3 span 0', 8) },
    { timeUnixNano: `${Math.round(at) + 1200}000000`, severityNumber: 17, severityText: 'ERROR', body: { stringValue: 'card declined: insufficient funds' }, attributes: attributes({ provider: 'acme' }) },
  ] }] }],
});
export const metrics = (at) => ({
  resourceMetrics: [{ resource: { attributes: attributes({ 'service.name': 'backend-flask' }) }, scopeMetrics: [{ scope: { name: 'runtime' }, metrics: [
    { name: 'process.memory.usage', unit: 'By', gauge: { dataPoints: Array.from({ length: 40 }, (_, n) => ({ timeUnixNano: `${Math.round(at) + n * 1000}000000`, asInt: String(Math.round(9e7 + Math.sin(n / 5) * 6e6 + n * 2e5)) })) } },
    { name: 'http.server.request.duration', unit: 's', histogram: { aggregationTemporality: 2, dataPoints: Array.from({ length: 40 }, (_, n) => ({ timeUnixNano: `${Math.round(at) + n * 1000}000000`, count: String(10 + n), sum: (10 + n) * (0.04 + 0.02 * Math.cos(n / 4)), bucketCounts: ['4', '6'], explicitBounds: [0.05], attributes: attributes({ 'http.route': '/api/checkout' }) })) } },
  ] }] }],
});
