import { moduleSource } from './sources.ts';
import type { Clues, Framework } from './clues.ts';

const SETTINGS = /DJANGO_SETTINGS_MODULE["']?\s*(?:,|\]\s*=)\s*["']([\w.]+)["']/;

/** The settings module that manage.py, wsgi.py or asgi.py sets, or that the command names. */
export function settingsModule(clues: Clues): string | undefined {
  const { process, sources } = clues;
  const flag = process.words.map((word, i) => /^--settings=(.+)$/.exec(word)?.[1] ?? (word === '--settings' ? process.words[i + 1] : undefined)).find((word) => word !== undefined);
  if (flag !== undefined) return flag;
  const order = [process.entry, moduleSource(sources, 'manage'), ...sources.filter((source) => /(?:^|\.)(?:wsgi|asgi|manage|celery)$/.test(source.module))];
  for (const source of order) {
    for (const line of source?.lines ?? []) {
      const found = SETTINGS.exec(line.text)?.[1];
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/**
 * Django. The wrapper reads the settings before manage.py names them, and Django then keeps its global defaults: without
 * DJANGO_SETTINGS_MODULE in the environment, tracing breaks the app (ALLOWED_HOSTS, no ROOT_URLCONF).
 */
export const django: Framework = {
  id: 'django',
  library: 'django',
  module: 'django',
  commands: (clues) => (clues.process.server === 'django' && clues.service.start !== undefined ? { where: clues.service.start.realWhere, says: clues.process.words.join(' ') } : undefined),
  // -django does not bring -asgi: under an ASGI server there are no spans without it (measured).
  instrumentations: (clues) => (clues.process.asgi || Object.hasOwn(clues.libraries, 'daphne') || Object.hasOwn(clues.libraries, 'channels') ? ['django', 'asgi'] : ['django']),
  more: (clues) => {
    if (Object.hasOwn(clues.libraries, 'django-configurations')) {
      return { stuck: 'django-configurations sets the settings up in its own way, which the tracing wrapper comes before: the app would not start. Start OpenTelemetry in code instead.', paste: { into: 'manage.py and wsgi.py, after configurations.setup()', text: 'from opentelemetry.instrumentation import auto_instrumentation\nauto_instrumentation.initialize()' } };
    }
    const set = clues.service.env.find((each) => each.name === 'DJANGO_SETTINGS_MODULE')?.value;
    const settings = set === undefined || set === '' ? settingsModule(clues) : set;
    if (settings === undefined) {
      return { stuck: 'The settings module of Django was not found in manage.py, wsgi.py or asgi.py, and the tracing wrapper breaks the app without it. Set it for the service, then run otel-setup again.', paste: { into: "the service's environment", text: 'DJANGO_SETTINGS_MODULE=mysite.settings' } };
    }
    return {
      needs: [{ kind: 'env', name: 'DJANGO_SETTINGS_MODULE', value: settings, accept: 'any', by: 'django', why: 'the wrapper reads the settings before manage.py or wsgi.py names them' }],
      notes: [],
    };
  },
};
