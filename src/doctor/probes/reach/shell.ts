/**
 * The senders for images without Python and Node: curl, which takes its whole configuration on standard input, and wget,
 * which takes a header only as an argument: it is given no key, so it shows that the way is open and nothing more.
 */
import type { Ask, Sender } from './ask.ts';

export const shell: Sender = {
  by: 'curl',
  argv: ['sh', '-s'],
  without: [],
  script: (ask) => `if command -v curl >/dev/null 2>&1; then
curl -K - <<'OTEL_SETUP_END'
${curlConfig(ask)}
OTEL_SETUP_END
echo "curl $?"
elif command -v wget >/dev/null 2>&1; then
wget -S -O /dev/null -T ${Math.ceil(ask.ms / 1000)} --header 'Content-Type: application/json' --post-data '{}' ${quoted(bare(ask.url))} 2>&1
echo "wget $?"
else
echo "none 0"
fi
`,
  read: (out) => {
    const [, by, code] = /(curl|wget|none) (\d+)\s*$/.exec(out) ?? [];
    if (by === 'curl') return fromCurl(out, Number(code));
    return by === 'wget' ? { by, ...fromWget(out) } : undefined;
  },
};

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
/** Without user and password, which belong to no argument. */
const bare = (text: string) => text.replace(/\/\/[^/@]*@/, '//');
/** curl's manual, --config: within double quotes, backslash and quote are escaped. */
const option = (name: string, value: string) => `${name} = "${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll(/[\r\n]/g, '')}"`;

function curlConfig({ url, headers, body, proxy, ca, ms }: Ask): string {
  return [
    option('url', url),
    option('request', 'POST'),
    ...Object.entries(headers).map(([name, value]) => option('header', `${name}: ${value}`)),
    option('data-binary', Buffer.from(body, 'base64').toString('utf8')),
    option('write-out', '\\nHTTP %{http_code} %{content_type}\\n').replaceAll('\\\\n', '\\n'),
    `max-time = ${Math.ceil(ms / 1000)}`,
    ...(proxy ? [] : [option('noproxy', '*')]),
    ...(ca === undefined ? [] : [option('cacert', ca)]),
    'silent', 'show-error', 'stderr = "-"', 'globoff',
  ].join('\n');
}

/** curl's manual, exit codes. */
const STAGE: Readonly<Record<number, 'dns' | 'connect' | 'tls' | 'timeout' | 'url'>> = { 3: 'url', 5: 'dns', 6: 'dns', 7: 'connect', 28: 'timeout', 35: 'tls', 51: 'tls', 53: 'tls', 54: 'tls', 58: 'tls', 59: 'tls', 60: 'tls', 66: 'tls', 77: 'tls', 80: 'tls', 83: 'tls', 90: 'tls', 91: 'tls' };

function fromCurl(out: string, code: number): unknown {
  if (code !== 0) {
    const says = /curl: \(\d+\) (.*)/.exec(out)?.[1] ?? `curl ended with ${code}`;
    return { is: 'failed', at: STAGE[code] ?? 'http', says };
  }
  const [all, status, type = ''] = /\nHTTP (\d{3}) ?([^\n]*)\ncurl 0\s*$/.exec(out) ?? [];
  if (all === undefined) return undefined;
  return { is: 'answered', status: Number(status), type: type.trim(), body: Buffer.from(out.slice(0, out.length - all.length)).toString('base64') };
}

/** GNU's and BusyBox' own words. */
function fromWget(out: string): Readonly<Record<string, string>> {
  const says = out.split('\n').filter((line) => /^wget:|failed|unable|error/i.test(line)).at(-1)?.trim() ?? '';
  const failed = (at: string) => ({ is: 'failed', at, says });
  if (/HTTP\/\d/.test(out) || /ERROR \d{3}/.test(out)) return { is: 'reached' };
  if (/bad address|unable to resolve/i.test(out)) return failed('dns');
  if (/timed out/i.test(out)) return failed('timeout');
  if (/certificate|ssl|tls|handshake/i.test(out)) return failed('tls');
  if (/can't connect|connection refused|unreachable|no route/i.test(out)) return failed('connect');
  return {};
}
