/** The wrapper of an older release does not reach the process that a reloader, or uvicorn's workers, start. */
import { cluesOf } from '../../../languages/python/clues.ts';
import { pinsFor } from '../../../languages/python/pins.ts';
import { compareVersions } from '../../../languages/python/requirement.ts';
import { languageOf } from '../../../languages/index.ts';
import type { Evidence, Files, Service } from '../../../types.ts';
import { rule } from '../../rule.ts';
import type { Facts, Rule } from '../../types.ts';
import { runsAt, shownWords } from './command.ts';
import { each } from './each.ts';
import { lockedIn } from './locked.ts';
import { pythonImage } from './python-image.ts';
import { compareReleases, imagePython, isContrib, pinsOf, releaseOf, repinned, shown, type Release } from './python-releases.ts';

/** The first release whose wrapper reaches such a child, and the first Python that it can be installed on (measured; requires-python of its packages). */
const REACHES: Release = [0, 63, 0];
const NEEDS_PYTHON = '3.10';

interface Old {
  readonly release?: Release;
  readonly because: Evidence;
}

/** Why the wrapper in the image is an old one; undefined = it is new, or nobody knows. */
function oldWrapper(service: Service, files: Files, inside: Facts['inside'] | undefined): Old | undefined {
  const there = (inside ?? []).find((one) => one.service === service.name);
  const real = there?.packages['opentelemetry-instrumentation'] ?? there?.packages['opentelemetry-distro'];
  const release = real === undefined ? undefined : releaseOf(real);
  if (release !== undefined) return compareReleases(release, REACHES) < 0 ? { release, because: { where: there?.from === 'container' ? 'container' : 'image', says: `opentelemetry-instrumentation ${real ?? ''}` } } : undefined;
  const manifest = service.app?.manifest;
  const pinned = pinsOf(pythonImage(service, files).packages).find(({ name }) => isContrib(name));
  const lines = cluesOf(service, files).manifest?.lines ?? {};
  if (pinned !== undefined) return compareReleases(pinned.release, REACHES) < 0 ? { release: pinned.release, because: { where: lines[pinned.name] ?? (manifest === undefined ? 'image' : { path: manifest.path }), says: `${pinned.name}==${pinned.version}` } } : undefined;
  const locked = lockedIn(service, files, 'opentelemetry-instrumentation');
  const lockedRelease = locked?.version === undefined ? undefined : releaseOf(locked.version);
  if (locked !== undefined && lockedRelease !== undefined) return compareReleases(lockedRelease, REACHES) < 0 ? { release: lockedRelease, because: { where: { path: locked.path }, says: `opentelemetry-instrumentation ${locked.version ?? ''}` } } : undefined;
  const python = imagePython(service);
  if (python === undefined || compareVersions(python, NEEDS_PYTHON) >= 0) return undefined;
  return { because: { where: service.build === undefined ? 'image' : { path: service.build.dockerfile }, says: service.build?.stage?.base ?? service.image ?? `Python ${python}` } };
}

const reloader = rule({
  id: 'files.reloader',
  hop: 'files',
  title: 'A reloader under a wrapper that is too old for it',
  from: ['workspace', 'subjects'],
  also: ['inside'],
  page: {
    symptoms: ['No spans and no message at all, while the app answers.', 'Spans come as soon as the app runs without --debug or --reload.'],
    why: 'Up to release 0.62 of opentelemetry-instrumentation the wrapper takes itself out of PYTHONPATH, so the process that a reloader starts is not instrumented, and that one serves. Measured with 0.50 and 0.60: `flask run --debug`, FLASK_DEBUG=1, `app.run(debug=True)`, `manage.py runserver`, `uvicorn --reload` and `uvicorn --workers 2` give 0 spans; with `--no-reload` (`--noreload`), gunicorn (also with --reload) and plain uvicorn all of them arrive. From 0.63 on all of them arrive. 0.63 needs Python 3.10 or newer.',
    check: ['docker compose exec SERVICE pip show opentelemetry-instrumentation', 'docker compose exec SERVICE sh -c \'for p in /proc/[0-9]*; do tr "\\0" "\\n" < $p/environ | grep -H --label=$p PYTHONPATH; done\''],
    fix: ['Python 3.10 or newer: set all opentelemetry lines to one new release, then docker compose up -d --build', 'Python 3.9 or older: start without the reloader (--no-reload, --noreload), or use a newer Python image'],
    links: ['https://github.com/open-telemetry/opentelemetry-python-contrib/issues/546', 'https://opentelemetry.io/docs/zero-code/python/troubleshooting/'],
  },
  find: ({ workspace, subjects, inside }) => each({ subjects }, ({ service, instrumented }) => {
    const { app, start, name } = service;
    if (instrumented.by !== 'wrapper' || app?.language !== 'python' || app.wired !== undefined || start === undefined) return [];
    const { process } = cluesOf(service, workspace.files);
    const spawns = process.forked !== undefined && /^(?:uvicorn|fastapi|hypercorn|granian)/.test(process.forked) ? process.forked : undefined;
    const words = process.reloader ?? spawns;
    // gunicorn's own reloader works inside of its workers.
    if (words === undefined || process.server === 'gunicorn') return [];
    const old = oldWrapper(service, workspace.files, inside);
    if (old === undefined) return [];
    const set = pinsFor(app.runtime);
    const ops = set?.reloader === true ? repinned(workspace, service, set) : [];
    const version = old.release === undefined ? `the newest release for Python ${imagePython(service) ?? ''} (0.62 or older)` : `release ${shown(old.release)}`;
    const without = languageOf('python')?.trace(app, service, workspace.files);
    const other = without !== undefined && 'stuck' in without && set?.reloader === false ? without.paste?.text : undefined;
    return [{
      says: `${name} runs with ${words}, and the wrapper of ${version} does not reach the process that it starts: no spans, no message.`,
      because: [runsAt(start), old.because],
      do: ops.length > 0 ? 'npx otel-setup doctor --fix' : other !== undefined ? `start it without: ${shownWords([other])}` : 'set every opentelemetry line to one release from 0.63 on, or start without the reloader',
      ops,
      about: 'reloader',
    }];
  }),
});

export const reloaders: readonly Rule[] = [reloader];
