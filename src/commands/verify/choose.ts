/** Which services are to be seen: those that are named, else those that are meant to send. */
import { subjectsOf } from '../../doctor/subjects.ts';
import type { Subject } from '../../doctor/types.ts';
import { EXIT, Stop } from '../../stop.ts';
import type { Workspace } from '../../types.ts';
import type { ParsedArgs } from '../../args.ts';

/** @throws Stop: 2 for a name that is none, 1 where nothing is meant to send. */
export function chosenSubjects(workspace: Workspace, { services, exclude }: Pick<ParsedArgs, 'services' | 'exclude'>, env: Readonly<Record<string, string | undefined>>): readonly Subject[] {
  if (workspace.services.length === 0) throw new Stop(EXIT.notDone, 'There is no compose file here, and nothing that is started.', 'run it in the folder of the compose file, or name that file with --file FILE');
  const names = workspace.services.map(({ name }) => name);
  const named = services.length > 0 ? services : (env['OTEL_SETUP_SERVICES'] ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
  for (const name of [...named, ...exclude]) if (!names.includes(name)) throw new Stop(EXIT.usage, `There is no service "${name}".`, `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`);
  const subjects = subjectsOf(workspace, named).filter(({ service, expected }) => expected && !exclude.includes(service.name));
  if (subjects.length === 0) throw new Stop(EXIT.notDone, 'No service here is meant to send traces.', 'npx otel-setup init');
  return subjects;
}
