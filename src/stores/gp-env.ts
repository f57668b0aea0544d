/**
 * `gp env`: Gitpod's own variables, which every new workspace gets and the running one does not.
 * gitpod-io/gitpod components/gitpod-cli/cmd/env.go: `gp env K=V` takes the value as an argument (it has no other way) and
 * prints it again; `gp env` prints K=V lines with '"' as '\"'. Every failure is exit 1 with a line on stderr.
 */
import { EXIT, Stop } from '../stop.ts';
import type { Store, Tools } from '../types.ts';
import { clean, redact } from '../ui/redact.ts';

/** gp gives up by itself after a minute. */
const LIMIT_MS = 65_000;

export const gpEnv: Store = {
  id: 'gp-env',
  title: 'gp env',
  lasts: 'every new workspace',
  usable: (host) => host === 'gitpod',
  get: async (name, _workspace, tools) => (await gpVariables(tools)).get(name),
  /** @throws Stop (exit 1) with gp's own sentence, without the value. */
  async put(name, value, _workspace, tools) {
    const { code, err } = await tools.exec(['gp', 'env', `${name}=${value}`], { ms: LIMIT_MS });
    if (code === 0) return;
    const said = redact(clean(err).trim().split('\n').at(-1) ?? '', [value]);
    const why = code === 127 ? 'there is no gp here' : code === 124 ? 'gp did not answer within a minute' : said === '' ? `gp ended with ${code}` : said;
    throw new Stop(EXIT.notDone, `gp env did not keep ${name}: ${why}.`, `keep it by hand: https://gitpod.io/user/variables (name ${name}, scope */*)`);
  },
};

/** All of them, with one call; empty where gp does not answer. */
export async function gpVariables(tools: Pick<Tools, 'exec'>): Promise<ReadonlyMap<string, string>> {
  const { code, out } = await tools.exec(['gp', 'env'], { ms: LIMIT_MS });
  return code === 0 ? parseGpEnv(out) : new Map();
}

/** K=V lines; a line without a name continues the value before (values may hold line ends). */
export function parseGpEnv(out: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let last: string | undefined;
  for (const line of out.replace(/\r?\n$/, '').split(/\r?\n/)) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set((last = name), value.replaceAll('\\"', '"'));
    else if (last !== undefined) found.set(last, `${found.get(last) ?? ''}\n${line}`);
  }
  return found;
}
