/**
 * requirements.in → requirements.txt: the outputs that pip-compile or uv wrote from an .in file, and the command that
 * writes them again. The command stands in each output's header; only options that change nothing but the output are taken over.
 */
import type { Files, Op, Path, Stuck } from '../types.ts';
import { folderOf, nameOf } from '../workspace/path.ts';

type LockOp = Extract<Op, { op: 'lock' }>;

const SAFE = /^--(generate-hashes|allow-unsafe|no-allow-unsafe|strip-extras|no-strip-extras|no-annotate|annotation-style=\w+|resolver=\w+|no-emit-index-url|no-header|universal|python-version=[\d.]+|no-emit-trusted-host|newline=\w+)$/;
const WITH_VALUE: ReadonlySet<string> = new Set(['--annotation-style', '--resolver', '--python-version', '--newline']);
/** The start of a file is enough for its header. */
const HEADER = 2000;

/** [] for a manifest that nothing is compiled from. `runtime`: the image's Python, which uv can compile for. */
export function compiledFrom(files: Files, source: Path, runtime: string | undefined): readonly LockOp[] | Stuck {
  if (!source.endsWith('.in')) return [];
  const folder = folderOf(source);
  const ops: LockOp[] = [];
  for (const output of files.find(folder, /\.txt$/, 1)) {
    const text = files.text(output) ?? '';
    const header = text.slice(0, HEADER);
    const command = /^#\s*(uv pip compile|pip-compile)\b(.*)$/m.exec(header);
    const named = command?.[2]?.split(/\s+/).some((word) => nameOf(word) === nameOf(source)) ?? nameOf(output) === nameOf(source).replace(/\.in$/, '.txt');
    if (!named || (command === null && !text.includes('--hash='))) continue;
    const uv = command?.[1] === 'uv pip compile';
    const options = optionsOf(command?.[2] ?? '');
    if (options === undefined) {
      return { stuck: `${output} is compiled from ${source} with options that are not known here. Add the packages to ${source} and compile it again.`, paste: { into: 'your shell', text: `${command?.[1] ?? 'pip-compile'}${command?.[2] ?? ''}` } };
    }
    const hashes = text.includes('--hash=') && !options.includes('--generate-hashes') ? ['--generate-hashes'] : [];
    const version = uv && runtime !== undefined && !options.some((o) => o.startsWith('--python-version') || o === '--universal') ? [`--python-version=${runtime}`] : [];
    ops.push({
      op: 'lock',
      argv: [...(uv ? ['uv', 'pip', 'compile'] : ['pip-compile']), ...options, ...hashes, ...version, `--output-file=${nameOf(output)}`, nameOf(source)],
      cwd: folder,
      reads: [source, ...files.find(folder, /\.(in|txt)$/, 1).filter((path) => path !== source && path !== output && files.text(path) !== undefined)],
      writes: [output],
    });
  }
  return ops.length > 0 ? ops : { stuck: `${source} is compiled into another file, which was not found. Add the packages to it and compile it again.`, paste: { into: 'your shell', text: `pip-compile ${source}` } };
}

/** Options of a header's command, without its files; undefined = one of them is not known. */
function optionsOf(rest: string): string[] | undefined {
  const words = rest.split(/\s+/).filter((word) => word !== '');
  const options: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    if (!word.startsWith('-')) continue;
    if (/^(-o|--output-file)$/.test(word)) i += 1;
    else if (/^(-o|--output-file=)/.test(word)) continue;
    else if (WITH_VALUE.has(word)) {
      i += 1;
      options.push(`${word}=${words[i] ?? ''}`);
    } else options.push(word);
  }
  return options.every((option) => SAFE.test(option)) ? options : undefined;
}
