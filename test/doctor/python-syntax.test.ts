/** What Python cannot read is told without a Python, and what it can read is never accused. */
import { describe, expect, it } from 'vitest';

import { pythonFault } from '../../src/doctor/code/python-syntax.ts';

describe('what Python refuses', () => {
  it.each([
    ['a block that is not indented', 'def f():\nreturn 1\n', 2, 'expected an indented block after line 1'],
    ['an indentation too many', 'x = 1\n  y = 2\n', 2, 'unexpected indent'],
    ['an indentation that fits nothing', 'if x:\n    y = 1\n  z = 2\n', 3, 'unindent does not match any outer indentation level'],
    ['a bracket that stays open', 'x = (1,\ny = 2\n', 1, "'(' was never closed"],
    ['a bracket too many', 'x = 1)\n', 1, "unmatched ')'"],
    ['another bracket', 'x = [1)\n', 1, "closing parenthesis ')' does not match opening parenthesis '['"],
    ['a string that stays open', 'x = "a\ny = 1\n', 1, 'unterminated string literal'],
    ['no colon', 'def f()\n  return 1\n', 2, 'unexpected indent'],
    ['no colon at the end', 'class A\n', 1, "expected ':'"],
    ['a command of a shell', 'import os\npip install flask\n', 2, 'a command of a shell'],
    ['a return at the margin', 'x = 1\nreturn x\n', 2, "'return' outside function"],
    ['nothing in a block at the end', 'def f():\n', 1, 'expected an indented block after line 1'],
    ['a finally without its try', 'def f():\n  with a:\n    x = 1\n  finally:\n    y = 2\n', 4, 'invalid syntax'],
    ['an else of another block', 'if x:\n  y = 1\nz = 2\nelse:\n  y = 3\n', 4, 'invalid syntax'],
    ['a try that catches nothing', 'try:\n  x = 1\ny = 2\n', 3, "expected 'except' or 'finally' block"],
  ])('%s', (_, text, line, says) => expect(pythonFault(text)).toEqual({ line, says }));
});

describe('what Python reads', () => {
  it.each([
    ['quotes of the same kind in an f-string', `x = f"{a["b"]} {'#'}"\n`],
    ['a format with a quote for a filler', 'x = f"{a:\'>10}"\n'],
    ['a width that is computed', 'x = f"{a:{width}.{precision}}"\n'],
    ['doubled braces and a raw f-string', String.raw`x = rf'(\{{)({a})(\}})'` + '\n'],
    ['a named character', String.raw`x = f"\N{BULLET} {a}"` + '\n'],
    ['a lambda over lines', 'x = lambda: (\n  1,\n)\ny = 2\n'],
    ['a continued line and a comment between', 'x = 1 + \\\n  2\n    # far in\ny = [\n1,\n  # in it\n]\n'],
    ['a block in one line, and two statements', 'if x: y = 1; z = 2\nclass A: pass\n'],
    ['carriage returns, tabs and a mark at the beginning', '\uFEFFif x:\r\n\ty = 1\r\n\tz = 2\r\n'],
    ['soft keywords for names', 'match = 1\ntype = match\ncase = {"a": 1}\nprint(case)\n'],
    ['a text that looks like a conflict', 'x = """\n<<<<<<< a\n=======\n>>>>>>> b\n"""\n'],
    ['decorators, async, walrus', '@a.b(c)\nasync def f(x: int = 1) -> dict[str, int]:\n  if (n := x) > 1:\n    return {}\n  async with a as b:\n    pass\n'],
    ['a slice and an annotation', 'x: list[int] = a[1:2]\n'],
    ['every clause there is', 'try:\n  a()\nexcept* A:\n  b()\nexcept B: c()\nelse:\n  d()\nfinally:\n  e()\nfor x in y:\n  if x: f()\n  elif z: g()\n  else: h()\nelse:\n  i()\nasync def j():\n  async for k in l:\n    m()\n  else:\n    n()\n'],
    ['an else of an expression', 'x = (a if b\nelse c)\n'],
    ['no line end', 'x = 1'],
    ['nothing', ''],
  ])('%s', (_, text) => expect(pythonFault(text)).toBeUndefined());
});
