/** One request out of a running container, by whatever program its image has. Nothing in the container is changed. */
import type { Tools } from '../../../types.ts';
import type { Reach } from '../../types.ts';
import { byWhom, gotOf, reported } from './answer.ts';
import type { Request } from './ask-of.ts';
import type { Sender } from './ask.ts';
import { node } from './node.ts';
import { python } from './python.ts';
import { shell } from './shell.ts';
import { spanBody } from './span.ts';

/** What a program may take to start on a busy machine, beyond the request itself. */
const START_MS = 6_000;

/** The service's own runtime first: its certificates and name look-up are those of the exporter. */
export const sendersFor = (language: string | undefined): readonly Sender[] =>
  language === 'python' ? [python, node, shell] : language === 'node' ? [node, python, shell] : [shell, python, node];

/** @param container its id. Never throws: what could not be found out is `unknown`. */
export async function sendFrom(container: string, language: string | undefined, request: Request, service: string | undefined, tools: Pick<Tools, 'exec' | 'now'>): Promise<Pick<Reach, 'by' | 'got'>> {
  for (const sender of sendersFor(language)) {
    const ask = sender === shell && request.ask.mode === 'http' ? asText(request, service, tools.now()) : request.ask;
    if (sender === shell && ask.mode !== 'http') continue;
    const without = sender.without.flatMap((name) => ['--env', `${name}=`]);
    const done = await tools.exec(['docker', 'exec', '--interactive', ...without, container, ...sender.argv], { input: sender.script(ask), ms: ask.ms + START_MS });
    // The script has a limit of its own: this is the engine that does not answer.
    if (done.code === 124) return { by: sender.by, got: { is: 'unknown', says: 'docker exec did not come back in time' } };
    const said = sender.read(done.out);
    const report = reported.safeParse(said);
    if (!report.success) continue;
    const by = byWhom.safeParse(said).data?.by ?? sender.by;
    const got = gotOf(report.data, Object.values(ask.headers), ask.mode === 'http' ? 'the way there is open; nothing in its image could send the key along' : 'the connection opens; gRPC itself cannot be tried from here');
    if (got.is !== 'answered') return { by, got };
    if (request.keyless !== undefined) return { by, got: { is: 'unknown', says: `it answers (${got.status}); ${request.keyless}` } };
    // A text sender has to write JSON; that a receiver takes none says nothing of the service's own protobuf.
    if (sender === shell && got.status === 415 && ask.headers['content-type'] !== request.ask.headers['content-type']) return { by, got: { is: 'unknown', says: 'it answers; it takes no JSON, and nothing in the image can send protobuf' } };
    return { by, got };
  }
  return { by: 'none', got: { is: 'unknown', says: 'its image has no program that could send a request' } };
}

function asText({ ask, traceId }: Request, service: string | undefined, now: number): Request['ask'] {
  const body = spanBody('json', service, traceId, now);
  return { ...ask, headers: { ...ask.headers, 'content-type': body.type }, body: Buffer.from(body.bytes).toString('base64') };
}
