/** What init would still do, of what stops data: the last word of the hop, where no rule was more exact. */
import type { Evidence, Need } from '../../../types.ts';
import { verdictsOn } from '../../indexed.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { each } from './each.ts';
import { fixOrInit } from './verdict-ops.ts';

/** A need that is not met and without which no span arrives. What is set up by hand or by an agent is judged by what it has. */
function stops({ instrumented, settings, sending, service, unsure }: Subject, need: Need): boolean {
  const ours = instrumented.by === 'preload' && /\/otel\.[cm]js\b/.test(settings.get('NODE_OPTIONS')?.value ?? '');
  switch (need.kind) {
    case 'package':
      return ours && /^@opentelemetry\/(?:api|sdk-node|auto-instrumentations-node)$/.test(need.name);
    case 'file':
      // gunicorn's hook for a callable without a framework: nothing else wraps it.
      return ours || (instrumented.by === 'wrapper' && service.app?.framework === 'wsgi');
    case 'host':
      return sending.to.backend === 'local' && /^(?:wrapper|preload|code|agent)$/.test(instrumented.by) && unsure.length === 0;
    case 'env':
    case 'secret':
    case 'wrap':
      return false;
  }
}

const WHAT: Readonly<Partial<Record<Need['kind'], string>>> = { package: 'its packages', file: 'a file of the set-up', host: 'the name of this machine' };

const need = rule({
  id: 'files.need',
  hop: 'files',
  title: 'Something that tracing needs is missing',
  from: ['workspace', 'subjects', 'judged'],
  page: {
    symptoms: ['The set-up was made once, and no spans arrive since something was taken out or renamed.', "otel.cjs: this process is not traced: Cannot find module '@opentelemetry/api'", 'Name or service not known (host.docker.internal)'],
    why: 'init looks at the same things: the packages in the manifest, the preload beside it, and on Linux the entry in extra_hosts by which a container finds this machine.',
    check: ['npx otel-setup init --check'],
    fix: ['npx otel-setup doctor --fix', 'docker compose up -d --build'],
  },
  find: ({ workspace, subjects, judged }) => each({ subjects }, (subject) => {
    const { name } = subject.service;
    const open = verdictsOn(judged, name).filter((one) => one.verdict.is === 'absent' && stops(subject, one.need));
    const [first] = open;
    if (first === undefined) return [];
    const ops = open.flatMap(({ verdict }) => (verdict.is === 'absent' ? verdict.ops : []));
    const because: Evidence[] = open.slice(0, 3).map((one): Evidence => ({ where: where(subject, one.need), says: said(one.need) }));
    // Docker Desktop knows the name without an entry.
    const likely = open.every((one) => one.need.kind === 'host') && workspace.host === 'local';
    return [{
      ...(likely ? { status: 'warn' as const } : {}),
      says: first.need.kind === 'host' ? `${name} sends to ${first.need.name}, a name that a container on Linux knows only by an entry in extra_hosts.` : `${name} lacks ${[...new Set(open.map((one) => WHAT[one.need.kind] ?? one.need.kind))].join(' and ')}: ${first.need.why}.`,
      because,
      do: fixOrInit(ops, name),
      ops,
      about: first.need.kind === 'package' ? `package:${first.need.name}` : first.need.kind === 'file' ? 'preload' : 'host',
    }];
  }),
});

function where({ service }: Subject, { kind }: Need): Evidence['where'] {
  return kind === 'package' && service.app?.manifest !== undefined ? { path: service.app.manifest.path } : (service.definedIn.at(-1) ?? 'container');
}

function said(one: Need): string {
  switch (one.kind) {
    case 'package':
      return `no ${one.name}`;
    case 'file':
      return `no ${one.to}`;
    case 'host':
      return `no extra_hosts entry for ${one.name}`;
    case 'wrap':
      return `not started with ${one.argv.join(' ')}`;
    case 'env':
    case 'secret':
      return `no ${one.name}`;
  }
}

export const needs: readonly Rule[] = [need];
