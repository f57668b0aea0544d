/** The direct way from inside a container: its own endpoint, headers and certificates, and an empty request. */
import { inCode } from '../../doctor/in-code.ts';
import { sendFrom } from '../../doctor/probes/reach/send.ts';
import { requestOf } from '../../doctor/probes/reach/ask-of.ts';
import { sendingOf } from '../../doctor/sending.ts';
import type { Setting } from '../../doctor/types.ts';
import { newTraceId } from '../../see/traffic.ts';
import type { Way } from '../../see/verify/tally.ts';
import type { Tools, Workspace } from '../../types.ts';
import type { Led } from './ground.ts';

/** An answer about the body, which is empty, and not about the way. */
const ABOUT_BODY = [400, 415, 422];

/** @param env as the service's process has it; the variable that was led elsewhere counts with its own value again. */
export async function directWay({ subject, watched }: Led, container: string, env: Readonly<Record<string, string>>, workspace: Workspace, tools: Tools): Promise<Way> {
  const { service } = subject;
  const entries = Object.entries({ ...env, [watched.variable]: watched.to });
  const settings = new Map(entries.map(([name, value]): [string, Setting] => [name, { name, value, raw: null, where: 'container' }]));
  const sending = sendingOf(service, settings, inCode(service, workspace.files), workspace);
  const language = service.app?.language;
  const request = requestOf({ language, sending, settings }, newTraceId(), tools.now());
  if ('got' in request) return { is: 'unknown', says: request.got.is === 'answered' ? '' : request.got.says };
  const { by, got } = await sendFrom(container, language, { ...request, ask: { ...request.ask, body: '' } }, sending.serviceName?.value, tools);
  switch (got.is) {
    case 'unknown':
      return { is: 'unknown', says: got.says };
    case 'failed':
      return { is: 'closed', says: `${request.url} was not reached from inside (${got.at}): ${got.says}` };
    case 'answered':
      return (got.status >= 200 && got.status <= 299) || ABOUT_BODY.includes(got.status)
        ? { is: 'open', says: `${by} inside the container got ${got.status}` }
        : { is: 'closed', says: `${request.url} answers ${got.status}${got.says === '' ? '' : ` (${got.says})`} from inside, and not what it answers this machine` };
  }
}

/** Whether the container reaches an address of ours: undefined = nothing in it could try. */
export async function reaches(url: string, language: string | undefined, container: string, tools: Tools): Promise<boolean | undefined> {
  const ask = { url, mode: 'http', headers: {}, body: '', proxy: false, ms: 5_000 } as const;
  const { got } = await sendFrom(container, language, { ask, url, traceId: newTraceId() }, undefined, tools);
  return got.is === 'unknown' ? undefined : got.is === 'answered';
}
