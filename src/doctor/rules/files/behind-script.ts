/** A file that Node is to load first, named where Node does not look: behind the script. */
import type { Files } from '../../../types.ts';
import { nodeCode } from '../../code/node-code.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { runsAt, startsAt } from './command.ts';
import { each, type Draft } from './each.ts';
import { baseName, splitOf } from './script-words.ts';

const LOADS = /^(?:-r|--require|--import)$/;

const behindScript = rule({
  id: 'files.preload-behind-script',
  hop: 'files',
  title: 'The file that starts OpenTelemetry is named behind the script, where Node.js does not look',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['No spans, no message: the app runs as before, though its command says -r ./tracing.js.', 'process.argv of the app has -r in it.'],
    why: 'Options of Node.js stand in front of the script; what stands behind it is for the script. The same with pm2: what stands behind -- is for the app, and --node-args is for Node.js.',
    check: ["docker compose exec SERVICE sh -c 'tr \"\\0\" \" \" < /proc/1/cmdline'"],
    fix: ['node -r ./tracing.js server.js', 'pm2-runtime server.js --node-args="-r ./tracing.js"', 'In an ecosystem file of pm2: node_args: "-r ./tracing.js"'],
    links: ['https://nodejs.org/api/cli.html#-r---require-module', 'https://pm2.keymetrics.io/docs/usage/application-declaration/'],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => misplaced(subject, files)),
});

function misplaced({ service, settings }: Subject, files: Files): readonly Draft[] {
  const { start } = service;
  if (start === undefined || service.app?.language !== 'node') return [];
  const split = splitOf(start);
  if (split === undefined) return [];
  const at = split.behind.findIndex((word) => LOADS.test(word));
  const target = split.behind[at + 1];
  if (at < 0 || target === undefined || target.startsWith('-')) return [];
  const name = baseName(target).replace(/\.[cm]?[jt]s$/, '');
  const code = nodeCode(service, files);
  const source = code?.sources.find(({ path }) => baseName(path).replace(/\.[cm]?[jt]s$/, '') === name);
  const starts = /opentelemetry|honeycomb/.test(source?.code ?? target);
  const loaded = [settings.get('NODE_OPTIONS')?.value ?? '', ...split.front].some((word) => word.includes(name)) || (source !== undefined && code?.entry !== undefined && code.reached.includes(source));
  if (!starts || loaded) return [];
  const option = `${split.behind[at] ?? '-r'} ${target}`;
  return [{
    says: `${target} stands behind ${split.pm2 ? '--, where pm2 hands it to the app' : 'the script, where it is an argument of the app'}: Node.js does not load it.`,
    because: [/\bpm2\b/.test(start.argv.join(' ')) ? startsAt(start) : runsAt(start)],
    do: split.pm2 ? `pm2-runtime ${split.script} --node-args="${option}"` : `node ${option} ${split.script}`,
    about: 'preload',
  }];
}

export const behind: readonly Rule[] = [behindScript];
