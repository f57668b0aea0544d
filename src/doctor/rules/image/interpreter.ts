/** A Python image has two environments: the packages are in the one, the app runs in the other. */
import { placeOf } from '../../../ui/show.ts';
import { rule } from '../../rule.ts';
import type { Finding, Rule } from '../../types.ts';
import { hides } from './hidden.ts';
import { few, lacking } from './lacking.ts';
import { both, telemetryOf } from './packages.ts';

const otherInterpreter = rule({
  id: 'image.other-interpreter',
  hop: 'image',
  title: 'The packages are installed for another Python than the one that runs the app',
  from: ['subjects', 'containers', 'images', 'inside'],
  page: {
    symptoms: ['Error in sitecustomize; set PYTHONVERBOSE for traceback: ModuleNotFoundError: No module named \'opentelemetry\'', 'pip list in the container shows the packages, and the app does not find them'],
    why: '`pip install` in the Dockerfile installs for the Python that PATH names. The app is started with another one: /venv/bin/python, /venv/bin/flask, poetry\'s or uv\'s environment. Each has its own packages.',
    check: ['docker compose exec SERVICE sh -c \'tr "\\0" " " < /proc/1/cmdline\'   (which python?)', 'docker compose exec SERVICE /venv/bin/python -m pip list'],
    fix: ['Dockerfile: RUN /venv/bin/python -m pip install -r requirements.txt', 'docker compose up -d --build SERVICE'],
  },
  find: ({ subjects, containers, images, inside }) => subjects.filter(({ expected, service }) => expected && service.app?.language === 'python').flatMap((subject): readonly Finding[] => {
    const { name, build, app, start } = subject.service;
    const container = containers.find((one) => one.service === name && one.state === 'running');
    const [there, image] = both(name, inside);
    const tag = images.find(({ service }) => service === name)?.id ?? '';
    if (container === undefined || there === undefined || image === undefined || build?.stage === undefined || container.image === '' || container.image !== tag || hides(container, subject.service)) return [];
    const own = lacking(subject, there).map((one) => one.name);
    const gone = telemetryOf(subject).filter((one) => own.includes(one) && image.packages[one] !== undefined && image.packages[one] !== there.packages[one]);
    const python = there.processes.map(({ argv }) => argv[0] ?? '').find((word) => /^\/.*\/(?:python|pypy)[\d.]*$/.test(word));
    if (gone.length === 0 || python === undefined) return [];
    const manifest = app?.manifest?.path.split('/').at(-1);
    return [{
      service: name,
      status: 'broken',
      says: `${few(gone)} ${gone.length === 1 ? 'is' : 'are'} installed in the image of ${name}, but not for ${python}, which runs the app.`,
      because: [...(start === undefined ? [] : [{ where: start.realWhere, says: start.real.join(' ').slice(0, 120) }]), { where: 'container', says: `${python} has no ${gone.slice(0, 3).join(', ')}` }],
      do: `in ${placeOf({ path: build.dockerfile })}, where the packages are installed: RUN ${python} -m pip install ${manifest === undefined || !manifest.endsWith('.txt') ? gone.join(' ') : `-r ${manifest}`}`,
      about: 'packages',
    }];
  }),
});

export const interpreter: readonly Rule[] = [otherInterpreter];
