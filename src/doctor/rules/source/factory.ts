/** The server calls the app's factory itself and gets an app of its own; the one that was instrumented serves nobody. */
import { nameForRegExp } from '../../../patterns.ts';
import { runsAt } from '../files/command.ts';
import { seen, type PythonCode } from '../../code/python-code.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { each } from '../files/each.ts';
import { othersSpeak } from './order.ts';
import { ownWiring } from './provider.ts';

interface Served {
  /** As written: 'app:create_app'. */
  readonly text: string;
  readonly module: string;
  readonly factory: string;
}

/** `gunicorn "app:create_app()"`, `flask --app app:create_app run`, FLASK_APP=app:create_app; undefined = a variable is served. */
function served({ settings }: Subject, { clues, statements }: PythonCode): Served | undefined {
  const { server, words, entry } = clues.process;
  const named = [...words, ...(server === 'flask' ? [settings.get('FLASK_APP')?.value ?? ''] : [])];
  for (const text of named) {
    const [, module, factory, called] = /^([\w./]+?)(?:\.py)?:(\w+)(\(.*\))?$/.exec(text) ?? [];
    if (module === undefined || factory === undefined || (called === undefined && server !== 'flask')) continue;
    if (statements.some(({ source, code }) => source === entry && new RegExp(`^def\\s+${nameForRegExp(factory)}\\s*\\(`).test(code))) return { text, module, factory };
  }
  return undefined;
}

const factoryApp = rule({
  id: 'source.factory-app',
  hop: 'source',
  title: 'The server makes an app of its own, and another one is instrumented',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['No spans of requests, no message.'],
    why: 'With `gunicorn "app:create_app()"` or `flask --app app:create_app run` the server calls the factory and serves what it returns. `app = create_app()` at the end of the file made another app before, and instrument_app(app) instrumented that one.',
    check: ['grep -n "create_app\\|instrument_app" app.py', 'docker compose exec SERVICE sh -c \'tr "\\0" " " < /proc/1/cmdline\''],
    fix: ['Serve the app that is instrumented: gunicorn app:app, flask --app app:app run', 'or call FlaskInstrumentor().instrument_app(app) inside of create_app, in front of its return.'],
    links: ['https://flask.palletsprojects.com/en/stable/cli/#application-discovery'],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => {
    const wiring = ownWiring(subject, files);
    const { start } = subject.service;
    const serves = wiring === undefined ? undefined : served(subject, wiring.code);
    if (wiring === undefined || serves === undefined || start === undefined) return [];
    const instruments = wiring.live.filter(({ kind, name }) => kind === 'instrument' && /^(?:Flask|FastAPI|Starlette)Instrumentor$/.test(name));
    const [only] = instruments;
    const app = only?.args[0]?.text ?? '';
    if (only === undefined || instruments.length > 1 || only.method !== 'instrument_app' || only.runs !== 'yes' || only.at.source !== wiring.code.clues.process.entry || !/^\w+$/.test(app)) return [];
    const made = wiring.code.statements.find(({ source, within, code }) => source === only.at.source && within === undefined && new RegExp(`^${nameForRegExp(app)}\\s*=\\s*${nameForRegExp(serves.factory)}\\s*\\(`).test(code));
    // The factory may hand out the one that was made before.
    if (made === undefined || wiring.code.statements.some(({ within, code }) => within?.name === serves.factory && /^global\b|\binstrument|Middleware/.test(code))) return [];
    return [{
      ...(othersSpeak(wiring, only.name) ? { status: 'warn' as const } : {}),
      says: `The server calls ${serves.factory}() for an app of its own; ${app}, which is instrumented, is another one and serves nobody.`,
      because: [runsAt(start), seen(files, made), seen(files, only.at)],
      do: `write ${serves.module.replaceAll('/', '.')}:${app} instead of ${serves.text}`,
      about: 'order',
    }];
  }),
});

export const factories: readonly Rule[] = [factoryApp];
