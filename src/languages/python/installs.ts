import { baseName } from '../runs-on.ts';
import { commandsOf, type ShellWord } from '../shell-words.ts';

/** What one command of a script installs Python packages with, and from where. */
export type Install =
  | { readonly tool: 'pip'; /** -r files, as written */ readonly files: readonly string[]; /** packages, paths and -e targets, as written */ readonly words: readonly string[]; /** offset in front of the first of them */ readonly at: number }
  | { readonly tool: 'poetry' | 'uv' | 'pipenv' | 'conda' };

/** Options of `pip install` that take a value. */
const VALUED = new Set(['-c', '--constraint', '-i', '--index-url', '--extra-index-url', '-f', '--find-links', '-t', '--target', '--prefix', '--root', '--platform', '--python-version', '--python', '-p', '--implementation', '--abi', '--upgrade-strategy', '--config-settings', '--progress-bar', '--trusted-host', '--cert', '--client-cert', '--timeout', '--retries', '--proxy', '--cache-dir', '--src', '--no-binary', '--only-binary', '--report', '--log', '--index-strategy']);

/** Every installing command of a script, in order; scripts inside one quoted word (sh -c "…") are looked into. */
export function installsIn(script: string, base = 0): readonly Install[] {
  return commandsOf(script).flatMap((words): readonly Install[] => {
    const inner = words.filter((word) => word.inner !== undefined && /\s/.test(word.text) && script.slice(word.inner, word.end - 1) === word.text);
    const direct = installOf(words, base);
    return [...(direct === undefined ? [] : [direct]), ...inner.flatMap((word) => installsIn(word.text, base + (word.inner ?? 0)))];
  });
}

function installOf(words: readonly ShellWord[], base: number): Install | undefined {
  const names = words.map((word) => baseName(word.text));
  const at = names.findIndex((name, i) => {
    const sub = names[i + 1];
    if (name === 'poetry' || name === 'pipenv') return names.slice(i + 1, i + 4).some((word) => /^(?:install|sync)$/.test(word));
    if (name === 'uv') return sub === 'sync' || (sub === 'pip' && names[i + 2] === 'install');
    if (/^(?:conda|mamba|micromamba)$/.test(name)) return names.slice(i + 1).some((word) => word === 'update' || word === 'create' || word === 'install');
    return /^pip[\d.]*$/.test(name) && names.slice(i + 1).includes('install');
  });
  const tool = names[at];
  if (tool === undefined) return undefined;
  if (tool === 'poetry' || tool === 'pipenv') return { tool };
  if (tool === 'uv' && names[at + 1] === 'sync') return { tool: 'uv' };
  if (/^(?:conda|mamba|micromamba)$/.test(tool)) return { tool: 'conda' };
  return pipInstall(words.slice(names.indexOf('install', at) + 1), base);
}

function pipInstall(words: readonly ShellWord[], base: number): Install | undefined {
  const files: string[] = [];
  const targets: ShellWord[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === undefined) break;
    const joined = /^(?:-r|--requirement=?)(.+)$/.exec(word.text)?.[1];
    if (word.text === '-r' || word.text === '--requirement' || word.text === '--requirements') {
      const file = words[i + 1]?.text;
      if (file !== undefined) files.push(file);
      i += 1;
    } else if (joined !== undefined && !joined.startsWith('-')) files.push(joined);
    else if (word.text === '-e' || word.text === '--editable') {
      targets.push(word);
      i += 1;
    } else if (VALUED.has(word.text)) i += 1;
    else if (!word.text.startsWith('-') && !/^\d*[<>]/.test(word.text)) targets.push(word);
  }
  const first = targets[0];
  if (first === undefined && files.length === 0) return undefined;
  const texts = targets.map((word) => (word.text === '-e' || word.text === '--editable' ? (words[words.indexOf(word) + 1]?.text ?? '.') : word.text));
  return { tool: 'pip', files, words: texts, at: base + (first?.at ?? words[0]?.at ?? 0) };
}

const TOOLING = /^(?:pip|setuptools|wheel|poetry|pipenv|uv|pip-tools|virtualenv|build|hatch|pdm|awscli|poetry-core|supervisor|debugpy|watchdog|honcho)(?:\[|[<>=~!]|$)/i;

/** The words of `pip install …` that are the application's own, not tools that install others. */
export function ownWords(words: readonly string[]): readonly string[] {
  return words.filter((word) => !TOOLING.test(word) && !word.includes('$'));
}
