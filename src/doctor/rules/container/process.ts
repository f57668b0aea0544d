/** What the server's own process got of all that: a script between the container and it may have dropped it. */
import type { Evidence } from '../../../types.ts';
import { shownSetting } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Container, Finding, Inside, Rule, Subject } from '../../types.ts';
import { serving } from './serving.ts';

type Process = Inside['processes'][number];
interface Served {
  readonly subject: Subject;
  readonly container: Container;
  readonly processes: readonly Process[];
}

const notPassed = rule({
  id: 'container.env-not-passed',
  hop: 'container',
  title: 'The process does not get the container’s environment',
  from: ['subjects', 'containers', 'inside'],
  page: {
    symptoms: ['docker compose exec SERVICE env shows OTEL_…, and the SDK still sends to localhost', 'the service is called unknown_service'],
    why: 'Something between the container and the server starts it with an environment of its own: `su -` and `sudo` (a login has a fresh environment), `env -i`, cron, systemd, supervisord with its own list, php-fpm with clear_env. What Compose sets ends there.',
    check: ["docker compose exec SERVICE sh -c 'for p in /proc/[0-9]*; do tr \"\\0\" \" \" < $p/cmdline; echo; tr \"\\0\" \"\\n\" < $p/environ | grep -c OTEL_; done'"],
    fix: ['instead of `su - USER -c CMD`:  exec gosu USER CMD   (or: exec su USER -s /bin/sh -c CMD, or USER in the Dockerfile)', 'instead of `sudo CMD`:  exec sudo --preserve-env CMD', 'cron:  printenv | grep OTEL_ >> /etc/environment   before cron starts', 'php-fpm:  clear_env = no'],
    links: ['https://docs.docker.com/reference/dockerfile/#user'],
  },
  find: ({ subjects, containers, inside }) => served(subjects, containers, inside).flatMap(({ subject, container, processes }): readonly Finding[] => {
    const { name } = subject.service;
    const given = Object.keys(container.env).filter((key) => /^(?:OTEL_EXPORTER_|OTEL_SERVICE_NAME$|OTEL_TRACES_|HONEYCOMB_)/.test(key));
    if (given.length === 0 || processes.some(({ env }) => Object.keys(env).some((key) => /^(?:OTEL_|HONEYCOMB_)/.test(key)))) return [];
    // The code may bring its own: then what the process was started with decides nothing.
    const own = subject.unsure.length > 0 || [...subject.settings.values()].some(({ where }) => typeof where === 'object' && /(?:^|\/)\.env/.test(where.path)) || subject.sending.to.backend === 'code';
    const [process] = processes;
    return [{
      service: name,
      status: own ? 'warn' : 'broken',
      says: `The container of ${name} has ${given.length} variables of telemetry, and its process got none of them.`,
      because: [...processOf(process), { where: 'container', says: `${given[0] ?? ''}=${shownSetting(given[0] ?? '', container.env[given[0] ?? ''] ?? '')}, but not in the environment of process ${process?.pid ?? ''}` }],
      do: howToPass(subject),
      about: 'process',
    }];
  }),
});

const notActive = rule({
  id: 'container.preload-not-active',
  hop: 'container',
  title: 'The wrapper or preload does not reach the server’s process',
  from: ['subjects', 'containers', 'inside'],
  page: {
    symptoms: ['no spans and no message at all', 'opentelemetry-instrument stands in the command, but the server is started by another program'],
    why: 'opentelemetry-instrument works through PYTHONPATH, a Node.js preload through NODE_OPTIONS or a flag: both reach a process only if everything between passes them on. In front of `uv run`, `sh -c`, supervisord or a script that sets PYTHONPATH or NODE_OPTIONS itself, they get lost.',
    check: ["docker compose exec SERVICE sh -c 'tr \"\\0\" \"\\n\" < /proc/1/environ | grep -E \"^(PYTHONPATH|NODE_OPTIONS)=\"'"],
    fix: ['Put the wrapper directly in front of the server:  opentelemetry-instrument gunicorn …', 'In a script, extend instead of replace:  export PYTHONPATH="$PYTHONPATH:/app"   export NODE_OPTIONS="$NODE_OPTIONS --max-old-space-size=512"'],
    links: ['https://opentelemetry.io/docs/zero-code/python/', 'https://opentelemetry.io/docs/zero-code/js/'],
  },
  find: ({ subjects, containers, inside }) => served(subjects, containers, inside).flatMap(({ subject, container, processes }): readonly Finding[] => {
    const { service, instrumented } = subject;
    const [process] = processes;
    const is = activity(subject, container);
    if (is === undefined || process === undefined || processes.some(is.active)) return [];
    return [{
      service: service.name,
      status: 'broken',
      says: `${is.what} stands in the files of ${service.name}, but no server process of it was started with it.`,
      because: [...(instrumented.at === undefined ? [] : [instrumented.at]), ...processOf(process), { where: 'container', says: `${is.variable} of process ${process.pid} is ${process.env[is.variable] === undefined ? 'not set' : (process.env[is.variable] ?? '').slice(0, 120)}` }],
      do: is.do,
      about: 'process',
    }];
  }),
});

export const process: readonly Rule[] = [notPassed, notActive];

/** Services whose server process was seen in a running container. */
function served(subjects: readonly Subject[], containers: readonly Container[], inside: readonly Inside[]): readonly Served[] {
  return subjects.flatMap((subject) => {
    const { name, app } = subject.service;
    const container = containers.find((one) => one.service === name && one.state === 'running');
    const seen = inside.find((one) => one.service === name && one.from === 'container');
    const processes = seen === undefined ? [] : serving(app?.language, seen);
    return !subject.expected || container === undefined || processes.length === 0 ? [] : [{ subject, container, processes }];
  });
}

interface Activity {
  readonly what: string;
  readonly variable: string;
  readonly do: string;
  active(process: Process): boolean;
}

/** How an active one is known; undefined where the container was not started with it either (it is older: another rule), or there is no sure sign. */
function activity({ service, instrumented }: Subject, container: Container): Activity | undefined {
  const [wanted, has] = [service.start?.argv ?? [], container.argv].map((argv) => /opentelemetry-instrument\b/.test(argv.join(' ')));
  if (instrumented.by === 'wrapper' && service.app?.language === 'python') {
    if (wanted === true && has !== true) return undefined;
    return { what: 'opentelemetry-instrument', variable: 'PYTHONPATH', do: 'put opentelemetry-instrument directly in front of the server’s command', active: ({ env, argv }) => /auto_instrumentation/.test(env['PYTHONPATH'] ?? '') || argv.some((word) => /opentelemetry-instrument$|auto_instrumentation/.test(word)) };
  }
  if (instrumented.by === 'preload' && service.app?.language === 'node') {
    const options = container.env['NODE_OPTIONS'] ?? '';
    if (!LOADS.test(options)) return undefined;
    return { what: 'NODE_OPTIONS', variable: 'NODE_OPTIONS', do: 'where the start script sets NODE_OPTIONS, extend it:  NODE_OPTIONS="$NODE_OPTIONS …"', active: ({ env, argv }) => LOADS.test(env['NODE_OPTIONS'] ?? '') || LOADS.test(argv.join(' ')) };
  }
  return undefined;
}

const LOADS = /(?:^|\s)(?:-r|--require|--import)[\s=]/;

const processOf = (one: Process | undefined): readonly Evidence[] => (one === undefined ? [] : [{ where: 'container', says: `process ${one.pid}: ${one.argv.join(' ').slice(0, 120)}` }]);

function howToPass({ service: { start } }: Subject): string {
  const words = [...(start?.argv ?? []), ...(start?.real ?? [])].join(' ');
  if (/\bsu\s+(?:-\s|-l\b|--login\b)/.test(words)) return 'exec gosu USER COMMAND   (instead of `su - USER -c COMMAND`, which starts with an empty environment)';
  if (/\bsudo\b/.test(words)) return 'exec sudo --preserve-env COMMAND   (instead of `sudo COMMAND`)';
  if (/\benv\s+-i\b|--ignore-environment/.test(words)) return 'start it without `env -i`';
  return 'let what starts the server pass its environment on: `exec gosu USER COMMAND` for su and sudo, no `env -i`, clear_env = no for php-fpm';
}
