/** The same request from this machine, for the services whose container could not send it. */
import { reasonOf } from '../../io/http.ts';
import { newTraceId } from '../../see/traffic.ts';
import type { Tools } from '../../types.ts';
import { hostOf } from '../sending.ts';
import type { Probe, Reach, Subject } from '../types.ts';
import { gotOf } from './reach/answer.ts';
import { LIMIT_MS, requestOf, sendsNothing, type Request } from './reach/ask-of.ts';

export const sent: Probe<'sent'> = {
  fact: 'sent',
  title: 'sending one span from this machine',
  from: ['subjects'],
  also: ['reach'],
  touches: 'network',
  ms: LIMIT_MS + 2_000,
  async run({ subjects, reach = [] }, tools) {
    const done = new Set(reach.filter(({ got }) => got.is !== 'unknown').map(({ service }) => service));
    const left = subjects.filter(({ expected, service }) => expected && !done.has(service.name));
    return (await Promise.all(left.map((subject) => one(subject, tools)))).flat();
  },
};

async function one({ service, sending, settings }: Subject, tools: Tools): Promise<readonly Reach[]> {
  const { url } = sending.endpoint;
  if (url === undefined || !isPublic(url) || sendsNothing(sending)) return [];
  const traceId = newTraceId();
  const at = tools.now();
  const request = requestOf({ language: service.app?.language, sending, settings }, traceId, at);
  // What is wrong with an address or a connection is for the container to say; gRPC cannot be tried.
  if ('got' in request || request.ask.mode !== 'http' || request.keyless !== undefined) return [];
  return [{ service: service.name, by: 'otel-setup', url: request.url, traceId, at, got: await gotFrom(request, tools) }];
}

async function gotFrom({ ask }: Request, tools: Tools): Promise<Reach['got']> {
  const secrets = Object.values(ask.headers);
  try {
    // A redirect would carry the key to another host.
    const answer = await tools.fetch(ask.url, { method: 'POST', headers: ask.headers, body: Buffer.from(ask.body, 'base64'), redirect: 'manual', ms: ask.ms });
    const now = tools.now();
    const body = Buffer.from(await answer.arrayBuffer()).subarray(0, 4000).toString('base64');
    const date = answer.headers.get('date');
    return gotOf({ is: 'answered', status: answer.status, type: answer.headers.get('content-type') ?? '', now, body, ...(date === null ? {} : { date }) }, secrets, '');
  } catch (error) {
    // This machine's network is not the container's: that it cannot get there proves nothing.
    return { is: 'unknown', says: `this machine did not get there: ${gotSays(error, secrets)}` };
  }
}

function gotSays(error: unknown, secrets: readonly string[]): string {
  const got = gotOf({ is: 'failed', at: 'http', says: reasonOf(error) }, secrets, '');
  return got.is === 'failed' ? got.says : '';
}

/** A name of the Internet: not this machine, not a name that only Compose knows, no private address (RFC 1918, 6598, 3927, 4193). */
export function isPublic(url: string): boolean {
  const host = hostOf(url);
  if (host === undefined || !host.includes('.') && !host.startsWith('[')) return false;
  if (/(?:^|\.)(?:localhost|local|internal|lan|home|test|invalid|example)$/i.test(host)) return false;
  if (host.startsWith('[')) return !/^\[(?:::|f[cd]|fe[89ab])/i.test(host);
  return !/^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(host);
}
