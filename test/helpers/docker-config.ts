import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * For a test that gives Docker another HOME: Docker Desktop and many installations have Compose as a plugin below the
 * user's home, or name its folder in a file there.
 */
export const dockerConfig = (): { readonly DOCKER_CONFIG: string } => ({ DOCKER_CONFIG: process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker') });
