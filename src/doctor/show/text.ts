/** What people read: the way of a span in a line a hop, one red block for the first break, and few lines for the rest. Pure. */
import { oneLine } from '../../ui/redact.ts';
import { placeOf, wrap } from '../../ui/show.ts';
import { painted, type Colour, type Text } from '../../ui/text.ts';
import type { Diagnosis } from '../engine.ts';
import { HOPS, rankOf } from '../hops.ts';
import type { Hop, Line, Status, Subject } from '../types.ts';

export interface TextOptions {
  readonly columns: number;
  /** Everything that was looked at, also what is fine. */
  readonly verbose: boolean;
  /** --fix would mend something. */
  readonly offersFix: boolean;
}

const SIGNS: Readonly<Record<Status, string>> = { ok: '✔', warn: '!', broken: '✘', blocked: '·', skipped: '?', crashed: '✘' };
const COLOURS: Readonly<Record<Status, Colour>> = { ok: 'green', warn: 'yellow', broken: 'red', blocked: 'grey', skipped: 'grey', crashed: 'magenta' };

/** The lines of `doctor` without --json. */
export function textOf({ lines, cause, path, certain }: Diagnosis, subjects: readonly Subject[], options: TextOptions): readonly Text[] {
  const looked = subjects.filter(({ expected }) => expected).map(({ service }) => service.name);
  const out: Text[] = ['', ...path.flatMap(({ hop, status }) => hopRows(hop, status, lines, looked, options)), ''];

  if (cause !== undefined) {
    const same = lines.filter((line) => line.rule === cause.rule && line.status === 'broken' && line !== cause && line.do === cause.do);
    out.push(...block(cause, same, options), '');
    const shown = new Set([cause, ...same]);
    const others = lines.filter((line) => line.status === 'broken' && !shown.has(line));
    for (const line of others) out.push(...short(line, options));
    if (others.length > 0) out.push('');
  }
  for (const line of lines.filter(({ status }) => status === 'crashed')) out.push(...short(line, options), '');
  const warned = lines.filter(({ status }) => status === 'warn');
  for (const line of warned) out.push(...short(line, options));
  if (warned.length > 0) out.push('');
  if (options.verbose) out.push(...everything(lines, subjects, options));
  out.push(...verdict(lines, cause, certain, looked, options));
  return out;
}

/** Rows whose first begins with the sign of a status, which gets its colour. */
const withSign = ([first = '', ...rows]: readonly string[], status: Status): readonly Text[] => {
  const [before = '', ...after] = first.split(SIGNS[status]);
  return [[before, painted(SIGNS[status], COLOURS[status]), after.join(SIGNS[status])], ...rows];
};

/** '✔ key        team cruddur · environment bootcamp' */
function hopRows(hop: Hop, status: Status, lines: readonly Line[], looked: readonly string[], { columns }: TextOptions): readonly Text[] {
  const own = lines.filter((line) => line.hop === hop);
  const blocked = blockedAt(hop, lines, looked);
  const shown: Status = status !== 'broken' && status !== 'crashed' && blocked.length > 0 && blocked.length === looked.length ? 'blocked' : status;
  return withSign(wrap(`  ${SIGNS[shown]} ${hop.padEnd(11)}  ${oneLine(hopSays(hop, shown, own, blocked, looked))}`, 17, columns), shown);
}

function hopSays(hop: Hop, status: Status, own: readonly Line[], blocked: readonly string[], looked: readonly string[]): string {
  const broken = [...new Set(own.filter((line) => line.status === 'broken').map(({ service }) => service ?? 'the workspace'))];
  if (status === 'broken') return broken.join(', ');
  if (status === 'crashed') return 'a check of ours failed';
  if (status === 'blocked') return 'behind the break';
  if (status === 'skipped') return `not looked at: ${[...new Set(own.filter((line) => line.status === 'skipped').map(({ says }) => says))].join('; ')}`;
  const fine = [...new Set(own.filter((line) => line.status === 'ok').map(({ service, says }) => (service === undefined || looked.length === 1 ? says : `${service}: ${says}`)))];
  const warned = own.filter((line) => line.status === 'warn').length;
  return [...fine.slice(0, 3), ...(warned > 0 ? [`${warned} ${warned === 1 ? 'remark' : 'remarks'} below`] : []), ...(blocked.length > 0 ? [`${blocked.join(', ')} behind the break`] : [])].join(' · ') || HOPS.find((one) => one.hop === hop)?.title || '';
}

/** Services that broke at an earlier hop. */
function blockedAt(hop: Hop, lines: readonly Line[], looked: readonly string[]): readonly string[] {
  return looked.filter((name) => lines.some((line) => line.status === 'broken' && (line.service === name || line.service === undefined) && rankOf(line.hop) < rankOf(hop)));
}

function block(line: Line, same: readonly Line[], { columns, offersFix }: TextOptions): readonly Text[] {
  const names = [line, ...same].flatMap(({ service }) => service ?? []).map(oneLine);
  const head = wrap(`  ✘ ${names.length > 1 ? `${names.join(', ')}: ${oneLine(line.says)}` : withName(line)}`, 4, columns).map((row): Text => [painted(row, COLOURS.broken)]);
  const evidence = [line, ...same].flatMap((one) => one.because);
  const width = Math.min(34, Math.max(0, ...evidence.map(({ where }) => placeOf(where).length)));
  return [
    ...head,
    ...evidence.slice(0, 8).flatMap(({ where, says }) => seen(placeOf(where), width, oneLine(says), columns)),
    ...(line.do === undefined ? [] : said('Do:  ', line.do, columns)),
    ...(line.then === undefined ? [] : said('Then:', line.then, columns)),
    ...(line.fixable && offersFix && line.do !== 'npx otel-setup doctor --fix' ? ['    Or:   npx otel-setup doctor --fix   (makes the edit for you)'] : []),
    `    More: npx otel-setup doctor --explain ${line.rule}`,
  ];
}

/** Place and text on one row where they fit; text as it stands in a file is never folded. */
function seen(place: string, width: number, says: string, columns: number): readonly string[] {
  const row = `      ${place.padEnd(width)}  ${says}`;
  return row.length <= columns ? [row] : [`      ${place}`, `        ${says}`];
}

/** What is to be pasted is never folded. */
const said = (label: string, text: string, columns: number): readonly string[] => {
  const rows = text.split('\n');
  const fits = rows.length === 1 && !/[`$={}]/.test(text);
  return rows.flatMap((row, i) => (fits ? wrap(`    ${label} ${oneLine(row)}`, 10, columns) : [`    ${i === 0 ? label : '     '} ${row.replaceAll('\t', '    ')}`]));
};

/** 'backend: the header …', and 'backend does not run', whose sentence has the name already. */
const withName = ({ service, says }: Line): string => (service === undefined || says.startsWith(`${service} `) ? oneLine(says) : `${oneLine(service)}: ${oneLine(says)}`);

function short(line: Line, { columns }: TextOptions): readonly Text[] {
  const places = [...new Set(line.because.map(({ where }) => placeOf(where)))].slice(0, 2).join(', ');
  const text = `  ${SIGNS[line.status]} ${withName(line)}${places === '' ? '' : ` (${places})`} [${line.rule}]`;
  return [...withSign(wrap(text, 4, columns), line.status), ...(line.do === undefined ? [] : said('Do:  ', line.do, columns))];
}

/** --verbose: every line by its hop, and every service with why it is looked at or not. */
function everything(lines: readonly Line[], subjects: readonly Subject[], { columns }: TextOptions): readonly Text[] {
  const rest = lines.filter(({ status }) => status === 'ok' || status === 'skipped' || status === 'blocked');
  return [
    ...subjects.flatMap(({ service, expected, why, signs }) => wrap(`  ${oneLine(service.name)}: ${expected ? `looked at${signs.length === 0 ? '' : ` (${signs.slice(0, 3).map(({ where, says }) => `${placeOf(where)} ${oneLine(says)}`).join('; ')})`}` : `not looked at: ${oneLine(why ?? '')}`}`, 4, columns)),
    '',
    ...rest.flatMap((line) => withSign(wrap(`  ${SIGNS[line.status]} ${line.hop.padEnd(11)} ${line.rule}${line.service === undefined ? '' : ` ${oneLine(line.service)}`}: ${oneLine(line.says)}${line.because.length === 0 ? '' : ` (${[...new Set(line.because.map(({ where }) => placeOf(where)))].slice(0, 3).join(', ')})`}`, 6, columns), line.status)),
    '',
  ];
}

function verdict(lines: readonly Line[], cause: Line | undefined, certain: boolean, looked: readonly string[], { columns }: TextOptions): readonly string[] {
  if (cause !== undefined) {
    const more = new Set(lines.filter(({ status }) => status === 'broken').map(({ service }) => service)).size;
    return wrap(more > 1 ? '  Mend these first, then run doctor again: what lies behind was not judged.' : '  Mend this first, then run doctor again: what lies behind was not judged.', 4, columns);
  }
  if (looked.length === 0) return wrap('  There is no service here that is meant to send traces.', 4, columns);
  if (certain) return [...wrap(`  ✔ Nothing stands in the way of the traces of ${looked.map(oneLine).join(', ')}.`, 4, columns), ...wrap(`    To see spans of ${looked.length === 1 ? 'its' : 'their'} own arrive: npx otel-setup verify`, 4, columns)];
  const skipped = lines.filter(({ status }) => status === 'skipped');
  const hops = [...new Set(skipped.map(({ hop }) => hop))];
  const then = [...new Set(skipped.flatMap((line) => line.do ?? []))];
  if (hops.length === 0) return wrap('  No break was found, but a check of ours failed: this is not a clean bill.', 4, columns);
  return wrap(`  No break was found, but ${hops.join(', ')} could not be looked at, so this is not certain. To be certain: ${then.slice(0, 2).join('; ') || 'npx otel-setup verify'}.`, 4, columns);
}
