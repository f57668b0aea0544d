import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { installsIn, ownWords } from '../../src/languages/python/installs.ts';
import { pinSets as nodeSets, pinsFor as nodePins } from '../../src/languages/node/pins.ts';
import { pinSets, pinsFor } from '../../src/languages/python/pins.ts';
import { compareVersions, lowerBound, readRequirement, versionFits } from '../../src/languages/python/requirement.ts';
import { importsOf, logicalLines } from '../../src/languages/python/source.ts';
import { withoutComments } from '../../src/languages/node/source.ts';
import { shellWords } from '../../src/languages/shell-words.ts';

describe('requirements', () => {
  test.each([
    ['flask', 'flask', ''],
    ['Flask_SQLAlchemy>=3.0, <4', 'flask-sqlalchemy', '>=3.0,<4'],
    ['psycopg[binary,pool]==3.2.1 ; python_version > "3.8"', 'psycopg', '==3.2.1'],
    ['uvicorn (>=0.30)', 'uvicorn', '>=0.30'],
    ['pkg @ https://example.com/pkg.whl', 'pkg', ''],
    ['git+https://example.com/x.git#egg=My.Pkg', 'my-pkg', ''],
    ['flask==3.1.0 --hash=sha256:00', 'flask', '==3.1.0'],
  ])('%s', (text, name, spec) => expect(readRequirement(text)).toEqual({ name, spec }));
  test.each(['-r base.txt', '--index-url https://x', './local', ''])('%j is no requirement by name', (text) => expect(readRequirement(text)).toBeUndefined());
  test.each([['>=3.9,<4', '3.9'], ['^3.10', '3.10'], ['==3.11.*', '3.11'], ['~=3.9.1', '3.9.1'], ['3.12', '3.12'], ['<4,>3.8', '3.8']])('lower bound of %s', (spec, bound) => expect(lowerBound(spec)).toBe(bound));
  test.each([
    ['2.1.9', '<2.1.0,>=1.0.0', false],
    ['2.0.30', '<2.1.0,>=1.0.0', true],
    ['3.11.2', '~=3.0', true],
    ['4.0', '~=3.0', false],
    ['1.2.9', '==1.2.*', true],
    ['1.3', '!=1.2.*', true],
  ])('%s in %s: %s', (version, spec, fits) => expect(versionFits(version, spec)).toBe(fits));
  test('comparing versions is an order', () => {
    const version = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
    fc.assert(fc.property(version, version, version, (a, b, c) => {
      expect(compareVersions(a, b)).toBe(-compareVersions(b, a) + 0);
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
    }));
  });
});

describe('what a script installs', () => {
  test.each([
    ['pip install -r requirements.txt', ['requirements.txt'], []],
    ['pip3 install --no-cache-dir -rrequirements/prod.txt', ['requirements/prod.txt'], []],
    ['python3 -m pip install -U -c c.txt flask "gunicorn>=22"', [], ['flask', 'gunicorn>=22']],
    ['apt-get update && apt-get install -y gcc && pip install \\\n   flask \\\n   requests # the client', [], ['flask', 'requests']],
    ['uv pip install --system -r pyproject.toml', ['pyproject.toml'], []],
    ['sh -c "pip install flask && flask run"', [], ['flask']],
    ['pip install -e .', [], ['.']],
    ['--mount=type=cache,target=/c pip install flask', [], ['flask']],
  ])('%s', (script, files, words) => {
    const [install] = installsIn(script);
    expect(install).toMatchObject({ tool: 'pip', files, words });
    if (install?.tool === 'pip' && words[0] !== undefined) expect(script.slice(install.at).replace(/^["']|^-e /, '')).toMatch(words[0].replace(/[.>=]+.*/, ''));
  });
  test.each(['pip --version', 'npm install', '# pip install flask', 'pip install'])('%s: nothing', (script) => expect(installsIn(script)).toEqual([]));
  test('tools that install others are not the app', () => expect(ownWords(['pip', 'setuptools<70', 'poetry==1.8', 'flask', '$PKG'])).toEqual(['flask']));
  test('words are where they say, whatever the script', () => {
    const piece = fc.constantFrom('pip', 'install', '"a b"', "'x'", '&&', ';', '\\\n', '\n', '# note', ' ', '(', ')', '$(x)', '\\"', '"');
    fc.assert(fc.property(fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(' ')), (script) => {
      let last = 0;
      for (const word of shellWords(script)) {
        expect(word.at).toBeGreaterThanOrEqual(last);
        expect(word.end).toBeGreaterThan(word.at);
        if (!/["'\\]/.test(script.slice(word.at, word.end))) expect(script.slice(word.at, word.end)).toBe(word.text);
        last = word.end;
      }
      expect(last).toBeLessThanOrEqual(script.length);
    }));
  });
});

describe('Python source', () => {
  test('comments, strings, brackets and continuations', () => {
    const lines = logicalLines('\uFEFFimport os  # set_tracer_provider()\nx = """\nset_tracer_provider()\n"""; y = f(\n  1,  # two\n  "#"\n)\nif __name__ == "__main__":\n    run()\nz = 1 + \\\n  2\n');
    expect(lines.map(({ line, code, main }) => [line, code.replaceAll(/\s+/g, ' '), main])).toEqual([
      [1, 'import os', false],
      [2, 'x = ""', false],
      [4, 'y = f( 1, "" )', false],
      [8, 'if __name__ == "":', false],
      [9, 'run()', true],
      [10, 'z = 1 + 2', false],
    ]);
  });
  test.each([
    ['from lib.honeycomb import init as start, stop', ['lib.honeycomb', 'lib.honeycomb.init', 'lib.honeycomb.stop']],
    ['from . import tracing', ['.', '.tracing']],
    ['import os, a.b as c', ['os', 'a.b']],
    ['from x import (a,\n  b)', ['x', 'x.a', 'x.b']],
  ])('%s', (text, names) => expect(logicalLines(text).flatMap(importsOf)).toEqual(names));
  test('any text ends, and commenting every line out leaves no code', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('"', "'", '"""', '(', ')', '#', '\\', '\n', 'x', ' ', 'r', ':')).map((parts) => parts.join('')), (text) => {
      logicalLines(text);
      expect(logicalLines(text.replaceAll(/^/gm, '# '))).toEqual([]);
    }));
  });
});

test('JavaScript comments go, their lines stay, addresses in strings are no comments', () => {
  expect(withoutComments('a("http://x"); // b\n/* c\nd */ e')).toBe('a("http://x");     \n    \n     e');
});

describe('pin sets', () => {
  test.each(['3.7', '3.8', '3.9', '3.9.18', '3.10', '3.11', '3.12', '3.13', '3.14', undefined])('Python %s has one set', (python) => {
    const set = pinsFor(python);
    for (const name of ['opentelemetry-distro', 'opentelemetry-exporter-otlp-proto-http', 'opentelemetry-instrumentation-flask']) expect(set?.version(name)).toMatch(/^\d/);
    if (python !== undefined) expect(pinSets().filter((each) => versionFits(python, each.python.replaceAll(' ', ',')))).toHaveLength(1);
  });
  test.each(['2.7', '3.6', '2'])('Python %s has none', (python) => expect(pinsFor(python)).toBeUndefined());
  test('each instrumentation of a table has its package', () => {
    for (const set of pinSets()) expect(Object.keys(set.libraries).filter((name) => set.version(`opentelemetry-instrumentation-${name}`) === undefined)).toEqual([]);
  });
  test.each(['14', '16', '18', '18.12', '19', '20', '20.5.0', '21', '22', '22.14', '24', '26', undefined])('Node %s has a set', (node) => {
    for (const name of ['@opentelemetry/api', '@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node']) expect(nodePins(node)?.version(name)).toMatch(/^\d/);
  });
  test('a set with preloads for ES modules has their hooks', () => {
    for (const set of nodeSets().filter(({ esm }) => esm)) expect(set.version('@opentelemetry/instrumentation')).toBe(set.version('@opentelemetry/sdk-node'));
  });
});
