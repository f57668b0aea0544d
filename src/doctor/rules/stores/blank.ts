/** The key's variable is blank where Compose looks: why, in the order of how much the reason explains. */
import { gpLine, unsetLine, commandLine } from '../../../ui/shell-lines.ts';
import { dotenvPath, variablesIn } from '../../../stores/dotenv.ts';
import type { Workspace } from '../../../types.ts';
import { rule } from '../../rule.ts';
import type { Facts, Finding, Kept, Rule } from '../../types.ts';
import { distance } from '../files/known-names.ts';
import { keptAt } from '../key/used.ts';
import { wantedKeys, type Wanted } from './wanted.ts';

const SYMPTOMS = ['The "HONEYCOMB_API_KEY" variable is not set. Defaulting to a blank string.', "missing 'x-honeycomb-team' header", '401 Unauthorized'];
const CHECK = ['docker compose config | grep -i x-honeycomb-team', 'env | grep HONEY', 'grep -n HONEY .env'];
const ORDER = 'https://docs.docker.com/compose/how-tos/environment-variables/envvars-precedence/';

type Reason = 'blank-in-shell' | 'only-in-gp-env' | 'wrong-folder' | 'no-key';
interface Why {
  readonly is: Reason;
  /** The place that has the key; for 'no-key' the blank one that wins. */
  readonly kept?: Kept;
}

/** Each blank key has one reason; undefined = another rule has it. */
function whyBlank({ name, kept }: Wanted, workspace: Workspace): Why | undefined {
  const filled = kept.filter(({ value }) => value.trim() !== '');
  const files = filled.filter(({ store }) => store === 'dotenv' || store === 'env-file');
  const read = files.find(({ where }) => typeof where !== 'string' && where.path === dotenvPath(workspace));
  const blankOne = kept.find(({ wins }) => wins);
  if (read !== undefined && blankOne?.store === 'shell') return { is: 'blank-in-shell', kept: read };
  const found: Why | undefined = withKept('only-in-gp-env', filled.find(({ store }) => store === 'gp-env')) ?? withKept('wrong-folder', files.find((one) => one !== read));
  return found ?? (isMisspelled(name, workspace) ? undefined : { is: 'no-key', ...(blankOne === undefined ? {} : { kept: blankOne }) });
}
/** `.env` has the key under a name that is nearly this one: files.misspelled says which of the two to write. */
const isMisspelled = (name: string, workspace: Workspace): boolean =>
  Array.from(variablesIn(workspace.files, dotenvPath(workspace))).some(([one, { value }]) => value !== '' && one !== name && (distance(one, name) <= 2 || one.replaceAll('_', '') === name.replaceAll('_', '')));
const withKept = (is: Reason, kept: Kept | undefined): Why | undefined => (kept === undefined ? undefined : { is, kept });

function blankFor(is: Reason, find: (wanted: Wanted, kept: Kept | undefined, workspace: Workspace) => Pick<Finding, 'says' | 'do' | 'then'>) {
  return ({ workspace, subjects, ...facts }: Pick<Facts, 'workspace' | 'subjects' | 'stores'> & Partial<Facts>): readonly Finding[] =>
    wantedKeys(workspace, subjects, facts).filter(({ blank }) => blank).flatMap((wanted) => {
      const why = whyBlank(wanted, workspace);
      if (why?.is !== is) return [];
      const said = find(wanted, why.kept, workspace);
      const place = why.kept === undefined || why.kept.store === 'shell' ? [] : [keptAt(why.kept)];
      return [{ ...said, says: `${said.says}${wanted.also}`, service: wanted.service, status: wanted.status, because: [wanted.because, ...blankShell(wanted), ...place], about: `secret:${wanted.name}` }];
    });
}
const blankShell = ({ kept }: Wanted) => kept.filter(({ store, value }) => store === 'shell' && value.trim() === '').map(({ name, where }) => ({ where, says: `${name} is set, and blank` }));

const FROM = ['workspace', 'subjects', 'stores'] as const;
const ALSO = ['containers'] as const;

const inShell = rule({
  id: 'stores.blank-in-shell',
  hop: 'stores',
  title: 'The variable is blank in the shell, and that beats .env',
  from: FROM, also: ALSO,
  page: {
    symptoms: SYMPTOMS,
    why: 'Compose fills ${NAME} in from the shell first, and from .env only where the shell does not have the variable at all. `export NAME=` and `export NAME=$(a command that failed)` leave it set and blank; Compose gives no warning then.',
    check: ['[ -n "${HONEYCOMB_API_KEY+x}" ] && echo "set, ${#HONEYCOMB_API_KEY} characters"', ...CHECK],
    fix: ['unset HONEYCOMB_API_KEY', 'docker compose up -d SERVICE', 'If it comes back in a new shell: look for the line in ~/.bashrc, ~/.profile or .gitpod.yml.'],
    links: [ORDER],
  },
  find: blankFor('blank-in-shell', ({ name }) => ({ says: `${name} is blank in this shell, and that beats the key in .env: the header goes out without a key.`, do: unsetLine(name, 'sh') })),
});

const gitpod = rule({
  id: 'stores.only-in-gp-env',
  hop: 'stores',
  title: 'The key is in gp env, and this workspace does not have it',
  from: FROM, also: ALSO,
  page: {
    symptoms: SYMPTOMS,
    why: '`gp env NAME=value` keeps a variable for workspaces that are started later. The running one does not get it, not even in a new terminal, so Compose here fills in nothing.',
    check: ['gp env | grep -c HONEY', ...CHECK],
    fix: ['eval "$(gp env -e | grep \'^export HONEYCOMB_API_KEY=\')"', 'docker compose up -d SERVICE'],
    links: ['https://www.gitpod.io/docs/classic/user/configure/projects/environment-variables'],
  },
  find: blankFor('only-in-gp-env', ({ name }) => ({ says: `gp env has ${name}, but this workspace was started before that, so Compose fills in a blank.`, do: gpLine(name, 'sh') })),
});

const wrongFolder = rule({
  id: 'stores.wrong-folder',
  hop: 'stores',
  title: 'The key is in a file that Compose does not fill variables in from',
  from: FROM, also: ALSO,
  page: {
    symptoms: SYMPTOMS,
    why: 'Compose fills ${NAME} in from the shell and from the .env beside the first compose file. A .env in a service\'s folder is not looked at, and an env_file only gives its variables to the container as they are.',
    check: ['find . -name .env -not -path "*/node_modules/*"', ...CHECK],
    fix: ['Move the line to the .env beside the compose file (and keep that file out of git).', 'docker compose up -d SERVICE'],
    links: ['https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/'],
  },
  find: blankFor('wrong-folder', ({ name }, kept, workspace) => {
    const file = kept === undefined || typeof kept.where === 'string' ? '' : kept.where.path;
    const to = dotenvPath(workspace);
    const what = kept?.store === 'env-file' ? 'an env_file, which Compose does not fill variables in from' : 'a folder where Compose does not look';
    const ignore = workspace.files.ignored(to) ? '' : `echo .env >> ${commandLine([to.replace(/\.env$/, '.gitignore')], 'sh')}; `;
    return { says: `${name} stands in ${file}: ${what}.`, do: `${ignore}(echo; grep -E ${commandLine([`^(export )?${name}=`], 'sh')} ${commandLine([file], 'sh')}) >> ${commandLine([to], 'sh')}` };
  }),
});

const noKey = rule({
  id: 'stores.no-key',
  hop: 'stores',
  title: 'There is no key on this machine',
  from: FROM, also: ALSO,
  page: {
    symptoms: SYMPTOMS,
    why: 'The compose file fills the key in from a variable, as it should, and the variable has no value here: not in the shell, not in the .env beside the compose file. That is how a workspace looks for the second person of a team, or in a new clone.',
    check: CHECK,
    fix: ['npx otel-setup init', 'It asks for the key and keeps it in .env (and gp env in Gitpod). In Codespaces: Settings → Codespaces → Secrets, then restart the codespace.', 'docker compose up -d SERVICE'],
    links: ['https://docs.honeycomb.io/configure/environments/manage-api-keys/', ORDER],
  },
  find: blankFor('no-key', ({ name }, kept, workspace) => {
    const where = kept === undefined ? 'has no value' : kept.store === 'shell' ? 'is blank in this shell, and nowhere else' : 'is blank in .env';
    const ask = name === 'HONEYCOMB_API_KEY' ? 'npx otel-setup init' : `read -rs ${name} && printf '\\n%s\\n' "${name}=$${name}" >> ${commandLine([dotenvPath(workspace)], 'sh')}`;
    const secret = workspace.host === 'codespaces' ? ' A secret of Codespaces comes with the next start of the codespace.' : '';
    return { says: `${name} ${where}: the header goes out without a key.${secret}`, do: kept?.store === 'shell' ? `${unsetLine(name, 'sh')}; ${ask}` : ask };
  }),
});

export const blank: readonly Rule[] = [inShell, gitpod, wrongFolder, noKey];
