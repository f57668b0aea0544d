/** The command line of a service that runs here as a process. Pure over Files. */
import { posix } from 'node:path';
import type { Files, Refusal, Service } from '../types.ts';
import { containerFolder, textToLocal, toLocal, type Mapping } from './paths.ts';

/** Where images keep their programs: here they are found through PATH. */
const PROGRAM_FOLDER = /^(\/usr(\/local)?|\/opt\/[\w.-]+|\/venv|\/root\/\.local|\/app\/\.venv|)\/s?bin\//;

/**
 * What the container would run, with its paths turned into this machine's.
 * Refused where only the base image knows the command.
 */
export function localCommand(service: Service, files: Files, maps: readonly Mapping[], platform: NodeJS.Platform = process.platform): readonly string[] | Refusal {
  const argv = service.start?.argv ?? [];
  const [program] = argv;
  if (program === undefined) return { refused: `Only the image of ${service.name} knows what it runs. Name the command yourself: otel-setup run ${service.name} -- COMMAND` };
  const script = scriptOf(program, service, files, maps);
  const shell = argv.length === 3 && /^(?:\/bin\/)?(?:ba|da|)sh$/.test(program) && argv[1]?.startsWith('-') === true;
  if (platform === 'win32' && (shell || script !== undefined)) return { refused: `${service.name} starts with a Unix shell, which Windows does not have. Name the command yourself: otel-setup run ${service.name} -- COMMAND` };
  if (shell) return [posix.basename(program), argv[1] ?? '-c', textToLocal(argv[2] ?? '', maps)];
  const rest = argv.slice(1).map((word) => textToLocal(word, maps));
  if (script !== undefined) return [...script, ...rest];
  return [PROGRAM_FOLDER.test(program) && toLocal(program, maps) === program ? posix.basename(program) : toLocal(program, maps), ...rest];
}

/** A start script of the workspace is run by its interpreter: its mode may be set by a RUN chmod only. */
function scriptOf(program: string, service: Service, files: Files, maps: readonly Mapping[]): readonly string[] | undefined {
  if (!program.includes('/')) return undefined;
  const local = program.startsWith('/') ? toLocal(program, maps) : toLocal(posix.join(containerFolder(service) ?? '/', program), maps);
  const path = files.resolve(service.dir, local);
  const text = path === undefined ? undefined : files.text(path);
  const words = /^\ufeff?#!\s*(\S+)[ \t]*([^\r\n]*)/.exec(text ?? '');
  if (words === null) return undefined;
  const [, interpreter = 'sh', rest = ''] = words;
  const name = posix.basename(interpreter);
  const extra = rest.split(/\s+/).filter((word) => word !== '' && word !== '-S');
  return name === 'env' ? [...extra, local] : [name, ...extra, local];
}
