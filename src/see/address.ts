import type { Tools } from '../types.ts';

/**
 * Addresses to listen on so that both processes on this machine and containers reach us, and nobody else: loopback,
 * and the gateway of Docker's default bridge, which is what `host.docker.internal:host-gateway` means in a container
 * (Docker: dockerd `--host-gateway-ip`). Asked of Docker itself: the interface `docker0` is down, and not listed,
 * as long as no container is on the default bridge, but its address can be listened on.
 */
export async function listenAddresses(tools: Pick<Tools, 'exec'>): Promise<readonly string[]> {
  const bridge = await tools.exec(['docker', 'network', 'inspect', 'bridge', '--format', '{{range .IPAM.Config}}{{.Gateway}} {{.Subnet}}{{println}}{{end}}'], { ms: 5000 });
  const gateway = bridge.code === 0 ? bridge.out.split('\n').map(gatewayOf).find((address) => address !== undefined) : undefined;
  return gateway === undefined ? ['127.0.0.1'] : ['127.0.0.1', gateway];
}

/** Of a line 'gateway subnet'. Engine 20.10 leaves a gateway out that it chose itself: the first address of the subnet. */
function gatewayOf(line: string): string | undefined {
  const [gateway = '', subnet = ''] = line.split(' ');
  const given = gateway.replace(/\/\d+$/, '');
  if (isPrivateIPv4(given)) return given;
  const first = /^(\d+\.\d+\.\d+)\.(\d+)\/\d+$/.exec(subnet.trim());
  const address = given === '' && first !== null ? `${first[1]}.${Number(first[2]) + 1}` : '';
  return isPrivateIPv4(address) ? address : undefined;
}

/** RFC 1918 and 6598: an address that is not of a private network is never listened on unasked. */
export function isPrivateIPv4(text: string): boolean {
  const parts = text.split('.').map(Number);
  const [a = -1, b = -1] = parts;
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text) || parts.some((part) => part > 255)) return false;
  return a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168) || (a === 100 && b >= 64 && b <= 127);
}
