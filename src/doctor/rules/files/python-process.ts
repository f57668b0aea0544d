/** What a Python server's process model needs besides the wrapper. */
import { cluesOf } from '../../../languages/python/clues.ts';
import { settingsModule } from '../../../languages/python/django.ts';
import { verdictsOn } from '../../indexed.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { runsAt } from './command.ts';
import { each } from './each.ts';
import { pythonImage } from './python-image.ts';
import { fixOrInit, openOps } from './verdict-ops.ts';

const GEVENT = 'OTEL_PYTHON_AUTO_INSTRUMENTATION_EXPERIMENTAL_GEVENT_PATCH';
const SETTINGS = 'DJANGO_SETTINGS_MODULE';

const given = ({ settings }: Subject, name: string): boolean => (settings.get(name)?.value ?? '').trim() !== '';

const gevent = rule({
  id: 'files.gevent',
  hop: 'files',
  title: 'gevent workers under the wrapper, with export over https',
  from: ['workspace', 'subjects', 'judged'],
  also: ['inside'],
  page: {
    symptoms: ['Failed to export spans batch code: None, reason: maximum recursion depth exceeded', 'RecursionError: maximum recursion depth exceeded', 'The app\'s own https calls answer with an error 500.'],
    why: 'The wrapper loads ssl before gevent patches it, and from then on every https connection of the process calls itself without end: the exporter\'s, and the app\'s own. Measured with gunicorn -k gevent: 0 spans over https, all of them over http. With the variable the wrapper lets gevent patch first.',
    check: ['docker compose logs SERVICE | grep "maximum recursion depth"'],
    fix: [`${GEVENT}: patch_all`],
  },
  find: ({ workspace, subjects, judged }) => each({ subjects }, (subject) => {
    const { service, instrumented, sending } = subject;
    const { start, app, name } = service;
    if (app?.language !== 'python' || start === undefined || instrumented.by !== 'wrapper' || !cluesOf(service, workspace.files).process.gevent) return [];
    if (given(subject, GEVENT) || subject.unsure.length > 0 || sending.protocol.value === 'grpc' || sending.endpoint.url?.startsWith('https://') !== true) return [];
    const ops = openOps(judged, name, (need) => need.kind === 'env' && need.name === GEVENT);
    return [{
      says: `${name} runs gevent workers under opentelemetry-instrument and exports over https: every https connection of the process fails with "maximum recursion depth exceeded", the app's own too.`,
      because: [runsAt(start), { where: typeof sending.endpoint.from === 'object' && 'where' in sending.endpoint.from ? sending.endpoint.from.where : start.realWhere, says: sending.endpoint.url }],
      do: `${GEVENT}: patch_all`,
      ops,
      about: GEVENT,
    }];
  }),
});

const django = rule({
  id: 'files.django-settings',
  hop: 'files',
  title: 'Django under the wrapper without DJANGO_SETTINGS_MODULE',
  from: ['workspace', 'subjects', 'judged'],
  page: {
    symptoms: ['CommandError: You must set settings.ALLOWED_HOSTS if DEBUG is False.', 'AttributeError: module \'django.conf.global_settings\' has no attribute \'ROOT_URLCONF\''],
    why: 'The wrapper\'s Django instrumentation reads the settings before manage.py or wsgi.py names their module. Django then keeps its built-in defaults for good, and the app itself breaks.',
    check: ['docker compose exec SERVICE env | grep DJANGO_SETTINGS_MODULE'],
    fix: ['DJANGO_SETTINGS_MODULE: mysite.settings (the name stands in manage.py)'],
    links: ['https://github.com/open-telemetry/opentelemetry-python-contrib/issues/677'],
  },
  find: ({ workspace, subjects, judged }) => each({ subjects }, (subject) => {
    const { service, instrumented } = subject;
    const { start, app, name } = service;
    if (app?.framework !== 'django' || start === undefined || instrumented.by !== 'wrapper' || given(subject, SETTINGS) || subject.unsure.length > 0) return [];
    const image = pythonImage(service, workspace.files);
    if (!image.bootstraps && !image.packages.has('opentelemetry-instrumentation-django')) return [];
    const clues = cluesOf(service, workspace.files);
    const module = settingsModule(clues);
    const ops = openOps(judged, name, (need) => need.kind === 'env' && need.name === SETTINGS);
    return [{
      says: `${name} starts Django under opentelemetry-instrument without ${SETTINGS}: the wrapper reads the settings before the app names them, and the app breaks.`,
      because: [runsAt(start)],
      do: ops.length > 0 ? fixOrInit(ops, name) : `${SETTINGS}: ${module ?? 'mysite.settings'}`,
      ops,
      about: SETTINGS,
    }];
  }),
});

const flush = rule({
  id: 'files.never-flushes',
  hop: 'files',
  title: 'Celery\'s workers end before they have sent their spans',
  from: ['workspace', 'subjects', 'judged'],
  page: {
    symptoms: ['The web service\'s spans arrive, the tasks\' hardly ever.'],
    why: 'A span waits up to five seconds in the process that made it. Celery ends a prefork worker after --max-tasks-per-child tasks without letting it send: measured, 0 of 4 task spans arrived.',
    check: ['docker compose exec SERVICE env | grep OTEL_BSP_SCHEDULE_DELAY'],
    fix: ['OTEL_BSP_SCHEDULE_DELAY: "100"', 'or --pool=solo, or without --max-tasks-per-child'],
    links: ['https://github.com/open-telemetry/opentelemetry-python/issues/4916'],
  },
  find: ({ workspace, subjects, judged }) => each({ subjects }, (subject) => {
    const { service, instrumented, settings } = subject;
    const { start, app, name } = service;
    if (app?.framework !== 'celery' || start === undefined || !/^(?:wrapper|code)$/.test(instrumented.by) || subject.unsure.length > 0) return [];
    const { process } = cluesOf(service, workspace.files);
    const ends = /--max-tasks-per-child[= ](\d+)/.exec(process.words.join(' '))?.[1];
    const delay = Number(settings.get('OTEL_BSP_SCHEDULE_DELAY')?.value || Number.NaN);
    if (process.forked === undefined || ends === undefined || delay <= 1000) return [];
    // After many tasks only the last ones are lost.
    if (Number(ends) > 10) return [];
    const open = verdictsOn(judged, name).filter(({ need }) => need.kind === 'env' && need.name === 'OTEL_BSP_SCHEDULE_DELAY');
    return [{
      status: 'warn' as const,
      says: `${name} ends each worker after ${ends} ${ends === '1' ? 'task' : 'tasks'}, and a worker that ends sends none of the spans that it still holds.`,
      because: [runsAt(start)],
      do: 'OTEL_BSP_SCHEDULE_DELAY: "100"',
      ops: open.flatMap(({ verdict }) => (verdict.is === 'absent' ? verdict.ops : [])),
      about: 'OTEL_BSP_SCHEDULE_DELAY',
    }];
  }),
});

export const pythonProcess: readonly Rule[] = [gevent, django, flush];
