import { describe, expect, test } from 'vitest';
import { prove, proveText } from '../../src/formats/prove.ts';
import type { Change, Format, Model, Splice } from '../../src/types.ts';

/** A format of one `KEY=value` a line, with the faults that a case asks for. */
function lines(o: { splice?: Format['splice']; all?: Format['spliceAll'] } = {}): Format {
  const format: Format = {
    id: 'lines',
    parse(text) {
      const model: Record<string, Model> = {};
      for (const line of text.split('\n').filter((l) => l !== '')) {
        const [key, value] = line.split('=');
        if (key === undefined || value === undefined) return { refused: `'${line}' has no =` };
        model[key] = value;
      }
      return { model };
    },
    line: () => undefined,
    splice: o.splice ?? ((text, change) => [{ at: text.length, cut: '', put: `${String(change.at[0])}=${change.do === 'set' ? String(change.value) : ''}\n` }]),
  };
  return o.all === undefined ? format : { ...format, spliceAll: o.all };
}
const set = (key: string, value = '1'): Change => ({ do: 'set', at: [key], value });
const always = (...splices: Splice[]) => ({ splice: () => splices });

describe('prove', () => {
  test('several changes become splices of the text before', () => {
    expect(prove(lines(), 'A=0\n', [set('B'), set('C', '2')])).toEqual({ after: 'A=0\nB=1\nC=2\n', splices: [{ at: 4, cut: '', put: 'B=1\nC=2\n' }] });
  });
  test('no change is no splice', () => {
    expect(prove(lines(), 'A=0\n', [])).toEqual({ after: 'A=0\n', splices: [] });
  });
  test('a format that takes all changes at once is asked once', () => {
    const asked: (readonly Change[])[] = [];
    const all: Format['spliceAll'] = (text, changes) => {
      asked.push(changes);
      return [{ at: text.length, cut: '', put: 'B=1\nC=1\n' }];
    };
    expect(prove(lines({ all }), 'A=0\n', [set('B'), set('C')])).toMatchObject({ after: 'A=0\nB=1\nC=1\n' });
    expect(asked).toEqual([[set('B'), set('C')]]);
  });
  test('a replacement may cut', () => {
    const format = lines(always({ at: 2, cut: '0', put: '9' }));
    expect(prove(format, 'A=0\n', [{ do: 'replace', at: ['A'], was: '0', value: '9' }])).toMatchObject({ after: 'A=9\n' });
  });

  const refused: { name: string; format: Format; before?: string; changes: Change[]; says: RegExp }[] = [
    { name: 'a text that cannot be read', format: lines(), before: 'A\n', changes: [set('B')], says: /'A' has no =/ },
    { name: 'a change that does not hold', format: lines(), changes: [set('A')], says: /A is there already/ },
    { name: 'a format that refuses', format: lines({ splice: () => ({ refused: 'not here' }) }), changes: [set('B')], says: /^not here$/ },
    { name: 'a result that cannot be read', format: lines(always({ at: 0, cut: '', put: 'x\n' })), changes: [set('B')], says: /could not be read back \('x' has no =\)/ },
    { name: 'a result that means something else', format: lines(always({ at: 4, cut: '', put: 'B=2\n' })), changes: [set('B')], says: /at B\)/ },
    { name: 'a neighbour that changed', format: lines(always({ at: 2, cut: '', put: '5' }, { at: 4, cut: '', put: 'B=1\n' })), changes: [set('B')], says: /at A\)/ },
    { name: 'an insertion that cuts', format: lines(always({ at: 3, cut: '\n\n', put: '\nB=1\n' })), before: 'A=0\n\n', changes: [set('B')], says: /take characters of the file away/ },
  ];
  test.each(refused)('refuses $name', ({ format, before, changes, says }) => {
    expect(prove(format, before ?? 'A=0\n', changes)).toEqual({ refused: expect.stringMatching(says) as string });
  });
});

describe('proveText', () => {
  test('says nothing where the text is exactly the changes', () => {
    expect(proveText(lines(), 'A=0\n', 'B=1\nA=0\n', [set('B')])).toBeUndefined();
  });
  test('refuses a text with something more', () => {
    expect(proveText(lines(), 'A=0\n', 'B=1\nA=0\nC=1\n', [set('B')])).toEqual({ refused: expect.stringContaining('at C') as string });
  });
});
