/** A rule's page: as Markdown (docs/causes/ID.md) and as text for a terminal. Pure. */
import { wrap } from '../ui/show.ts';
import { HOPS } from './hops.ts';
import type { Rule } from './types.ts';

/** Where the page of a rule lies in the repository. */
export const pagePath = (id: string): string => `docs/causes/${id}.md`;

const hopTitle = (rule: Rule): string => HOPS.find(({ hop }) => hop === rule.hop)?.title ?? rule.hop;
/** What is there to be pasted: a command, a variable, an instruction of a Dockerfile, a line of YAML, JSON or code. */
const PASTED: readonly RegExp[] = [
  /^(?:sudo )?(?:docker|npx|npm|pnpm|yarn|bun|otel-setup|curl|wget|git|gh|gp|grep|sh|bash|unset|eval|env|printenv|printf|pip3?|python3?|uv|poetry|pipenv|pip-compile|aws|openssl|getent|nslookup|echo|ls|cat|chmod|date|hwclock|dos2unix|tr|sed|composer|bundle|mvn|dotnet|php|ruby|node|java)(?= [^a-zA-Z]| [a-z-]+(?: |$)|$)(?!.*(?:\w\.|:)$)/,
  /^unset [A-Z]/,
  /^(?:export )?[A-Z][A-Z0-9_]+ ?[:=](?! [A-Z][a-z])(?!.* \w+\.$)/,
  /^(?:FROM|RUN|COPY|ADD|CMD|ENTRYPOINT|ENV|USER|ARG|WORKDIR) /,
  /^(?:find [./]|go (?:build|mod|get|install|run|work) )/,
  /^(?:[-"'{}[\]<@]|\.\w)/,
  /^(?:import|from|const|let|export|require|app|with) .*[;)}'"\]]$|^[\w.]+\(.*\)[;,]?$|^[\w.]+ = |;$/,
  /^[a-z][\w.-]*: ?\S*$/,
];
/** Everything else is a sentence, or a part of one. */
const isSentence = (text: string): boolean => /\S \S/.test(text) && !PASTED.some((kind) => kind.test(text));

interface Part {
  readonly sentence: boolean;
  readonly lines: readonly string[];
}
/** Sentences and lines to paste, in their order; neighbours of one kind together. */
function parts(texts: readonly string[]): readonly Part[] {
  const found: { sentence: boolean; lines: string[] }[] = [];
  for (const text of texts) {
    const sentence = isSentence(text);
    const last = found.at(-1);
    if (last?.sentence === sentence) last.lines.push(text);
    else found.push({ sentence, lines: [text] });
  }
  return found;
}

/** The first sentences of `why`: what `explain` says beside a line. */
export function whyShort({ page }: Rule, sentences = 2): string {
  return page.why.split(/(?<=[.!?])\s+(?=[A-Z`"0-9])/).slice(0, sentences).join(' ');
}
/** The one thing to do: the first of `fix`, with what is to be pasted after it where it ends with a colon. */
export function firstFix({ page }: Rule): readonly string[] {
  const [first, second] = page.fix;
  return first === undefined ? [] : second !== undefined && first.endsWith(':') ? [first, second] : [first];
}

const fenced = (lines: readonly string[]): readonly string[] => {
  const fence = lines.some((line) => line.includes('```')) ? '````' : '```';
  return [`${fence}text`, ...lines, fence, ''];
};

/** docs/causes/ID.md, with its final newline. */
export function pageMarkdown(rule: Rule): string {
  const { page } = rule;
  const section = (title: string, texts: readonly string[]): readonly string[] =>
    texts.length === 0 ? [] : [`## ${title}`, '', ...parts(texts).flatMap(({ sentence, lines }) => (sentence ? lines.flatMap((line) => [line, '']) : fenced(lines)))];
  return `${[
    `# ${rule.title}`, '',
    `\`${rule.id}\` · hop: ${rule.hop} (${hopTitle(rule)}) · [all causes](README.md)`, '',
    '## What you see', '', ...fenced(page.symptoms),
    '## Why', '', page.why, '',
    ...section('Check it by hand', page.check),
    ...section('What to do', page.fix),
    ...(page.links === undefined || page.links.length === 0 ? [] : ['## Read more', '', ...page.links.map((link) => `- <${link}>`), '']),
  ].join('\n').trimEnd()}\n`;
}

/** docs/causes/README.md: every page, hop by hop. */
export function indexMarkdown(rules: readonly Rule[]): string {
  const hops = HOPS.flatMap(({ hop, title }) => {
    const own = rules.filter((rule) => rule.hop === hop);
    return own.length === 0 ? [] : [`## ${hop}: ${title}`, '', '| id | what is wrong |', '|---|---|', ...own.map((rule) => `| [${rule.id}](${rule.id}.md) | ${rule.title.replaceAll('|', '\\|')} |`), ''];
  });
  return `${[
    '# Why no data arrives: every cause that the doctor knows', '',
    'In the order of a span\'s way. `otel-setup doctor` finds them in a workspace, `docker compose logs | otel-setup explain` in a log, and `otel-setup explain ID` prints a page.', '',
    'Written by `npm run causes` from `src/doctor/rules/`.', '',
    ...hops,
  ].join('\n').trimEnd()}\n`;
}

/** The page as lines of a terminal. */
export function pageText(rule: Rule, columns = 80): readonly string[] {
  const { page } = rule;
  const section = (title: string, texts: readonly string[]): readonly string[] =>
    texts.length === 0 ? [] : ['', title, ...parts(texts).flatMap(({ sentence, lines }) => (sentence ? lines.flatMap((line) => wrap(`  ${line}`, 2, columns)) : lines.map((line) => `    ${line}`)))];
  return [
    ...wrap(rule.title, 0, columns),
    `${rule.id} · ${rule.hop}: ${hopTitle(rule)}`,
    '', 'What you see', ...page.symptoms.flatMap((line) => wrap(`  ${line}`, 4, columns)),
    '', 'Why', ...wrap(`  ${page.why}`, 2, columns),
    ...section('Check it by hand', page.check),
    ...section('What to do', page.fix),
    ...(page.links === undefined || page.links.length === 0 ? [] : ['', 'Read more', ...page.links.map((link) => `  ${link}`)]),
  ];
}
