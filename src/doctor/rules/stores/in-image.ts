/** A file with the key that a build copies into an image. Nothing stops for it, so it is a warning; the files alone say it. */
import { backends } from '../../../backends/index.ts';
import { recogniseKey } from '../../../backends/honeycomb/key.ts';
import { dotenvPath, variablesIn } from '../../../stores/dotenv.ts';
import { keepOutOp, mayKeepOut, missedBy } from '../../../stores/keep-out.ts';
import type { Evidence, Path, Workspace } from '../../../types.ts';
import { commandLine } from '../../../ui/shell-lines.ts';
import { placeOf } from '../../../ui/show.ts';
import { takenIn, type TakenIn } from '../../../workspace/taken-in.ts';
import { secretsIn } from '../../../write/placeholders.ts';
import { lineAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Finding, Rule } from '../../types.ts';

const NAMES = backends.flatMap(({ secret }) => secret ?? []);

const inImage = rule({
  id: 'stores.in-image',
  hop: 'stores',
  title: 'A file with the key is copied into an image',
  from: ['workspace'],
  page: {
    symptoms: ['docker run --rm --entrypoint cat IMAGE .env prints the key.', 'COPY . . in the Dockerfile, a .env in the build context, and no .dockerignore that names it.'],
    why: 'A COPY takes everything in the build context that .dockerignore does not keep out, .env too. Whoever gets the image has the key: from a registry, a backup, the machine of a colleague. A later RUN rm does not help, the file stays in the layer below. Compose does not need the file in the image: it fills the variables in from the .env of this machine.',
    check: ['cat .dockerignore', 'docker compose run --rm --no-deps --entrypoint sh SERVICE -c "ls -la .env"'],
    fix: ['Does the program read the .env in its image (dotenv, load_dotenv)? Then give it the variables with env_file: .env in the compose file first.', "printf '\\n.env\\n' >> .dockerignore", 'docker compose up -d --build SERVICE', 'Was the image pushed? Revoke the key: ui.honeycomb.io → your environment → API keys.'],
    links: ['https://docs.docker.com/build/concepts/context/#dockerignore-files'],
  },
  find: ({ workspace }) => [...filesWithKey(workspace)].flatMap(([file, at]) => {
    const taken = takenIn(workspace, file).filter(({ by }) => by !== undefined);
    return [...new Set(taken.map(({ ignore }) => ignore.by))].map((by) => findingOf(workspace, file, at, taken.filter(({ ignore }) => ignore.by === by)));
  }),
});

export const intoImage: readonly Rule[] = [inImage];

/** `.env` and env_files in which a key is written out (or will be, by the plan), with the place of the first. */
function filesWithKey(workspace: Workspace): ReadonlyMap<Path, Evidence> {
  const { files, services, compose } = workspace;
  const loaded = services.flatMap(({ env, build }) => env.flatMap(({ where }) => (typeof where === 'string' || compose.includes(where.path) || where.path === build?.dockerfile ? [] : [where.path])));
  const found = new Map<Path, Evidence>();
  for (const file of new Set([dotenvPath(workspace), ...loaded])) {
    const holder = [...variablesIn(files, file)].find(([name, { value }]) => holdsKey(name, value));
    const line = holder?.[1].line;
    if (holder !== undefined) found.set(file, { where: { path: file, ...(line === undefined ? {} : { line }) }, says: `${holder[0]}=(a key, not shown)` });
  }
  return found;
}

function holdsKey(name: string, value: string): boolean {
  const given = /x-honeycomb-team=([^,\s]+)/.exec(value)?.[1] ?? value;
  return 'kind' in recogniseKey(given) || (NAMES.includes(name) && secretsIn(value).length > 0);
}

function findingOf({ files }: Workspace, file: Path, at: Evidence, taken: readonly TakenIn[]): Finding {
  const copies = taken.flatMap(({ service, by }) => (by === undefined ? [] : [{ name: service.name, seen: lineAt(files, by, 'COPY'), by }]));
  const names = copies.map(({ name }) => name).join(', ');
  const [first] = taken;
  const named = taken.find((one) => one.named);
  const reader = taken.map(({ service }) => missedBy(service, files)).find((one) => one !== undefined);
  const safe = taken.every((one) => one.ignore.takesLine && mayKeepOut(files, file, one, NAMES));
  const ignore = first?.ignore.by ?? '.dockerignore';
  const append = `printf '\\n%s\\n' ${commandLine([first?.line ?? file], 'sh')} >> ${commandLine([ignore], 'sh')}`;
  const why = reader === undefined || typeof reader.where === 'string' ? '' : ` (${placeOf(reader.where)} speaks of one)`;
  return {
    status: 'warn',
    says: `${file} goes into the image of ${names} by ${copies[0]?.seen.says ?? 'COPY'} (${copies[0] === undefined ? '' : placeOf(copies[0].by)}), and the key with it: whoever gets the image has the key.`,
    because: [...copies.slice(0, 3).map(({ seen }) => seen), at],
    ...(named === undefined ? { do: safe ? append : `${append}   (if its program reads no ${file} of the image${why}; else give it the variables with env_file: first)` }
      : { do: `take ${file} out of that instruction, and give the program its variables with env_file: in the compose file` }),
    then: `docker compose up -d --build ${copies.map(({ name }) => name).join(' ')}`,
    ...(safe ? { ops: [...new Map(taken.map((one) => [one.line, keepOutOp(one)])).values()] } : {}),
    about: `image:${file}:${ignore}`,
  };
}
