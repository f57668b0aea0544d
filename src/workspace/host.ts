import type { Host } from '../types.ts';

/**
 * Where the tool runs, from the environment alone. Gitpod Classic sets GITPOD_WORKSPACE_ID, its successor Ona
 * GITPOD_ENVIRONMENT_ID, Codespaces CODESPACES=true. CI counts unless it is empty, 'false' or '0'.
 */
export function hostOf(env: Readonly<Record<string, string | undefined>>): Host {
  if (isSet(env['GITPOD_ENVIRONMENT_ID'])) return 'ona';
  if (isSet(env['GITPOD_WORKSPACE_ID'])) return 'gitpod';
  if (env['CODESPACES'] === 'true') return 'codespaces';
  return isSet(env['CI']) && !['false', '0'].includes((env['CI'] ?? '').toLowerCase()) ? 'ci' : 'local';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
