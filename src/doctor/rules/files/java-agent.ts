/** The Java agent: a file that the virtual machine must find and may read, else it does not start. */
import type { Evidence, Files, Service } from '../../../types.ts';
import { absolutePath, containerDir } from '../../../workspace/container-path.ts';
import { settingAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { isOfficial } from './base-image.ts';
import { allWords, runsAt } from './command.ts';
import { each } from './each.ts';

interface Agent {
  readonly path: string;
  readonly at: Evidence;
}

function agentOf({ service, settings }: Subject, files: Files): Agent | undefined {
  for (const name of ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', 'JAVA_OPTS', 'CATALINA_OPTS']) {
    const set = settings.get(name);
    const path = set === undefined ? undefined : /-javaagent:([^\s="']+)/.exec(set.value)?.[1];
    if (set !== undefined && path !== undefined) return { path, at: settingAt(files, set) };
  }
  const path = /-javaagent:([^\s="']+)/.exec(allWords(service))?.[1];
  return path === undefined || service.start === undefined ? undefined : { path, at: runsAt(service.start) };
}

/** `ADD https://… to`: the lines of the Dockerfile that fetch a file. */
function added({ build }: Service, files: Files): readonly { readonly to: string; readonly chmod: boolean; readonly at: Evidence }[] {
  if (build === undefined) return [];
  return (files.text(build.dockerfile) ?? '').split('\n').flatMap((line, i) => {
    const match = /^\s*ADD\s+((?:--\S+\s+)*)https?:\/\/(\S+)\s+(\S+)\s*$/i.exec(line);
    if (match?.[2] === undefined || match[3] === undefined) return [];
    const name = match[2].slice(match[2].lastIndexOf('/') + 1);
    const to = absolutePath(build.stage?.workdir ?? '/', match[3].endsWith('/') ? `${match[3]}${name}` : match[3]);
    return [{ to, chmod: /--chmod/.test(match[1] ?? ''), at: { where: { path: build.dockerfile, line: i + 1 }, says: line.trim().slice(0, 120) } }];
  });
}

/** Where the file may come from that nobody reads here: another image, a volume, a command. */
function mayBeThere(service: Service, path: string): boolean {
  const { build } = service;
  const stage = build?.stage;
  if (stage === undefined || !isOfficial(service, 'java')) return true;
  if ([...service.mounts.map(({ to }) => to), ...(service.volumes ?? []).map(({ to }) => to)].some((to) => path.startsWith(`${to.replace(/\/$/, '')}/`) || path === to)) return true;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (stage.runs.some(({ text }) => text.includes(name) || (folder.length > 1 && text.includes(folder)) || /javaagent/.test(text))) return true;
  // A jar is rarely in git: a folder that is copied may have it where the image is built.
  return stage.copies.some(({ to }) => `${path}/`.startsWith(`${to.replace(/\/$/, '')}/`));
}

const agent = rule({
  id: 'files.java-agent',
  hop: 'files',
  title: 'The Java agent is not in the image, or may not be read',
  from: ['workspace', 'subjects'],
  also: ['inside'],
  page: {
    symptoms: ['Error opening zip file or JAR manifest missing : /otel/opentelemetry-javaagent.jar', 'Error occurred during initialization of VM', 'agent library failed to init: instrument'],
    why: 'The virtual machine opens what -javaagent names before the app, and ends where it cannot. `ADD https://…` gives the file to root alone (mode 600): a process of another user may not read it. With the builder of Docker 20.10 `ADD --chmod` changes nothing (measured); `RUN chmod` does.',
    check: ['docker compose run --rm --no-deps --entrypoint ls -e JAVA_TOOL_OPTIONS= SERVICE -l /otel/opentelemetry-javaagent.jar'],
    fix: ['RUN chmod 644 /otel/opentelemetry-javaagent.jar   (behind the ADD, in front of USER)', 'COPY opentelemetry-javaagent.jar /otel/opentelemetry-javaagent.jar'],
    links: ['https://opentelemetry.io/docs/zero-code/java/agent/getting-started/'],
  },
  find: ({ workspace, subjects, inside }) => each({ subjects }, (subject) => {
    const { service } = subject;
    const { files } = workspace;
    const found = agentOf(subject, files);
    const stage = service.build?.stage;
    if (found === undefined || stage === undefined) return [];
    // It runs with the agent now: then it is there.
    if ((inside ?? []).some((one) => one.service === service.name && one.from === 'container' && one.processes.some(({ argv, env }) => /java/.test(argv[0] ?? '') && `${argv.join(' ')} ${env['JAVA_TOOL_OPTIONS'] ?? ''}`.includes(found.path)))) return [];
    const path = absolutePath(containerDir(service) ?? stage.workdir, found.path);
    const fetched = added(service, files).find(({ to }) => to === path || `${path}`.startsWith(`${to.replace(/\/$/, '')}/`));
    const user = stage.user?.split(':')[0];
    if (fetched !== undefined) {
      const opened = stage.runs.some(({ text }) => /\bch(?:mod|own)\b/.test(text) && (text.includes(path) || text.includes(path.slice(0, path.lastIndexOf('/')))));
      if (opened || fetched.chmod || user === undefined || /^(?:root|0)$/.test(user)) return [];
      return [{
        says: `${service.name} runs as ${user}, and ${path} was fetched by ADD, so that root alone may read it: the virtual machine does not start.`,
        because: [fetched.at, found.at],
        do: `RUN chmod 644 ${path}   # in the Dockerfile, behind the ADD and in front of USER`,
        about: 'java-agent',
      }];
    }
    if (mayBeThere(service, path)) return [];
    return [{
      says: `${service.name} loads ${path}, and nothing in its Dockerfile or its mounts brings it: the virtual machine does not start.`,
      because: [found.at, { where: { path: service.build?.dockerfile ?? service.dir }, says: `nothing brings ${path}` }],
      do: `bring it into the image: COPY opentelemetry-javaagent.jar ${path}`,
      about: 'java-agent',
    }];
  }),
});

export const javaAgent: readonly Rule[] = [agent];
