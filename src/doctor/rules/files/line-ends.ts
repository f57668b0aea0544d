/** A start script with Windows line ends: the kernel looks for the program '/bin/sh\r', and the container ends at once. */
import type { Path, Service, Workspace } from '../../../types.ts';
import { commandLine } from '../../../ui/shell-lines.ts';
import { fromContainer } from '../../../workspace/container-path.ts';
import { rule } from '../../rule.ts';
import type { Rule } from '../../types.ts';
import { each } from './each.ts';

/** Something of the build writes the line ends anew. */
const MENDS = /dos2unix|\\r|\\x0d|\\015|unix2/i;

/** The script that the container starts with, where it is a file of the workspace that says '#!…\r'. */
function windowsScript(service: Service, { files }: Workspace): Path | undefined {
  const { start, build } = service;
  const program = start?.argv[0];
  if (program === undefined || start === undefined || start.shell || !program.includes('/')) return undefined;
  const path = fromContainer(service, files, program);
  if (path === undefined || !/^#![^\n]*\r\n/.test(files.text(path) ?? '')) return undefined;
  // A mount brings the file as it is; what the build copies, it can mend.
  return build !== undefined && MENDS.test(build.stage?.runs.map(({ text }) => text).join('\n') ?? '') ? undefined : path;
}

const lineEnds = rule({
  id: 'files.windows-line-ends',
  hop: 'files',
  title: 'The start script has Windows line ends',
  from: ['workspace', 'subjects'],
  also: ['containers'],
  page: {
    symptoms: ['exec ./entrypoint.sh: no such file or directory', 'exec /entrypoint.sh: no such file or directory', "/bin/sh^M: bad interpreter: No such file or directory", "env: 'bash\\r': No such file or directory"],
    why: 'The first line of the script, #!/bin/sh, ends with a carriage return. Linux looks for a program of that whole name, finds none, and says "no such file" of the script. It comes from git on Windows (core.autocrlf) or an editor.',
    check: ['head -1 entrypoint.sh | od -c   (is there a \\r?)'],
    fix: ["sed -i 's/\\r$//' entrypoint.sh", 'docker compose up -d --build SERVICE', 'For good, in .gitattributes: *.sh text eol=lf'],
    links: ['https://git-scm.com/docs/gitattributes#_eol'],
  },
  find: (facts) => each(facts, ({ service }) => {
    const path = windowsScript(service, facts.workspace);
    // One that runs has another copy of it, or a kernel that does not mind.
    if (path === undefined || facts.containers?.some((one) => one.service === service.name && one.state === 'running') === true) return [];
    const [first = ''] = (facts.workspace.files.text(path) ?? '').split('\r\n');
    return [{
      says: `${path} has Windows line ends: Linux cannot start it, so ${service.name} ends at once.`,
      because: [{ where: { path, line: 1 }, says: `${first}\\r` }],
      do: `sed -i 's/\\r$//' ${commandLine([path], 'sh')}`,
      about: 'container',
    }];
  }),
});

export const lineEnd: readonly Rule[] = [lineEnds];
