/** Which of a container's processes are the service itself: not its supervisors, package managers and watchers. Pure. */
import type { Inside } from '../../types.ts';

type Process = Inside['processes'][number];

const INTERPRETERS: Readonly<Record<string, RegExp>> = {
  python: /^(?:python|pypy)[\d.]*$|^(?:gunicorn|uvicorn|uwsgi|celery|celeryd|flask|daphne|hypercorn|granian|waitress-serve)\b/,
  node: /^(?:node|nodejs|tsx|next-server)\b/,
};
const HELPERS = /(?:^|\/)(?:supervisord|honcho|circusd|pip\d?|poetry|pipenv|uv|hatch|conda|watchmedo|watchfiles|npm|npx|npm-cli\.js|npx-cli\.js|yarn|yarn\.js|pnpm|pnpm\.cjs|corepack|nodemon|nodemon\.js|concurrently|pm2|PM2|turbo|esbuild|tsc)\b/;

/** [] where nothing is known of its processes, or none is of its language. */
export function serving(language: string | undefined, { processes }: Pick<Inside, 'processes'>): readonly Process[] {
  const interpreter = INTERPRETERS[language ?? ''];
  return interpreter === undefined ? [] : processes.filter(({ argv: [program = '', first = '', second = ''] }) => {
    const words = [program, first, second];
    // `python -c "from multiprocessing.resource_tracker import main; main(4)"`: a helper of the interpreter's own.
    return interpreter.test(program.slice(program.lastIndexOf('/') + 1)) && !words.some((word) => HELPERS.test(word.split(' ')[0] ?? '')) && !words.some((word) => /multiprocessing\.(?:resource_tracker|forkserver)/.test(word));
  });
}
