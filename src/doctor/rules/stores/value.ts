/** The key's variable has a value, and not the one that is meant. */
import { KEY } from '../../../backends/honeycomb/index.ts';
import { recogniseKey } from '../../../backends/honeycomb/key.ts';
import { dotenvPath } from '../../../stores/dotenv.ts';
import { readEnvFile } from '../../../workspace/compose/env-file.ts';
import { unsetLine } from '../../../ui/shell-lines.ts';
import { lineAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Rule } from '../../types.ts';
import { keptAt, wasTaken } from '../key/used.ts';
import { wantedKeys } from './wanted.ts';

const unreadable = rule({
  id: 'stores.dotenv-unreadable',
  hop: 'stores',
  title: 'Compose stops at a line of .env',
  from: ['workspace', 'subjects'],
  also: ['containers'],
  page: {
    symptoms: ['failed to read .env: line 3: unterminated quoted value', 'unexpected character in variable name', 'key cannot contain a space'],
    why: 'Compose reads .env by rules of its own. At a quote that is not closed, a blank in a name or an odd character it stops, and every docker compose command with it; other programs read the same file without a word.',
    check: ['docker compose config --quiet'],
    fix: ['NAME=value, one a line; a value with quotes needs the same quote at its end.'],
    links: ['https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax'],
  },
  find: ({ workspace, subjects, containers = [] }) => {
    const path = dotenvPath(workspace);
    const text = workspace.compose.length === 0 ? undefined : workspace.files.text(path);
    const error = text === undefined ? undefined : readEnvFile(text, () => undefined).error;
    if (error === undefined || error.ours === true || !subjects.some(({ expected }) => expected)) return [];
    const running = containers.some(({ state }) => state === 'running');
    return [{
      status: running ? 'warn' as const : 'broken' as const,
      says: `Every docker compose command stops at ${path}:${error.line}: ${error.says}.`,
      because: [lineAt(workspace.files, { path, line: error.line }, 'this line')],
      do: `correct line ${error.line} of ${path}: NAME=value, without quotes`,
      then: 'docker compose config --quiet && docker compose up -d',
      about: `secret:${KEY}`,
    }];
  },
});

const quoted = rule({
  id: 'stores.quoted-or-spaced',
  hop: 'stores',
  title: 'The variable holds more than the key',
  from: ['workspace', 'subjects', 'stores'],
  also: ['containers', 'reach', 'sent'],
  page: {
    symptoms: ['401 Unauthorized', 'unknown API key - check your credentials, region, and API URL', 'TypeError: Invalid character in header content'],
    why: 'Compose takes ordinary quotes around a value in .env away, and nothing else: curly quotes of a web page, backticks, quotes inside quotes and the header\'s own name become part of the key.',
    check: ['docker compose config | grep -i x-honeycomb-team'],
    fix: ['HONEYCOMB_API_KEY=the key and nothing else', 'docker compose up -d SERVICE'],
  },
  find: ({ workspace, subjects, stores, ...facts }) => wantedKeys(workspace, subjects, { stores, ...facts }).flatMap((wanted) => {
    const from = wanted.kept.find(({ wins }) => wins);
    if (from === undefined || wasTaken(wanted.service, facts)) return [];
    const recognised = recogniseKey(from.value);
    // Blanks and line ends around it are taken off by every SDK.
    if ('mistake' in recognised || recognised.value === from.value.trim()) return [];
    return [{
      service: wanted.service, status: wanted.status,
      says: `${wanted.name} holds the key and ${recognised.without ?? 'more'}, which is sent along with it.${wanted.also}`,
      because: [keptAt(from), wanted.because],
      do: from.store === 'shell' ? `export ${wanted.name}=YOUR-KEY   # without ${recognised.without ?? 'the rest'}` : `${wanted.name}=YOUR-KEY   (in .env, without ${recognised.without ?? 'the rest'})`,
      about: `secret:${wanted.name}`,
    }];
  }),
});

const shellBeats = rule({
  id: 'stores.shell-beats-dotenv',
  hop: 'stores',
  title: 'The shell has another key than .env, and the shell wins',
  from: ['workspace', 'subjects', 'stores'],
  page: {
    symptoms: ['Traces arrive in another team or environment than the one of the key in .env.', '401 Unauthorized, though the key in .env is right.'],
    why: 'Compose fills ${NAME} in from the shell first. A key that was exported earlier, or that a workspace\'s own settings give, hides the one in .env.',
    check: ['docker compose config | grep -i x-honeycomb-team', 'env | grep HONEY', 'npx otel-setup status'],
    fix: ['unset HONEYCOMB_API_KEY', 'docker compose up -d SERVICE'],
    links: ['https://docs.docker.com/compose/how-tos/environment-variables/envvars-precedence/'],
  },
  find: ({ workspace, subjects, stores }) => {
    const wanted = wantedKeys(workspace, subjects, { stores });
    return [...new Set(wanted.map(({ name }) => name))].flatMap((name) => {
      const shell = stores.find((one) => one.name === name && one.store === 'shell');
      const file = stores.find((one) => one.name === name && one.store === 'dotenv' && typeof one.where !== 'string' && one.where.path === dotenvPath(workspace));
      if (shell === undefined || file === undefined || shell.value.trim() === '' || file.value.trim() === '' || shell.value.trim() === file.value.trim()) return [];
      return [{
        status: 'warn' as const,
        says: `${name} is another key in this shell than in .env, and Compose takes the shell's.`,
        because: [keptAt(shell), keptAt(file)],
        do: unsetLine(name, 'sh'),
        then: 'docker compose up -d   (or put the shell\'s key into .env, if that is the right one)',
        about: name,
      }];
    });
  },
});

export const value: readonly Rule[] = [unreadable, quoted, shellBeats];
