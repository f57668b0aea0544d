/**
 * Every regular expression in `src` is linear: part of `npm run check`. Alone, for some files: `node .config/regexes.mjs src/ui/redact.ts …`
 *
 * - A literal is judged by linear.mjs.
 * - `new RegExp(…)` must be put together from what can be read here: strings, templates, String.raw, constants of the file or
 *   of one that it imports, `.source` of such an expression, `[…].join()`, String.fromCharCode(n); and any text at all only
 *   through escapeForRegExp(text) or nameForRegExp(name) of src/patterns.ts. Anything else fails.
 * - Where the code right there bounds the text (a slice, a length that was looked at), a comment on the line or the one before
 *   says so: `// regexp: bounded by …`. It is then let be quadratic, no worse; at most MOST_BOUNDED of all.
 * - What is not linear yet is in LEFT, by file; a file that needs less of it fails, so that the list shrinks.
 *
 * Answers are kept in node_modules/.cache by what they depend on. Exit 1 with a line for each that fails.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { judge } from './linear.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MOST_BOUNDED = 10;
/** Not linear yet: 'path' → how many. The list only shrinks. */
const LEFT = {};
/** Made of parts that are handed in: the test that judges them is named. */
const JUDGED = /\/\/ regexp: judged by test\/\S+\.test\.ts/;
const MARK = /\/\/ regexp: bounded by \S.{8}/;
/** What escapeForRegExp(…) may stand for: each is tried. */
const ANY = ['a', 'Z', '0', '_', ' ', '\\n', '\\.', '/', '=', '"', '-', ':', ',', '@'];
const HOLE = '\uE000';
/** And nameForRegExp(…). */
const NAMES = ['a', 'Z', '0', '_', '\\.', '-', '\\$'];
const NAME = '\uE001';

const files = new Map();
const fileOf = (path) => {
  if (!files.has(path)) files.set(path, ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));
  return files.get(path);
};

/** The text that an expression has when the program runs, HOLE for an escaped one; undefined = not to be read here. */
function textOf(node, depth = 0) {
  const again = (one) => textOf(one, depth + 1);
  if (node === undefined || depth > 12) return undefined;
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return again(node.expression);
  if (ts.isNumericLiteral(node)) return node.text;
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTaggedTemplateExpression(node)) return node.tag.getText() === 'String.raw' ? template(node.template, again, (part) => part.rawText) : undefined;
  if (ts.isTemplateExpression(node)) return template(node, again, (part) => part.text);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) return joined([again(node.left), again(node.right)]);
  if (ts.isIdentifier(node)) return again(constant(node));
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'source') {
    const of = ts.isIdentifier(node.expression) ? constant(node.expression) : node.expression;
    return of !== undefined && ts.isRegularExpressionLiteral(of) ? literal(of.text).source : undefined;
  }
  if (ts.isCallExpression(node)) {
    const callee = node.expression.getText();
    if (callee === 'escapeForRegExp') return HOLE;
    if (callee === 'nameForRegExp') return NAME;
    if (callee === 'String.fromCharCode' && node.arguments.every(ts.isNumericLiteral)) return String.fromCharCode(...node.arguments.map(({ text }) => Number(text)));
    if (ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'join') {
      const held = node.expression.expression;
      const list = ts.isIdentifier(held) ? constant(held) : held;
      const bare = list !== undefined && ts.isAsExpression(list) ? list.expression : list;
      const between = again(node.arguments[0]);
      if (between === undefined || bare === undefined) return undefined;
      if (ts.isArrayLiteralExpression(bare)) {
        const parts = bare.elements.map(again);
        return parts.every((part) => part !== undefined) ? parts.join(between) : undefined;
      }
      // names.map(escapeForRegExp).join('|'): one and several.
      const how = ts.isCallExpression(bare) && ts.isPropertyAccessExpression(bare.expression) && bare.expression.name.text === 'map' ? bare.arguments[0]?.getText() : undefined;
      if (how === 'escapeForRegExp' || how === 'nameForRegExp') return `${how === 'escapeForRegExp' ? HOLE : NAME}${between}b`;
    }
  }
  return undefined;
}
const joined = (parts) => (parts.every((part) => part !== undefined) ? parts.join('') : undefined);
const template = (node, again, said) => (ts.isNoSubstitutionTemplateLiteral(node) ? said(node) : joined([said(node.head), ...node.templateSpans.flatMap((span) => [again(span.expression), said(span.literal)])]));
const literal = (text) => ({ source: text.slice(1, text.lastIndexOf('/')), flags: text.slice(text.lastIndexOf('/') + 1) });

/** What a name is bound to by `const`, here or in the file that it is imported from. */
function constant(name) {
  for (let scope = name.parent; scope !== undefined; scope = scope.parent) {
    if (ts.isFunctionLike(scope) && scope.parameters.some((one) => one.name.getText() === name.text)) return undefined;
    const statements = ts.isSourceFile(scope) || ts.isBlock(scope) ? scope.statements : [];
    for (const statement of statements) {
      if (!ts.isVariableStatement(statement) || (statement.declarationList.flags & ts.NodeFlags.Const) === 0) continue;
      const found = statement.declarationList.declarations.find((one) => one.name.getText() === name.text);
      if (found !== undefined) return found.initializer;
    }
    if (!ts.isSourceFile(scope)) continue;
    const imported = statements.filter(ts.isImportDeclaration).find(({ importClause }) => importClause?.namedBindings !== undefined && ts.isNamedImports(importClause.namedBindings)
      && importClause.namedBindings.elements.some((one) => one.name.text === name.text && one.propertyName === undefined));
    const path = imported?.moduleSpecifier.text;
    if (path === undefined || !path.startsWith('.')) return undefined;
    const there = fileOf(join(dirname(scope.fileName), path));
    for (const statement of there.statements) {
      if (!ts.isVariableStatement(statement) || (statement.declarationList.flags & ts.NodeFlags.Const) === 0) continue;
      const found = statement.declarationList.declarations.find((one) => one.name.getText() === name.text);
      if (found !== undefined) return found.initializer;
    }
  }
  return undefined;
}

/**
 * @param {string} path
 * @returns {{ at: string, sources?: string[], flags: string, bounded: boolean, written: string }[]}
 *   Every expression of a file; no `sources` = it cannot be read here.
 */
export function expressionsOf(path) {
  const file = fileOf(path);
  const lines = file.text.split('\n');
  const found = [];
  const visit = (node) => {
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line;
    const where = { at: `${relative(root, path).replaceAll('\\', '/')}:${line + 1}`, bounded: MARK.test(lines[line] ?? '') || /^\s*\/\//.test(lines[line - 1] ?? '') && MARK.test(lines[line - 1] ?? ''), judged: JUDGED.test(lines[line] ?? '') || JUDGED.test(lines[line - 1] ?? '') };
    if (ts.isRegularExpressionLiteral(node)) {
      const { source, flags } = literal(node.text);
      found.push({ ...where, sources: [source], flags, written: node.text });
    } else if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && (ts.isIdentifier(node.expression) || ts.isPropertyAccessExpression(node.expression)) && (node.expression.name ?? node.expression).text === 'RegExp') {
      const [pattern, given] = node.arguments ?? [];
      const text = textOf(pattern);
      const flags = given === undefined ? '' : textOf(given);
      const sources = text === undefined || flags === undefined || /[\uE000\uE001]/.test(flags) ? undefined : text.includes(HOLE) ? ANY.map((one) => text.replaceAll(HOLE, one).replaceAll(NAME, 'a')) : text.includes(NAME) ? NAMES.map((one) => text.replaceAll(NAME, one)) : [text];
      found.push({ ...where, ...(sources === undefined ? {} : { sources }), flags: flags ?? '', written: node.getText() });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const kept = join(root, 'node_modules/.cache/regexes.json');
const tool = createHash('sha256').update(readFileSync(fileURLToPath(new URL('linear.mjs', import.meta.url)))).update(process.version).digest('hex');

/**
 * @param {string[]} paths
 * @param {Record<string, number>} left how many of a file may fail
 * @returns {{ count: number, bounded: number, wrong: string[] }} `wrong`: a sentence for each that fails
 */
export function look(paths, left = LEFT) {
  let answers = {};
  try {
    const read = JSON.parse(readFileSync(kept, 'utf8'));
    if (read.tool === tool) answers = read.answers;
  } catch {
    // There is none yet, or it is no JSON: all are judged.
  }
  const used = {};
  const answer = (source, flags) => {
    const key = `/${source}/${flags}`;
    used[key] = answers[key] ?? used[key] ?? judge(source, flags);
    return used[key];
  };
  const wrong = [];
  let count = 0;
  let bounded = 0;
  for (const path of paths) for (const { at, sources, flags, bounded: marked, judged, written } of expressionsOf(path)) {
    count += 1;
    if (sources === undefined && judged) continue;
    if (sources === undefined) {
      wrong.push(`${at} ${written}: put together from what cannot be read here; text that is not known goes through escapeForRegExp() or nameForRegExp()`);
      continue;
    }
    const verdict = sources.map((source) => answer(source, flags)).find(({ linear }) => !linear);
    if (marked) bounded += 1;
    if (marked && verdict === undefined) wrong.push(`${at} ${written}: is linear; the comment 'regexp: bounded' can go`);
    if (verdict === undefined || (marked && verdict.why === 'polynomial' && verdict.degree === 2)) continue;
    wrong.push(`${at} ${written}: ${verdict.says}`);
  }
  for (const path of paths) {
    const name = relative(root, path).replaceAll('\\', '/');
    const here = wrong.filter((line) => line.startsWith(`${name}:`));
    const allowed = left[name] ?? 0;
    if (allowed > 0 && here.length <= allowed) for (const line of here) wrong.splice(wrong.indexOf(line), 1);
    if (here.length < allowed) wrong.push(`${name}: ${here.length} are not linear; LEFT in .config/regexes.mjs says ${allowed}`);
  }
  if (bounded > MOST_BOUNDED) wrong.push(`${bounded} expressions are 'bounded' by a comment: at most ${MOST_BOUNDED}`);
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, JSON.stringify({ tool, answers: { ...answers, ...used } }));
  return { count, bounded, wrong };
}

/** All source files of `src`. */
export const sources = () => readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => /\.[cm]?[jt]sx?$/.test(name)).map((name) => join(root, 'src', name)).toSorted();

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2).map((name) => join(process.cwd(), name));
  for (const path of named) if (!existsSync(path)) throw new Error(`${path} is not there`);
  const { count, bounded, wrong } = look(named.length > 0 ? named : sources(), named.length > 0 ? {} : LEFT);
  for (const line of wrong) console.log(line);
  console.log(`${count} regular expressions${wrong.length === 0 ? ', all of them linear' : ''}${named.length > 0 ? '' : Object.keys(LEFT).length === 0 ? '' : ` but for ${Object.values(LEFT).reduce((sum, one) => sum + one, 0)} that LEFT names`}${bounded > 0 ? ` (${bounded} with a bound)` : ''}${wrong.length > 0 ? `, ${wrong.length} not` : ''}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
