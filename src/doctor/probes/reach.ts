/** One span out of each running container, sent as its exporter would: its endpoint, its headers, its certificates. */
import { newTraceId } from '../../see/traffic.ts';
import type { Tools, Workspace } from '../../types.ts';
import { inCode } from '../in-code.ts';
import { sendingOf } from '../sending.ts';
import { settingsIn } from '../keys.ts';
import type { Container, Probe, Reach, Subject } from '../types.ts';
import { environmentOf } from './reach/environment.ts';
import { requestOf, sendsNothing } from './reach/ask-of.ts';
import { sendFrom } from './reach/send.ts';

export const reach: Probe<'reach'> = {
  fact: 'reach',
  title: 'sending one span out of each container',
  from: ['workspace', 'subjects', 'containers'],
  // --no-docker leaves it without containers; --offline must leave it undone.
  touches: 'network',
  // Each look into a container has a limit of its own; all containers are asked at once.
  ms: 40_000,
  async run({ workspace, subjects, containers }, tools) {
    const all = subjects.filter(({ expected }) => expected).map(async (subject) => {
      const container = containers.find(({ service, state }) => service === subject.service.name && state === 'running');
      return container === undefined ? [] : one(subject, container, workspace, tools);
    });
    return (await Promise.all(all)).flat();
  },
};

async function one({ service }: Subject, container: Container, workspace: Workspace, tools: Tools): Promise<readonly Reach[]> {
  const settings = settingsIn(await environmentOf(container, tools));
  const sending = sendingOf(service, settings, inCode(service, workspace.files), workspace);
  if (sendsNothing(sending)) return [];
  const traceId = newTraceId();
  const language = service.app?.language;
  const at = tools.now();
  const request = requestOf({ language, sending, settings }, traceId, at);
  if ('got' in request) return [{ service: service.name, by: 'none', traceId, at, ...request }];
  const sent = await sendFrom(container.id, language, request, sending.serviceName?.value, tools);
  return [{ service: service.name, url: request.url, traceId, at, ...sent }];
}
