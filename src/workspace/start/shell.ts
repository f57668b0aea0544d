/**
 * The simple commands of a piece of shell, with the place of every word. Enough of POSIX sh for start commands and entry
 * scripts: quotes, operators, comments, here-documents, `if`/`case`/loops. Nothing is run or filled in.
 */
import type { Word } from '../compose/words.ts';

export interface ShellCommand {
  /** Without assignments in front, redirections and reserved words. */
  readonly words: readonly Word[];
  /** What stands in front of it: '', '&&', '||', '|', ';', '&', '(' … */
  readonly operator: string;
  /** 1-based, of its first word. */
  readonly line: number;
  /** Inside of `case SUBJECT in PATTERN)`. */
  readonly branch?: { readonly subject: string; readonly patterns: readonly string[] };
}

const RESERVED = new Set(['if', 'then', 'else', 'elif', 'fi', 'do', 'done', 'while', 'until', '{', '}', '!', 'time']);
const OPERATORS = ['&&', '||', ';;', ';', '&', '|', '(', ')', '\n'];

/** All simple commands in the order in which they are written. Text that is no shell gives what can be made of it. */
export function shellCommands(text: string): readonly ShellCommand[] {
  return new Scanner(text).commands();
}

class Scanner {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #words: { word: Word; line: number }[] = [];
  #operator = '';
  #redirect = false;
  #heredocs: string[] = [];
  #cases: { subject: string; patterns: readonly string[] | undefined }[] = [];
  readonly #found: ShellCommand[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  commands(): readonly ShellCommand[] {
    while (this.#at < this.#text.length) this.#step();
    this.#end('');
    return this.#found;
  }

  #step(): void {
    const rest = this.#text.slice(this.#at, this.#at + 2);
    const char = rest[0] ?? '';
    if (rest === '\\\n') {
      this.#line += 1;
      this.#at += 2;
    } else if (char === ' ' || char === '\t' || char === '\r') this.#at += 1;
    else if (char === '#') this.#at = this.#lineEnd();
    else if (char === '<' || char === '>' || rest === '&>') this.#redirection();
    else {
      const operator = OPERATORS.find(each => rest.startsWith(each));
      if (operator === undefined) this.#word();
      else this.#operatorAt(operator);
    }
  }

  #operatorAt(operator: string): void {
    this.#at += operator.length;
    const open = this.#cases.at(-1);
    // `web)` inside of a case is a pattern; `a | b)` is two.
    if (open !== undefined && open.patterns === undefined && (operator === ')' || operator === '|')) {
      if (operator === ')') {
        open.patterns = this.#words.map(each => each.word.text);
        this.#words = [];
      }
      return;
    }
    this.#end(operator);
    if (operator === ';;' && open !== undefined) open.patterns = undefined;
    if (operator === '\n') {
      this.#line += 1;
      this.#skipHeredocs();
    }
  }

  /** Ends the command that was being read; the next one stands behind `operator`. */
  #end(operator: string): void {
    let words = this.#words;
    this.#words = [];
    const keep = (): boolean => {
      const first = words[0]?.word.text ?? '';
      return RESERVED.has(first) || /^[A-Za-z_]\w*\+?=/.test(first);
    };
    while (words.length > 0 && keep()) words = words.slice(1);
    const first = words[0];
    if (first?.word.text === 'esac') {
      this.#cases.pop();
      words = words.slice(1);
    }
    const isFunction = operator === '(' && words.length === 1;
    const isLoop = first?.word.text === 'for';
    const [head] = words;
    if (head !== undefined && !isFunction && !isLoop) {
      const open = this.#cases.at(-1);
      const branch = open?.patterns === undefined ? undefined : { subject: open.subject, patterns: open.patterns };
      this.#found.push({ words: words.map(each => each.word), operator: this.#operator, line: head.line, ...(branch === undefined ? {} : { branch }) });
    }
    // A line break behind `&&` changes nothing.
    if (!(operator === '\n' && words.length === 0 && ['&&', '||', '|'].includes(this.#operator))) this.#operator = operator === '\n' ? ';' : operator;
  }

  #word(): void {
    const start = this.#at;
    const line = this.#line;
    let text = '';
    const at: number[] = [];
    const push = (until: number): void => {
      for (; this.#at < until; this.#at += 1) {
        const char = this.#text[this.#at] ?? '';
        if (char === '\n') this.#line += 1;
        text += char;
        at.push(this.#at);
      }
    };
    for (;;) {
      const char = this.#text[this.#at] ?? '';
      const next = this.#text[this.#at + 1] ?? '';
      if (char === '' || /[\s;&|()<>]/.test(char)) break;
      if (char === '\\') {
        this.#at += 1;
        if (next === '\n') {
          this.#line += 1;
          this.#at += 1;
        } else push(this.#at + 1);
      } else if (char === "'") {
        this.#at += 1;
        push(indexOr(this.#text, "'", this.#at));
        this.#at += 1;
      } else if (char === '"') {
        this.#at += 1;
        while (this.#at < this.#text.length && this.#text[this.#at] !== '"') {
          if (this.#text[this.#at] === '\\' && '"\\$`\n'.includes(this.#text[this.#at + 1] ?? ' ')) this.#at += 1;
          const inner = this.#text.slice(this.#at, this.#at + 2);
          push(inner === '$(' ? closing(this.#text, this.#at + 2) : this.#at + 1);
        }
        this.#at += 1;
      } else if (char === '`') push(indexOr(this.#text, '`', this.#at + 1) + 1);
      else if (char === '$' && next === '(') push(closing(this.#text, this.#at + 2));
      else if (char === '$' && next === '{') push(indexOr(this.#text, '}', this.#at) + 1);
      else push(this.#at + 1);
    }
    if (this.#redirect) {
      this.#redirect = false;
      return;
    }
    // `case X in` ends like a command; what follows is a pattern.
    this.#words.push({ word: { text, at, start }, line });
    const [first, subject, third] = this.#words.slice(-3).map(each => each.word.text);
    if (first === 'case' && third === 'in') {
      this.#cases.push({ subject: subject ?? '', patterns: undefined });
      this.#words = [];
    }
  }

  #redirection(): void {
    const found = /^(?:&>>?|<<<|<<-?|[<>]{1,2}[&|]?)/.exec(this.#text.slice(this.#at, this.#at + 4))?.[0] ?? '<';
    const last = this.#words.at(-1);
    if (last !== undefined && /^\d+$/.test(last.word.text) && last.word.start + last.word.text.length === this.#at) this.#words.pop();
    this.#at += found.length;
    if (found === '<<' || found === '<<-') {
      const name = /^[ \t]*(["']?)([A-Za-z_]\w*)\1/.exec(this.#text.slice(this.#at, this.#at + 80))?.[2];
      if (name !== undefined) this.#heredocs.push(name);
    }
    this.#redirect = true;
  }

  #skipHeredocs(): void {
    for (const name of this.#heredocs) {
      while (this.#at < this.#text.length) {
        const end = this.#lineEnd();
        const line = this.#text.slice(this.#at, end).trim();
        this.#at = end + 1;
        this.#line += 1;
        if (line === name) break;
      }
    }
    this.#heredocs = [];
  }

  #lineEnd(): number {
    return indexOr(this.#text, '\n', this.#at);
  }
}

function indexOr(text: string, wanted: string, from: number): number {
  const at = text.indexOf(wanted, from);
  return at < 0 ? text.length : at;
}

/** Behind the parenthesis that closes the one before `from`. */
function closing(text: string, from: number): number {
  let open = 1;
  for (let i = from; i < text.length; i += 1) {
    if (text[i] === '(') open += 1;
    else if (text[i] === ')') {
      open -= 1;
      if (open === 0) return i + 1;
    }
  }
  return text.length;
}
