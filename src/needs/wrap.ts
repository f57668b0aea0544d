/** Where words in front of the server's command land: at the one slot that decides what the container runs. */
import { escapeForRegExp } from '../patterns.ts';
import type { Need, Op, Service, Slot, Start, Verdict, Workspace } from '../types.ts';
import { nameOf } from '../workspace/path.ts';
import { composeHome } from './compose-home.ts';

type WrapNeed = Extract<Need, { kind: 'wrap' }>;

/** @param chosen services of this run; a slot that another service starts from as well is left alone. */
export function land(workspace: Workspace, service: Service, { argv }: WrapNeed, chosen: ReadonlySet<string>): Verdict {
  const { start } = service;
  const words = argv.join(' ');
  const paste = { into: start === undefined ? `${service.name}, command` : 'the start command', text: `${words} ${(start?.real ?? ['<your command>']).join(' ')}` };
  if (start === undefined) {
    if (service.origin === 'folder') return { is: 'met', where: 'shell' };
    const image = service.build?.stage?.base ?? service.image ?? '';
    return {
      is: 'stuck',
      stuck: `What ${service.name} starts is decided in its base image${image === '' ? '' : ` ${image}`}, where it cannot be changed. Look it up with the first line, say it in the compose file as in the second, then run init again.`,
      paste: { into: `your shell, then ${service.name} in the compose file`, text: `docker image inspect --format "{{json .Config.Cmd}}" ${image === '' ? '<image>' : image}\ncommand: ${words} <that command>` },
    };
  }
  if (isWrapped(start, argv)) return { is: 'met', where: start.realWhere };
  const { slot } = start;
  // otel-setup run puts the words in front by itself.
  if (slot === undefined && service.origin === 'folder') return { is: 'met', where: 'shell' };
  if (slot === undefined) {
    const where = `${start.realWhere.path}${start.realWhere.line === undefined ? '' : `:${start.realWhere.line}`}`;
    return { is: 'stuck', stuck: start.noSlot ?? `The start command is in ${where}, where words cannot be put in front from here.`, paste: { ...paste, into: where } };
  }
  const others = notChosen(startingAt(workspace.services, slot), chosen).filter(({ name }) => name !== service.name);
  if (others.length === 0) return { is: 'absent', ops: [{ op: 'edit', path: slot.path, format: slot.format, change: { do: 'prefix', at: slot.at, words: argv, ...(slot.from === undefined ? {} : { from: slot.from }) } }] };
  const own = ownCommand(workspace, service, start, argv);
  if (own !== undefined) return { is: 'absent', ops: [own] };
  return {
    is: 'stuck',
    stuck: `${slot.path} also starts ${others.map((other) => other.name).join(', ')}, which ${others.length === 1 ? 'is' : 'are'} not to be changed. Give ${service.name} a command of its own in compose, or choose both.`,
    paste: { into: `${service.name} in the compose file`, text: `command: ${JSON.stringify([...argv, ...start.real])}` },
  };
}

/** The wrapper is one of the words, or stands in a shell line. */
function isWrapped(start: Start, argv: readonly string[]): boolean {
  const [program = ''] = argv;
  const inLine = new RegExp(`(^|[\\s;&|/(])${escapeForRegExp(program)}(\\s|$)`);
  return start.through.includes(program) || [...start.real, ...start.argv].some((word) => nameOf(word) === program) || start.argv.some((word) => inLine.test(word));
}

const NONE: readonly Service[] = [];
const known = new WeakMap<readonly Service[], ReadonlyMap<string, readonly Service[]>>();

/** All services whose start command is decided at the slot. Sorted out once, because this is asked for every service. */
function startingAt(services: readonly Service[], slot: Slot): readonly Service[] {
  const bySlot = known.get(services) ?? groupedBySlot(services);
  known.set(services, bySlot);
  return bySlot.get(slotKey(slot)) ?? NONE;
}

const spared = new WeakMap<ReadonlySet<string>, WeakMap<readonly Service[], readonly Service[]>>();

/** Of services at one slot those that this run leaves alone; found once for all of them, thousands may share a slot. */
function notChosen(services: readonly Service[], chosen: ReadonlySet<string>): readonly Service[] {
  const ofRun = spared.get(chosen) ?? new WeakMap<readonly Service[], readonly Service[]>();
  spared.set(chosen, ofRun);
  const found = ofRun.get(services) ?? services.filter(({ name }) => !chosen.has(name));
  ofRun.set(services, found);
  return found;
}

function groupedBySlot(services: readonly Service[]): ReadonlyMap<string, readonly Service[]> {
  const groups = new Map<string, Service[]>();
  for (const service of services) {
    const slot = service.start?.slot;
    if (slot === undefined) continue;
    const group = groups.get(slotKey(slot));
    if (group === undefined) groups.set(slotKey(slot), [service]);
    else group.push(service);
  }
  return groups;
}

const slotKey = ({ path, at }: Slot): string => JSON.stringify([path, at]);

/** Compose's `command` replaces the CMD for this service alone: possible where the CMD is all that runs, in exec form. */
function ownCommand(workspace: Workspace, service: Service, start: Start, argv: readonly string[]): Op | undefined {
  const stage = service.build?.stage;
  const path = composeHome(workspace, service, 'command');
  if (start.slot?.format !== 'dockerfile' || stage?.cmd === undefined || stage.cmd.shell || stage.entrypoint !== undefined || path === undefined) return undefined;
  const value = [...argv, ...stage.cmd.argv].map(composeWord).join(' ');
  return { op: 'edit', path, format: 'compose', change: { do: 'set', at: ['services', service.name, 'command'], value } };
}

/** A word of a compose command line: Compose splits it like a shell, and takes `$$` for `$`. */
function composeWord(word: string): string {
  const quoted = /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  return quoted.replaceAll('$', '$$$$');
}
