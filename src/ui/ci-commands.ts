/**
 * Text that a CI system would take for a command of the program that prints it. Sources: actions/runner
 * ActionCommand.cs ("::name …::" after any blanks, "##[name …]" anywhere in a line), azure-pipelines-agent Command.cs
 * ("##vso[…]" anywhere), TeamCity's service messages, Travis' and GitLab's folds. Both parsers of Microsoft compare as a
 * culture does, so signs that a reader never sees do not keep them from matching. Pure.
 */

const UNSEEN = String.raw`\p{Default_Ignorable_Code_Point}{0,8}`;
const LINE_START = new RegExp(String.raw`^((?:(?![\n\r\u2028\u2029])[\s\p{Default_Ignorable_Code_Point}])*):(?=${UNSEEN}:)`, 'gmu');
const BRACKET = new RegExp(String.raw`#(${UNSEEN})#(?=[\w.\-\p{Default_Ignorable_Code_Point}]{0,40}\[)`, 'gu');
const FOLD = /(travis_(?:fold|time)|section_(?:start|end)):/g;

/** The same text with one blank more in what would be a command: ": :set-env", "## [set-output", "## vso[". */
export const withoutCommands = (text: string): string => text.replace(LINE_START, '$1: ').replace(BRACKET, '#$1# ').replace(FOLD, '$1 :');

/** Buildkite folds what follows such a line. Those that begin the files of a diff are left. */
const GROUP = /^(---|\+\+\+|~~~|\^\^\^)(?= )(?! (?:[ab]\/|\/dev\/null))/gm;
export const withoutGroups = (text: string): string => text.replace(GROUP, ' $1');

/** JSON with the same value, in which neither a command of a CI system nor a sign that steers a terminal stands as it is. @param json one or more JSON texts. */
export const escapedJson = (json: string): string =>
  json
    .replace(/(?![\n\r\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu, inJson)
    .replace(BRACKET, (_, unseen: string) => `${inJson('#')}${unseen}#`)
    .replace(FOLD, (_, name: string) => `${name}${inJson(':')}`);

/** A value as JSON that may be printed. @param indent blanks a level; 0 = one line. */
export const jsonText = (value: unknown, indent = 0): string => `${escapedJson(JSON.stringify(value, null, indent))}\n`;

const inJson = (character: string): string => [...Array(character.length).keys()].map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
