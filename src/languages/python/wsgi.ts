import { containerDir } from '../../workspace/container-path.ts';
import { join } from '../../workspace/files.ts';
import type { Clues, Framework } from './clues.ts';
import type { Evidence } from '../../types.ts';

const CONFIG = 'gunicorn.conf.py';

/**
 * A WSGI callable without a framework that has an instrumentation of its own. Gunicorn reads `gunicorn.conf.py` of its
 * working folder by itself, and a hook in it can wrap the callable in every worker (docs.gunicorn.org, post_worker_init).
 */
export const wsgi: Framework = {
  id: 'wsgi',
  library: 'gunicorn',
  module: 'gunicorn',
  instrumentations: () => ['wsgi'],
  more: () => ({ needs: [{ kind: 'file', template: `python/${CONFIG}`, to: CONFIG, by: 'python', why: 'gunicorn reads it: wraps the WSGI callable in every worker' }], notes: [] }),
};

/** Where it was seen that gunicorn serves it, if nothing stands in the way of that file: a configuration or a folder of the user's own. */
export function plainWsgi({ service, files, process }: Clues): Evidence | undefined {
  const { start, build } = service;
  if (process.server !== 'gunicorn' || process.asgi || process.gevent || start === undefined) return undefined;
  const words = [...process.words, ...(service.env.find(({ name }) => name === 'GUNICORN_CMD_ARGS')?.value ?? '').split(/\s+/)];
  if (words.some((word) => /^(?:-c|--config|--chdir)(?:=|$)/.test(word))) return undefined;
  const there = files.text(join(service.dir, CONFIG));
  if (there !== undefined && !there.includes('Written by otel-setup.')) return undefined;
  const runsIn = service.workingDir ?? build?.stage?.workdir;
  if (service.origin === 'compose' && containerDir(service) !== runsIn) return undefined;
  return { where: start.realWhere, says: process.words.join(' ') };
}
