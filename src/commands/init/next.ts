/** What to do after init: pure lines. */
import { LOCAL_PORT } from '../../backends/local.ts';
import { uiOf } from '../../backends/honeycomb/regions.ts';
import type { Account, Choices, Workspace } from '../../types.ts';
import { commandLine, type Shell } from '../../ui/shell-lines.ts';
import { modulesHome } from '../../languages/node/modules-home.ts';
import { composeWords } from '../../workspace/compose/command.ts';
import { upCommands } from './compose.ts';

export interface Next {
  readonly workspace: Workspace;
  readonly choices: Choices;
  readonly account?: Account;
  /** Services whose files changed, or all that are set up where only the key was missing. */
  readonly services: readonly string[];
  readonly files: readonly string[];
  readonly rebuilt: boolean;
  readonly shell: Shell;
  readonly version: string;
}

/** Rebuild and restart, where to look, and the same again without questions. */
export function nextLines({ workspace, choices, account, services, files, rebuilt, shell, version }: Next): string[] {
  const lines: string[] = [];
  const chosen = workspace.services.filter(({ name }) => services.includes(name));
  const homes = chosen.filter(({ app }) => app?.language === 'node').map((service) => modulesHome(service, workspace.files));
  const here = new Set(homes.flatMap((home) => (home.is === 'host' ? [commandLine(home.install, shell)] : [])));
  lines.push(...[...here].map((line) => `install on this machine: ${line}`));
  if (!rebuilt && services.length > 0) {
    if (workspace.compose.length > 0) lines.push(...upCommands(files, chosen).map((words) => `rebuild and restart: ${commandLine(words, shell)}`));
    else lines.push(...services.map((name) => `start it: ${commandLine(['npx', 'otel-setup', 'run', name], shell)}`));
  }
  for (const home of homes) {
    if (home.is === 'named') lines.push(`then bring its volume up to date: ${commandLine([...composeWords(files), 'run', '--rm', '--no-deps', home.service, ...home.install], shell)}`);
    if (home.is === 'named' || (home.is === 'host' && rebuilt)) lines.push(`and restart: ${commandLine([...composeWords(files), 'restart', home.service], shell)}`);
  }
  if (choices.backend === 'local') lines.push(`see the traces: npx otel-setup view (port ${LOCAL_PORT})`);
  else if (choices.backend === 'honeycomb') lines.push(`look: ${account === undefined || account.environment === '' ? uiOf(choices.region) : `${uiOf(choices.region)}/${account.team}/environments/${account.environment}`}`);
  else lines.push(`spans go to ${choices.endpoint ?? ''}`);
  const backend = choices.backend === 'honeycomb' ? '' : ` --backend ${choices.backend}${choices.backend === 'otlp' ? ` --endpoint ${choices.endpoint ?? ''}` : ''}`;
  const key = choices.backend === 'honeycomb' ? 'with HONEYCOMB_API_KEY set: ' : '';
  lines.push(`in CI: ${key}npx otel-setup@${version} init --yes${backend}`);
  return lines;
}
