import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { clean, fingerprint, isSecretName, oneLine, redact } from '../../src/ui/redact.ts';
import { commandLine, gpLine, setLine, shellOf, unsetLine, type Shell } from '../../src/ui/shell-lines.ts';
import { isCI, terminal } from '../../src/ui/terminal.ts';
import { seconds, working } from '../../src/ui/progress.ts';
import { wrap } from '../../src/ui/show.ts';
import { ask, type Question } from '../../src/ui/ask.ts';
import { Cancelled, type Prompts } from '../../src/ui/prompt.ts';
import { proxyFor, reasonOf, shownProxy } from '../../src/io/http.ts';
import { execFileSync } from 'node:child_process';
import { gate } from '../helpers/gate.ts';

describe('redact', () => {
  test('a secret leaves in no form', () => {
    fc.assert(fc.property(fc.string({ minLength: 8, unit: 'grapheme' }), fc.string(), fc.string(), (secret, before, after) => {
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')]) {
        expect(redact(`${before}${form}${after}`, [secret]).length).toBeLessThanOrEqual(before.length + form.length + after.length + 200);
        expect(redact(`<${form}>`, [secret])).toBe('<[hidden]>');
      }
    }));
  });
  test('short and blank values tear no words apart', () => expect(redact('a plain sentence', ['', 'a', 'plain'])).toBe('a plain sentence'));
  test('a fingerprint tells two keys apart and gives neither away', () => {
    const [one, two] = ['hcaik_aaaaaaaaaaaaaaaaaaaaaaaa1', 'hcaik_aaaaaaaaaaaaaaaaaaaaaaaa2'];
    expect(fingerprint(one)).toMatch(/^hca… 31 characters, #[0-9a-f]{4}$/);
    expect(fingerprint(one)).not.toBe(fingerprint(two));
    expect(fingerprint('short')).toMatch(/^… 5 characters, #[0-9a-f]{4}$/);
    expect(fingerprint('')).toBe('(blank)');
  });
  test.each([['HONEYCOMB_API_KEY', true], ['OTEL_EXPORTER_OTLP_HEADERS', true], ['DB_PASSWORD', true], ['OTEL_SERVICE_NAME', false]])('%s is a secret: %s', (name, is) => expect(isSecretName(name)).toBe(is));
});

describe('clean', () => {
  const nasty = '\u001b[31mred\u001b[0m \u0007 \u001b]8;;http://x\u0007 \u202egpj \u009b2J \u200b a\rb';
  test('no control character is left, whatever comes', () => {
    expect(clean(nasty)).toBe('?[31mred?[0m ? ?]8;;http://x? ?gpj ?2J ? a?b');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(clean(text)).not.toMatch(/(?![\t\n])[\p{Cc}\p{Cf}]/u);
      expect(oneLine(text)).not.toMatch(/[\p{Cc}]/u);
    }));
  });
});

describe('the lines to paste', () => {
  test.each<[Readonly<Record<string, string>>, NodeJS.Platform, Shell]>([
    [{ SHELL: '/bin/bash' }, 'linux', 'sh'],
    [{ SHELL: '/bin/zsh' }, 'darwin', 'sh'],
    [{ SHELL: '/usr/local/bin/fish' }, 'darwin', 'fish'],
    [{ SHELL: '/usr/bin/pwsh' }, 'linux', 'powershell'],
    [{}, 'linux', 'sh'],
    [{ PSModulePath: 'C:\\x' }, 'win32', 'powershell'],
    [{ PSModulePath: 'C:\\x', PROMPT: '$P$G' }, 'win32', 'cmd'],
    [{ SHELL: 'C:\\Program Files\\Git\\usr\\bin\\bash.exe' }, 'win32', 'sh'],
  ])('%j on %s: %s', (env, platform, shell) => expect(shellOf(env, platform)).toBe(shell));
  test.each<[Shell, string, string]>([
    ['sh', 'unset A', "export A='it'\\''s'"],
    ['fish', 'set -e A', "set -gx A 'it\\'s'"],
    ['powershell', 'Remove-Item Env:A', "$env:A = 'it''s'"],
    ['cmd', 'set A=', 'set "A=it\'s"'],
  ])('%s', (shell, unset, set) => expect([unsetLine('A', shell), setLine('A', "it's", shell)]).toEqual([unset, set]));
  test('a shell reads back what was quoted for it', () => {
    fc.assert(fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), { minLength: 1, maxLength: 4 }), (words) => {
      expect(execFileSync('sh', ['-c', `printf '%s\\n' ${commandLine(words, 'sh')}`], { encoding: 'utf8' })).toBe(words.map((word) => `${word}\n`).join(''));
    }), { numRuns: 25 });
  });
  test('gp env into the running shell', () => expect(gpLine('A', 'sh')).toBe('eval "$(gp env -e | grep \'^export A=\')"'));
});

describe('terminal', () => {
  const tty = { stdin: { isTTY: true }, stderr: { isTTY: true, columns: 100 } };
  test.each<[string, Readonly<Record<string, string>>, Parameters<typeof terminal>[1], Partial<ReturnType<typeof terminal>>]>([
    ['a terminal', {}, tty, { interactive: true, live: true, color: true, columns: 100 }],
    ['CI=1', { CI: '1' }, tty, { interactive: false, live: false }],
    ['CI=false', { CI: 'false' }, tty, { interactive: true }],
    ['CI=', { CI: '' }, tty, { interactive: true }],
    ['stdin from a pipe', {}, { stdin: {}, stderr: { isTTY: true } }, { interactive: false, live: true, columns: 80 }],
    ['stderr into a file', {}, { stdin: { isTTY: true }, stderr: {} }, { interactive: false, live: false, color: false }],
    ['NO_COLOR=1', { NO_COLOR: '1' }, tty, { color: false, interactive: true }],
    ['NO_COLOR=', { NO_COLOR: '' }, tty, { color: true }],
    ['NO_COLOR beats FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, tty, { color: false }],
    ['TERM=dumb', { TERM: 'dumb' }, tty, { color: false, live: false }],
  ])('%s', (_name, env, streams, expected) => expect(terminal(env, streams)).toMatchObject(expected));
  test.each([[undefined, false], ['', false], ['0', false], ['False', false], ['1', true], ['true', true], ['yes', true]])('CI=%s is CI: %s', (value, is) => expect(isCI({ CI: value })).toBe(is));
});

function clock(live: boolean) {
  let at = 0;
  const { draw, say, err } = gate();
  const one = working('building', { terminal: { live, columns: 40 }, draw, say, now: () => at });
  return { one, later: (ms: number) => void (at += ms), text: err };
}

describe('progress', () => {
  test('in a pipe: plain lines, not more often than every five seconds, with the time', () => {
    const { one, later, text } = clock(false);
    one.says('step 1');
    later(6_000);
    one.says('step 2');
    one.says('step 3');
    later(35_000);
    one.done('built');
    one.failed('too late');
    expect(text()).toBe('  building …\n  building: step 2  6.0 s\n  ✔ built  41 s\n');
  });
  test('in a terminal: one line, as wide as the terminal at most', () => {
    const { one, text } = clock(true);
    one.says(`a long step \u001b[2J${'x'.repeat(80)}`);
    one.failed();
    const drawn = text().split('\r\u001b[K').filter((line) => line !== '');
    expect(drawn.map((line) => line.replace(/\n$/, '').length <= 40)).toEqual([true, true, true]);
    expect(drawn.at(-1)).toBe('  ✘ failed: building  0.0 s\n');
    expect(drawn.join('')).not.toContain('\u001b');
  });
  test.each([[0, '0.0 s'], [1234, '1.2 s'], [9_960, '10 s'], [61_000, '61 s'], [-5, '0.0 s']])('%i ms are %s', (ms, text) => expect(seconds(ms)).toBe(text));
});

test('lines of at most 80 columns; long words stay whole', () => {
  fc.assert(fc.property(fc.array(fc.string({ minLength: 1, maxLength: 20 }).filter((word) => !word.includes(' '))), (words) => {
    const lines = wrap(words.join(' '), 4);
    expect(lines.map((line) => line.trim()).join(' ').replace(/ +/g, ' ')).toBe(words.join(' '));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  }));
});

const question = (more: Partial<Question<string>>): Question<string> => ({ flag: '--thing', env: 'THING', question: 'Which thing?', ask: async () => 'prompted', ...more });

describe('ask', () => {
  const nobody: Prompts = { secret: () => Promise.reject(new Cancelled()), confirm: () => Promise.reject(new Cancelled()), text: () => Promise.reject(new Cancelled()), select: () => Promise.reject(new Cancelled()) };
  const who = (interactive: boolean, yes = false) => ({ prompts: nobody, interactive, yes });
  test.each<[string, Partial<Question<string>>, ReturnType<typeof who>, string]>([
    ['what was given', { given: 'flag', fallback: 'default' }, who(true), 'flag'],
    ['the person', { fallback: 'default' }, who(true), 'prompted'],
    ['the default with --yes', { fallback: 'default' }, who(true, true), 'default'],
    ['the default without a terminal', { fallback: 'default' }, who(false), 'default'],
  ])('%s answers', async (_name, more, asker, answer) => expect(await ask(question(more), asker)).toBe(answer));
  test.each([[who(false), /no terminal, or CI is set/], [who(true, true), /--yes/]])('nobody answers: exit 3, with the flag and the variable', async (asker, says) => {
    await expect(ask(question({}), asker)).rejects.toMatchObject({ exit: 3, message: expect.stringMatching(says), hint: 'say it with --thing or THING' });
  });
  test('a cancelled prompt is 130', async () => {
    await expect(ask(question({ ask: (prompts) => prompts.text('', '') }), who(true))).rejects.toMatchObject({ exit: 130 });
  });
});

describe('proxies', () => {
  test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
    ['https://api.honeycomb.io/1/auth', {}, undefined],
    ['https://api.honeycomb.io/1/auth', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://api.honeycomb.io/1/auth', { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:2' }, 'http://q:2'],
    ['https://api.honeycomb.io/1/auth', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['https://api.honeycomb.io/1/auth', { ALL_PROXY: 'p:1' }, 'http://p:1'],
    ['http://localhost:3000/', { HTTP_PROXY: 'http://p:1', NO_PROXY: 'localhost,127.0.0.1' }, undefined],
    ['https://api.honeycomb.io/', { HTTPS_PROXY: 'http://p:1', no_proxy: '.honeycomb.io' }, undefined],
    ['https://honeycomb.io/', { HTTPS_PROXY: 'http://p:1', no_proxy: 'x, honeycomb.io:443' }, undefined],
    ['https://nothoneycomb.io/', { HTTPS_PROXY: 'http://p:1', no_proxy: 'honeycomb.io' }, 'http://p:1'],
    ['https://honeycomb.io:8443/', { HTTPS_PROXY: 'http://p:1', no_proxy: 'honeycomb.io:443' }, 'http://p:1'],
    ['https://a.test/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, undefined],
  ])('%s with %j goes through %s', (url, env, proxy) => expect(proxyFor(url, env)).toBe(proxy));
  test('its password is not shown', () => expect(shownProxy('http://me:pass@p.test:1/')).toBe('http://p.test:1'));
  test.each<[string, string, RegExp]>([
    ['ENOTFOUND', 'x', /the name api.test is not known/],
    ['ECONNREFUSED', 'x', /nothing listens there/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'x', /NODE_EXTRA_CA_CERTS/],
    ['ODD', 'odd thing', /odd thing \(ODD\)/],
  ])('%s in plain words', (code, message, says) => {
    const cause = Object.assign(new Error(message), { code, hostname: 'api.test' });
    expect(reasonOf(Object.assign(new TypeError('fetch failed'), { cause }))).toMatch(says);
    expect(reasonOf(Object.assign(new TypeError('fetch failed'), { cause: new AggregateError([cause]) }))).toMatch(says);
  });
});
