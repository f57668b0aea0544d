/** What a language that is set up by hand needs besides its own lines: where to send, in the words of the compose file. */
import type { Need, Service, Stuck } from '../types.ts';

/** The backend's needs that the service does not have yet, after the language's own lines. */
export function guided({ stuck, paste }: Stuck, service: Service, needs: readonly Need[]): Stuck {
  if (paste === undefined) return { stuck };
  const there = new Set(service.env.map(({ name }) => name));
  const variables = needs.flatMap((need) => (need.kind === 'env' && !there.has(need.name) ? [need] : []));
  const hosts = needs.flatMap((need) => (need.kind === 'host' && !service.extraHosts.some((host) => host.startsWith(`${need.name}:`)) ? [`"${need.name}:${need.address}"`] : []));
  const secrets = needs.flatMap((need) => (need.kind === 'secret' && variables.some(({ value }) => value.includes(`\${${need.name}}`)) ? [need.name] : []));
  const lines = service.origin === 'folder'
    ? [...heading(variables, 'environment of the process'), ...variables.map(({ name, value }) => `${name}=${value}`)]
    : [
        ...heading(variables, `compose file, environment of ${service.name}`),
        ...variables.map(({ name, value }) => `${name}: "${value}"`),
        ...secrets.map((name) => `# ${name} itself: in .env beside the compose file, kept out of git`),
        ...(hosts.length === 0 ? [] : [`# compose file, in ${service.name} itself: the way to this machine`, `extra_hosts: [${hosts.join(', ')}]`]),
      ];
  return lines.length === 0 ? { stuck, paste } : { stuck, paste: { into: paste.into, text: [paste.text, '', ...lines].join('\n') } };
}

const heading = (variables: readonly unknown[], where: string): string[] => (variables.length === 0 ? [] : [`# ${where}`]);
