/** NODE_OPTIONS with quotes that nobody takes away: Node.js takes the whole of it for a file name of no account, and says nothing. */
import { settingAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Rule } from '../../types.ts';
import { each } from './each.ts';
import { replaced } from './replaced.ts';

const quoted = rule({
  id: 'files.node-options-quoted',
  hop: 'files',
  title: 'NODE_OPTIONS has quotes inside its value',
  from: ['workspace', 'subjects'],
  also: ['containers'],
  page: {
    symptoms: ['no span, no message, although NODE_OPTIONS names the preload', 'node: --require /app/otel.cjs is not allowed in NODE_OPTIONS'],
    why: "In YAML's list form (- NODE_OPTIONS='--require ./tracing.js'), in `docker run --env-file` and in an env_file with `format: raw` the quotes are part of the value. Node.js then finds no option in '--require ./tracing.js' and loads nothing, silently; with double quotes it ends with an error.",
    check: ['docker compose exec SERVICE sh -c \'echo "$NODE_OPTIONS"\'   (are there quotes around it?)'],
    fix: ['- NODE_OPTIONS=--require ./tracing.js', 'docker compose up -d SERVICE'],
    links: ['https://nodejs.org/api/cli.html#node_optionsoptions'],
  },
  find: (facts) => each(facts, ({ service, settings }) => {
    const setting = settings.get('NODE_OPTIONS');
    const [, quote, inner] = /^(["'])\s*(-.*)\1$/.exec((setting?.value ?? '').trim())?.map((part) => part.trimEnd()) ?? [];
    // Double quotes around one word are what Node.js itself takes away; quotes inside belong to a path.
    if (setting === undefined || quote === undefined || inner === undefined || inner.includes(quote) || (quote === '"' && !/\s/.test(inner)) || !/(?:^|\s)(?:-r|--require|--import)\b/.test(inner) || service.app?.language !== 'node') return [];
    return [{
      of: setting,
      says: `The value of NODE_OPTIONS has ${quote} around it: ${quote === "'" ? 'Node.js loads nothing of it, and says nothing' : 'Node.js takes all of it for one option and does not start'}.`,
      because: [settingAt(facts.workspace.files, setting)],
      do: `NODE_OPTIONS=${inner}   (without the quotes around it)`,
      ops: replaced(facts.workspace, service, setting, inner),
      about: 'set-up',
    }];
  }),
});

export const nodeOptions: readonly Rule[] = [quoted];
