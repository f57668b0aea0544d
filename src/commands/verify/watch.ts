/** The watching itself: relay, services, traffic, waiting, putting back, and what came of it. */
import { randomBytes } from 'node:crypto';
import { passOn } from '../../io/pass-on.ts';
import { routesOf } from '../../languages/routes.ts';
import { answerText } from '../../see/backend-answer.ts';
import { startRelay, type Route } from '../../see/relay.ts';
import { prefixOf } from '../../see/verify/override.ts';
import { sentAfter } from '../../see/verify/deaf.ts';
import { requestsFor } from '../../see/verify/requests.ts';
import type { Row } from '../../see/verify/table.ts';
import { isSettled, stateOf, Tallies, type Way } from '../../see/verify/tally.ts';
import { watching } from '../../see/verify/watching.ts';
import { placeOf } from '../../ui/show.ts';
import type { ParsedArgs } from '../../args.ts';
import type { Subject } from '../../doctor/types.ts';
import type { Workspace } from '../../types.ts';
import type { Context } from '../context.ts';
import { hideSecretsOf } from '../hide.ts';
import { behind, type Behind } from './behind.ts';
import { drive, type Request } from './drive.ts';
import type { Ground, Led } from './ground.ts';
import { judged, plainReport, type Aside, type Verified } from './judge.ts';
import type { Tell } from './tell.ts';

export interface Verify {
  readonly workspace: Workspace;
  readonly subjects: readonly Subject[];
  readonly ground: Ground;
  readonly show: Tell;
  /** Paths of --request; [] = those that the source shows. */
  readonly asked: readonly string[];
  readonly traffic: boolean;
  readonly limitMs: number;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  readonly args: ParsedArgs;
}
const TICK_MS = 250;
const nameOf = ({ subject }: Led): string => subject.service.name;

/** Wakes who waits for something to happen. */
class Bell {
  #wake = new Set<() => void>();
  ring(): void {
    for (const wake of this.#wake) wake();
  }
  /** Until it rings, or a moment has passed. */
  next(ms: number): Promise<void> {
    return new Promise((done) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#wake.delete(end);
        done();
      };
      const timer = setTimeout(end, ms);
      this.#wake.add(end);
    });
  }
}

/** @throws Stop where the services cannot be started; whatever happens, they are put back. */
export async function verified({ workspace, subjects, ground, show, asked, traffic, limitMs, signal, args }: Verify, context: Context): Promise<Verified> {
  const { tools } = context;
  for (const service of workspace.services) hideSecretsOf(service, context);
  const nonce = randomBytes(16).toString('hex');
  const { led, routes, aside } = await sorted(subjects, ground, workspace, nonce);
  const tallies = new Tallies();
  const ways = new Map<string, Way>();
  const requests: Request[] = [];
  const grpc = new Set<string>();
  let start = tools.now();
  /** undefined = people click, or a request hangs. */
  let quiet: Parameters<Ground['stop']>[0];
  let over = false;
  let collectors: ReadonlyMap<string, Behind> = new Map();
  const bell = new Bell();

  const rows = (): readonly Row[] => subjects.map(({ service: { name } }) => {
    const beside = aside.get(name);
    const tally = tallies.of(name);
    const seconds = beside === undefined ? (tally.after ?? tools.now() - start) / 1000 : -1;
    const state = grpc.has(name) && tally.spans === 0 ? 'not watchable' : collectors.get(name)?.complaint === undefined ? stateOf(tally, ways.get(name), over) : 'refused';
    return { service: name, state: beside?.state ?? state, spans: tally.spans, last: tally.last, answer: tally.answer, seconds };
  });
  const changed = (): void => {
    show.rows(rows());
    bell.ring();
  };
  show.event({ event: 'start', how: ground.how, services: subjects.map(({ service: { name } }) => ({ name, ...toOf(led.find((one) => nameOf(one) === name)) })) });
  if (led.length === 0) {
    show.end(rows());
    return { services: rows().map((row) => plainReport(row, aside.get(row.service))), quality: [], problems: [] };
  }

  const passing = passOn(tools.env);
  const relay = await startRelay({
    host: ground.listen,
    port: 0,
    routes,
    pass: passing.pass,
    onPassed(passed) {
      // Cut by our own end: no word of the backend's.
      if (over && passed.got.is === 'failed') return;
      tallies.add(passed, tools.now() - start);
      const answer = passed.got.is === 'answered' ? answerText(passed.got.answer) : `not reached: ${passed.got.says}`;
      show.event({ event: 'spans', service: passed.service, signal: passed.signal, count: passed.items, accepted: passed.got.is === 'answered' && passed.got.answer.accepted, answer, last: tallies.of(passed.service).last });
      changed();
    },
    onGrpc: (address) => void ground.ownerOf(address).then((name) => {
      if (name !== undefined) grpc.add(name);
      changed();
    }),
  });
  const problems: string[] = [];
  const unreached = new Set<string>();
  const leaving = (): void => show.say('  Interrupted; putting everything back. Ctrl-C again leaves that to the next otel-setup command here.');
  if (ground.how === 'in containers') signal.addEventListener('abort', leaving, { once: true });
  try {
    await ground.start(led, relay.port, nonce);
    if (!signal.aborted) {
      start = tools.now();
      let sentAt = start;
      const late = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const ended = AbortSignal.any([signal, late.signal]);
      ended.addEventListener('abort', () => bell.ring(), { once: true });
      const next = async (): Promise<void> => {
        await bell.next(TICK_MS);
        show.rows(rows());
      };
      const routesFor = ({ subject: { service } }: Led): readonly string[] => requestsFor(routesOf(service, workspace.files), asked);
      const driven = traffic ? led.flatMap((one) => {
        const base = ground.base(one);
        return base === undefined ? [] : [drive({ service: nameOf(one), base, requests: routesFor(one) }, tools, ended, (request) => {
          requests.push(request);
          sentAt = tools.now();
          const { sent } = request;
          show.event({ event: 'request', service: request.service, url: request.url, traceId: request.traceId, ...(sent.is === 'answered' ? { status: sent.status } : { failed: sent.says }) });
          changed();
        })];
      }) : [];
      if (traffic && driven.length === 0) show.say(`  ${led.length === 1 ? 'It publishes no port' : 'None of them publishes a port'}, so nothing was sent: use the application now.`);
      if (!traffic) show.say(`  Use the application now; its spans are watched for ${Math.round(limitMs / 1000)} s.`);
      // Before that its process may still be starting.
      const isUp = (name: string): boolean => tallies.of(name).spans > 0 || requests.some(({ service }) => service === name);
      const tried = led.map(async (one) => {
        while (!ended.aborted && !isUp(nameOf(one))) await next();
        if (signal.aborted) return;
        const way = await ground.way(one).catch((error: unknown): Way => ({ is: 'unknown', says: error instanceof Error ? error.message : String(error) }));
        ways.set(nameOf(one), way);
        show.event({ event: 'way', service: nameOf(one), ...way });
        changed();
      });
      // The time for spans begins when everything was sent: a service may take long to start.
      const sentAll = Promise.all(driven);
      void sentAll.then(() => {
        if (!ended.aborted) timer = setTimeout(() => late.abort(), limitMs);
      });
      const settled = (): boolean => led.every((one) => grpc.has(nameOf(one)) || isSettled(tallies.of(nameOf(one)), ways.get(nameOf(one))));
      while (!ended.aborted && !settled()) await next();
      // What is still on its way out of the services is flushed when they are stopped, and the relay still listens then.
      if (!ended.aborted) await Promise.race([sentAll, new Promise((done) => ended.addEventListener('abort', done, { once: true }))]);
      clearTimeout(timer);
      await Promise.all(tried);
      if (driven.length > 0 && requests.every(({ sent }) => sent.is === 'answered')) {
        quiet = { services: led.map(nameOf).filter(isUp), sentAfterMs: sentAfter(tools.now() - sentAt, led.map(({ subject }) => subject.settings.get('OTEL_BSP_SCHEDULE_DELAY')?.value)) };
      }
      for (const one of led) if (!signal.aborted && tallies.of(nameOf(one)).spans === 0 && !grpc.has(nameOf(one)) && (await ground.reachesRelay(one)) === false) unreached.add(nameOf(one));
    }
  } finally {
    const names = led.map(nameOf).join(', ');
    const one = led.length === 1;
    const [doing, done] = ground.fresh === true ? [`starting ${names} without the relay`, `${names} ${one ? 'runs' : 'run'} as the files say`] : [`putting ${names} back as ${one ? 'it was' : 'they were'}`, `${names} ${one ? 'is as it was' : 'are as they were'}`];
    const back = ground.how === 'in containers' ? show.working(doing) : undefined;
    problems.push(...(await ground.stop(quiet)));
    if (problems.length === 0) back?.done(done);
    else back?.failed();
    // Cut off early, silence means nothing.
    over = !signal.aborted;
    await relay.close();
    passing.close();
    show.event({ event: 'restored', problems: [...problems] });
  }
  for (const name of unreached) if (tallies.of(name).spans === 0) aside.set(name, { state: 'not watchable', says: 'its container does not reach this machine (a firewall, or an internal network), so nothing could be watched', then: `npx otel-setup doctor --services ${name}` });
  // What could not be put back is another matter.
  if (problems.length === 0) for (const name of await ground.different()) problems.push(`${name} is not what it was before: compare docker inspect, or start it as you did before.`);
  if (!signal.aborted) collectors = await behind(led.filter((one) => tallies.of(nameOf(one)).accepted > 0).map(({ subject }) => subject), workspace.services, start, ground, tools);
  show.end(rows());
  if (signal.aborted) return { services: [], quality: [], problems };
  return judged({ rows: rows(), aside, led, collectors, traffic, requests, tallies, ways, problems, workspace, subjects }, args, context);
}

async function sorted(subjects: readonly Subject[], ground: Ground, workspace: Workspace, nonce: string): Promise<{ readonly led: readonly Led[]; readonly routes: readonly Route[]; readonly aside: Map<string, Aside> }> {
  const led: Led[] = [];
  const routes: Route[] = [];
  const aside = new Map<string, Aside>();
  for (const subject of subjects) {
    const { name } = subject.service;
    const found = watching(subject, workspace.files);
    const outdated = ground.left.get(name);
    if (found.is !== 'watched') {
      aside.set(name, { state: found.is, says: `${found.why}${found.at === undefined ? '' : ` (${placeOf(found.at)})`}`, then: found.is === 'not watchable' ? 'look in the backend itself' : found.then !== undefined ? found.then : subject.instrumented.by === 'no' ? `npx otel-setup init --services ${name}` : `npx otel-setup doctor --services ${name}` });
      continue;
    }
    if (outdated !== undefined) {
      aside.set(name, { state: 'outdated', says: outdated.why, then: outdated.then });
      continue;
    }
    const way = await ground.onward({ subject, watched: found });
    if ('why' in way) {
      aside.set(name, { state: 'not set up', says: way.why, then: way.then ?? `npx otel-setup doctor --services ${name}` });
      continue;
    }
    led.push({ subject, watched: found });
    routes.push({ service: name, prefix: prefixOf(nonce, name, found.signal), to: found.to, ...(found.signal === undefined ? {} : { signal: found.signal }), ...way });
  }
  return { led, routes, aside };
}

const toOf = (one: Led | undefined): { readonly to?: string } => (one === undefined ? {} : { to: one.watched.to });

