/** `ports` in Compose's short form: docker/go-connections, nat.ParsePortSpec. */
export interface ResolvedPort {
  readonly target: number;
  /** As Compose prints it: '8080', or a range '8000-8010' to choose from. */
  readonly published?: string;
  readonly hostIp?: string;
  readonly protocol: string;
}

/** '127.0.0.1:8080-8081:80-81/tcp' → two ports; undefined where Compose refuses the text. */
export function shortPorts(written: string): readonly ResolvedPort[] | undefined {
  const parts = written.split(':');
  const [container = '', proto = ''] = (parts.at(-1) ?? '').split('/');
  const published = parts.length > 1 ? (parts.at(-2) ?? '') : '';
  const ip = parts.slice(0, -2).join(':').replace(/^\[(.*)\]$/, '$1');
  const protocol = proto === '' ? 'tcp' : proto.toLowerCase();
  const inside = range(container);
  if (inside === undefined || !['tcp', 'udp', 'sctp'].includes(protocol)) return undefined;
  const host = published === '' ? undefined : range(published);
  if (published !== '' && host === undefined) return undefined;
  const count = inside.to - inside.from + 1;
  if (host !== undefined && host.to - host.from + 1 !== count && count !== 1) return undefined;
  return Array.from({ length: count }, (_, i) => ({
    target: inside.from + i,
    ...(host === undefined ? {} : { published: count === 1 && host.to !== host.from ? `${host.from}-${host.to}` : String(host.from + i) }),
    ...(ip === '' ? {} : { hostIp: ip }),
    protocol,
  }));
}

function range(text: string): { from: number; to: number } | undefined {
  const found = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (found === null) return undefined;
  const from = Number(found[1]);
  const to = Number(found[2] ?? found[1]);
  return to >= from && to <= 65_535 ? { from, to } : undefined;
}
