/** The gate by itself: what may come out of it, whatever goes in. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { annotationLine } from '../../src/ui/annotation.ts';
import { escapedJson, jsonText, withoutCommands } from '../../src/ui/ci-commands.ts';
import { painted } from '../../src/ui/text.ts';
import { commandsIn, controlsIn, groupsIn } from '../helpers/ci-runners.ts';
import { gate } from '../helpers/gate.ts';

const ESC = '\u001b';
/** Texts made of what commands and escape sequences are made of. */
const pieces = fc.array(fc.constantFrom('::', ':', '#', '##', '[', ']', 'set-env', 'ADD-MASK', ' ', '\t', '\n', '\r', '\r\n', '\u00a0', '\u200b', '\u00ad', '\ufe0f', '\u034f', '\u2028', 'vso[task.x]', 'teamcity[', 'name=a', '--- ', '+++ x', 'travis_fold:', 'section_start:1:x', ESC, '[2J', '\u009b', '\u202e', 'é', '😀', '%0A'), { maxLength: 24 }).map((all) => all.join(''));

describe('whatever comes', () => {
  test('lines', () => {
    fc.assert(fc.property(pieces, fc.boolean(), (text, color) => {
      const { say, result, err, out } = gate();
      say(text);
      say([text, painted(text, 'red'), text], color);
      result(text);
      for (const written of [out(), err()]) {
        const plain = written.replaceAll(new RegExp(`${ESC}\\[(?:31|39)m`, 'g'), '');
        expect({ commands: commandsIn(written), groups: groupsIn(written), controls: controlsIn(plain) }).toEqual({ commands: [], groups: [], controls: [] });
      }
    }), { numRuns: 2_000 });
  });
  test('rows that are drawn: no cursor move but ours', () => {
    fc.assert(fc.property(pieces, (text) => {
      const { draw, err } = gate();
      draw({ away: 2, rows: [text, [painted(text, 'green')]] }, true);
      draw({ away: 'row', rows: [text], open: true });
      const moves = [...err().matchAll(new RegExp(`(?:${ESC}\\[|\u009b)[^A-Za-z]*[A-Za-z]|\r`, 'g'))].map(([move]) => move);
      expect(moves).toEqual(['\r', `${ESC}[2A`, `${ESC}[J`, `${ESC}[32m`, `${ESC}[39m`, '\r', `${ESC}[K`]);
    }));
  });
  test('JSON: the same value, and nothing of it is a command', () => {
    fc.assert(fc.property(fc.jsonValue(), pieces, pieces, (value, name, text) => {
      const whole = { value, [name]: [text] };
      const { result, out } = gate();
      result(jsonText(whole, 2));
      expect(JSON.parse(out())).toEqual(JSON.parse(JSON.stringify(whole)));
      expect({ commands: commandsIn(out()), controls: controlsIn(out()) }).toEqual({ commands: [], controls: [] });
      expect(escapedJson(jsonText(whole))).toBe(jsonText(whole));
    }), { numRuns: 1_000 });
  });
  test('annotations: one command a line, and its data as it was but for what cannot be seen', () => {
    fc.assert(fc.property(pieces, pieces, (text, title) => {
      const { annotate, out } = gate();
      annotate([{ level: 'error', text, title }]);
      expect(out().split('\n')).toHaveLength(2);
      expect(controlsIn(out())).toEqual([]);
      const [, properties = '', data = ''] = /^::error( [^\n]*?)?::([^\n]*)\n$/.exec(out()) ?? [];
      expect(properties).not.toMatch(/::|,/);
      expect(commandsIn(data)).toEqual([]);
    }), { numRuns: 1_000 });
    expect(annotationLine({ level: 'warning', text: '50% a:b,c\nd', title: 'x::y,z=100%' })).toBe('::warning title=x%3A%3Ay%2Cz=100%25::50%25 a:b,c%0Ad');
  });
});

test('what is no command stays as it is', () => {
  for (const text of ['http://[::1]:4318', 'a::b', 'std::vector', '## Title', '# [link]', 'a [b]', '#1 [2/5] RUN x', 'https://x/#[y]']) expect(withoutCommands(text)).toBe(text);
});

test('a secret is hidden on every way out, and so is the password of an address', () => {
  const secret = 'cAnArYcAnArY';
  const { say, result, draw, annotate, exact, hide, out, err } = gate([secret]);
  hide('another-one');
  const text = `${secret} another-one postgres://user:pw@db/x https://[::1]:4318/a@b`;
  say(text);
  say([painted(text, 'red')], true);
  draw({ away: 'row', rows: [text] });
  result(text);
  result(jsonText({ text }));
  annotate([{ level: 'notice', text, title: text }]);
  expect(() => exact(`+${text}\n`, 'elsewhere')).toThrow('it holds a secret');
  for (const value of [secret, 'another-one', ':pw@']) expect(out() + err()).not.toContain(value);
  expect(out()).toContain('postgres://user:[hidden]@db/x https://[::1]:4318/a@b');
});

test('exact is exact, or refused', () => {
  const diff = '--- a/x\n+++ b/x\n \ufeffa\r\n+é 😀\u200d\n postgres://user:pw@db\n';
  const { exact, out } = gate();
  exact(diff, '');
  expect(out()).toBe(diff);
  for (const text of [' ::error::x', '+##[group]x', `+${ESC}[2J`, '+a\rb']) expect(() => exact(text, 'give it a file')).toThrow('cannot be printed byte for byte');
});
