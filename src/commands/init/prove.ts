/** The end of init where the backend is elsewhere: the services' own spans, watched until it accepts them. */
import { EXIT, Stop } from '../../stop.ts';
import { watching } from '../../see/verify/watching.ts';
import type { ParsedArgs } from '../../args.ts';
import type { Backend } from '../../types.ts';
import { oneLine } from '../../ui/redact.ts';
import type { Context } from '../context.ts';
import { chosenSubjects } from '../verify/choose.ts';
import { inContainers } from '../verify/in-containers.ts';
import { interrupted } from '../verify/interrupted.ts';
import type { Tell } from '../verify/tell.ts';
import { told } from '../verify/told.ts';
import { verified } from '../verify/watch.ts';
import { workspaceOf } from '../workspace-of.ts';
import type { Rebuilt } from './bring-up.ts';
import { answeredText } from './rebuild.ts';

const WITHIN_MS = 20_000;

/** Few lines: init has said much by now. */
const few = ({ print, tools }: Context): Tell => ({
  event: (event) => {
    if (event.event === 'request') print(`  ${event.status === undefined ? `${oneLine(event.url)} did not answer: ${oneLine(event.failed ?? '')}` : `✔ ${answeredText(event.url, event.status)}`}`);
  },
  rows: () => {},
  say: print,
  working: tools.working,
  end: () => {},
});

/**
 * Starts them, their images built by now, with a way through the relay; one GET / to each, as was asked, and what the backend
 * said to its spans; then they run as their files say. A service that cannot be watched (it speaks gRPC) or started is not
 * in the answer, and is not touched. @throws Stop (130) for Ctrl-C.
 */
export async function prove(names: readonly string[], backend: Backend, args: ParsedArgs, context: Context): Promise<ReadonlyMap<string, Rebuilt>> {
  const stop = new AbortController();
  const release = context.onInterrupt(() => stop.abort());
  try {
    // The files are other ones than those that init began with.
    const workspace = await workspaceOf(args, context);
    const subjects = chosenSubjects(workspace, { services: names, exclude: [] }, {}).filter((subject) => watching(subject, workspace.files).is === 'watched');
    if (subjects.length === 0) return new Map();
    const ground = await inContainers({ workspace, names: subjects.map(({ service }) => service.name), files: args.file, build: false, fresh: true, signal: stop.signal }, context);
    const done = await verified({ workspace, subjects, ground, show: few(context), asked: ['/'], traffic: true, limitMs: WITHIN_MS, signal: stop.signal, args: { ...args, json: false } }, context);
    if (stop.signal.aborted) throw interrupted(done.problems, 'the files are written, and the services run as they say');
    for (const { name, state, spans, says } of done.services) if (state === 'works') context.print(`  ✔ ${oneLine(name)} · ${spans} ${spans === 1 ? 'span' : 'spans'} · accepted by ${backend.title}${says === undefined ? '' : ` (${oneLine(says)})`}`);
    told({ ...done, services: done.services.filter(({ state }) => state !== 'works') }, context);
    return new Map(done.services.map(({ name, state, link, then }) => [name, { ok: state === 'works', next: [link ?? then ?? []].flat() }]));
  } catch (error) {
    if (!(error instanceof Stop) || error.exit === EXIT.interrupted) throw error;
    context.warn(`  ! ${error.message}`);
    return new Map();
  } finally {
    release();
  }
}
