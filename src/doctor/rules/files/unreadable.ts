/** A compose file that Compose itself refuses: nothing starts from it, so nothing is sent. */
import { rule } from '../../rule.ts';
import type { Rule } from '../../types.ts';

const unreadable = rule({
  id: 'files.unreadable',
  hop: 'files',
  title: 'The compose file cannot be read',
  from: ['refusals'],
  page: {
    symptoms: ['yaml: line 12: mapping values are not allowed in this context', 'services.backend Additional property export is not allowed', 'mapping key "command" already defined'],
    why: 'Docker Compose stops at a file that it cannot read, so no container gets the new environment; one that runs still has the old one. Lines of a shell pasted into the file ("export NAME=…", "gp env NAME=…"), a key that stands there twice and a wrong indent are the usual reasons.',
    check: ['docker compose config --quiet'],
    fix: ['Mend the line that is named; `docker compose config --quiet` says nothing when the file is right.'],
    links: ['https://docs.docker.com/reference/compose-file/'],
  },
  find: ({ refusals }) => refusals.map((refusal) => ({ status: 'broken', says: refusal.says, because: [], do: refusal.do ?? 'mend that line; `docker compose config --quiet` says nothing when the file is right', then: 'npx otel-setup doctor' })),
});

export const unreadableFile: readonly Rule[] = [unreadable];
