import type { Host } from '../../types.ts';

/**
 * The address under which the browser reaches a port of this machine, where that is not localhost. Gitpod Classic:
 * https://PORT-<host of GITPOD_WORKSPACE_URL>, which is what `gp url PORT` prints. Codespaces:
 * https://CODESPACE_NAME-PORT.GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN. Ona names no such variable: undefined. Pure.
 */
export function previewUrl(host: Host, env: Readonly<Record<string, string | undefined>>, port: number): string | undefined {
  const workspace = env['GITPOD_WORKSPACE_URL'] ?? '';
  if (host === 'gitpod' && URL.canParse(workspace)) return `https://${port}-${new URL(workspace).host}/`;
  const [name, domain] = [env['CODESPACE_NAME'] ?? '', env['GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN'] ?? ''];
  const codespace = `https://${name}-${port}.${domain}/`;
  return host === 'codespaces' && name !== '' && domain !== '' && URL.canParse(codespace) ? codespace : undefined;
}
