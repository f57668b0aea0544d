import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { run } from './docker.ts';
import { pathWithManagers } from './managers.ts';

/** The built program; OTEL_SETUP_E2E_PROGRAM names another one, a published version for example. */
export const program = process.env['OTEL_SETUP_E2E_PROGRAM'] ?? fileURLToPath(new URL('../../dist/otel-setup.cjs', import.meta.url));

const Report = z.object({
  exit: z.number(),
  ok: z.boolean(),
  services: z.array(z.object({ name: z.string(), action: z.string(), reason: z.string(), notes: z.array(z.string()).default([]) })),
  edits: z.array(z.object({ path: z.string(), status: z.string() })).default([]),
  next: z.array(z.string()),
});
export type InitReport = z.infer<typeof Report>;

/** A command of the program in a workspace, its own state kept apart from this machine's; throws unless it ends with 0. */
async function otelSetup(folder: string, ...words: string[]): Promise<string> {
  const ran = await run([process.execPath, program, ...words], folder, { XDG_STATE_HOME: `${folder}.state`, PATH: pathWithManagers() });
  if (ran.code !== 0) throw new Error(`otel-setup ${words.join(' ')} ended with ${ran.code}:\n${ran.err.slice(-2000)}`);
  return ran.out;
}

/** Sets the workspace up to send to `endpoint` and gives the report that `--json` prints. */
export async function init(folder: string, endpoint: string): Promise<InitReport> {
  return Report.parse(JSON.parse(await otelSetup(folder, 'init', '--yes', '--json', '--backend', 'otlp', '--endpoint', endpoint)));
}

/** The command lines that the report gives for building and starting what changed. */
export function rebuildCommands({ next }: InitReport): string[] {
  return next.flatMap((line) => /^rebuild and restart: (.+)$/.exec(line)?.[1] ?? []);
}

export async function undo(folder: string): Promise<void> {
  await otelSetup(folder, 'undo', '--yes');
}
