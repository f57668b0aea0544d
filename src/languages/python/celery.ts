import { django } from './django.ts';
import type { Framework } from './clues.ts';

/** A Celery worker or beat, recognised by its command: the web service of the same folder is another framework. */
export const celery: Framework = {
  id: 'celery',
  library: 'celery',
  module: 'celery',
  commands: (clues) => (clues.process.server === 'celery' && clues.service.start !== undefined ? { where: clues.service.start.realWhere, says: clues.process.words.join(' ') } : undefined),
  instrumentations: () => ['celery'],
  // A worker of a Django project loads Django's settings, and its image has Django's instrumentation as well.
  more: (clues) => (Object.hasOwn(clues.libraries, 'django') && django.more !== undefined ? django.more(clues) : { needs: [], notes: [] }),
};
