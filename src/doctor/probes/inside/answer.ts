/** What the scripts print, read back. Pure. */

export interface Answer {
  /** It ran to its end. */
  readonly whole: boolean;
  /** 'python 3.11.7' */
  readonly runtime?: string;
  /** As they were written; undefined where no interpreter could be asked, or its packages lie elsewhere (Yarn's .pnp.cjs). */
  readonly packages?: ReadonlyMap<string, string>;
  readonly absent: readonly string[];
  readonly sums: readonly { readonly path: string; readonly sum: string; readonly telemetry: boolean }[];
  readonly processes: readonly { readonly pid: number; readonly uid: string; readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>>; /** Its environment may not be read by this user. */ readonly unread: boolean }[];
  /** Seconds since 1970, in there. */
  readonly time?: number;
}
interface Process {
  readonly pid: number;
  readonly uid: string;
  readonly argv: string[];
  readonly env: Record<string, string>;
  unread: boolean;
}

export function readAnswer(out: string): Answer {
  const packages = new Map<string, string>();
  const absent: string[] = [];
  const sums: { path: string; sum: string; telemetry: boolean }[] = [];
  const processes: Process[] = [];
  let [runtime, time, whole, elsewhere]: [string | undefined, number | undefined, boolean, boolean] = [undefined, undefined, false, false];
  for (const line of out.split('\n')) {
    const rest = line.slice(2).replaceAll('\u0001', '\n');
    const last = processes.at(-1);
    switch (line.slice(0, 2)) {
      case 'K ': {
        const [name = '', version = ''] = rest.split(' ');
        // The interpreter of the running process is asked first: its version counts.
        if (!packages.has(name)) packages.set(name, version);
        break;
      }
      case 'P ': {
        const [pid = '', uid = ''] = rest.split(' ');
        processes.push({ pid: Number(pid), uid, argv: [], env: {}, unread: false });
        break;
      }
      case 'A ':
        last?.argv.push(rest);
        break;
      case 'E ': {
        const i = rest.indexOf('=');
        if (last !== undefined && i > 0) last.env[rest.slice(0, i)] = rest.slice(i + 1);
        break;
      }
      case 'F ': {
        const [sum = '', count = '0', ...path] = rest.split(' ');
        sums.push({ sum, telemetry: count !== '0', path: path.join(' ') });
        break;
      }
      case 'N ':
        absent.push(rest);
        break;
      case 'R ':
        runtime ??= rest;
        break;
      case 'H ':
        elsewhere ||= rest === 'pnp';
        break;
      case 'T ':
        time = /^\d+$/.test(rest) ? Number(rest) : undefined;
        break;
      case 'Z ':
        whole = true;
        break;
      default:
        if (line === 'U' && last !== undefined) last.unread = true;
    }
  }
  return {
    whole, absent, sums, processes,
    ...(runtime === undefined ? {} : { runtime }),
    ...(runtime === undefined || elsewhere ? {} : { packages }),
    ...(time === undefined ? {} : { time }),
  };
}
