import { expect, it } from 'vitest';
import { isPrivateIPv4, listenAddresses } from '../../src/see/address.ts';
import type { Tools } from '../../src/types.ts';

const answering = (code: number, out: string): Pick<Tools, 'exec'> => ({ exec: async () => ({ code, out, err: '' }) });

it.each([
  ['no Docker', 127, '', ['127.0.0.1']],
  ['a daemon that does not answer', 1, '', ['127.0.0.1']],
  ['the default bridge', 0, '172.17.0.1 172.17.0.0/16\n', ['127.0.0.1', '172.17.0.1']],
  ['IPv6 beside it', 0, 'fd00::1 fd00::/64\n10.200.0.1 10.200.0.0/24\n', ['127.0.0.1', '10.200.0.1']],
  ['all interfaces', 0, '0.0.0.0 0.0.0.0/0\n', ['127.0.0.1']],
  ['a public address', 0, '8.8.8.8 8.8.8.0/24\n', ['127.0.0.1']],
  ['an engine that leaves its own choice out', 0, ' 172.17.0.0/16\n', ['127.0.0.1', '172.17.0.1']],
  ['something else', 0, '<no value> x\n', ['127.0.0.1']],
])('%s', async (_title, code, out, expected) => expect(await listenAddresses(answering(code, out))).toEqual(expected));

it.each([['172.31.0.1', true], ['172.32.0.1', false], ['192.168.0.1', true], ['100.64.0.1', true], ['10.0.0.256', false], ['10.0.0', false], ['', false]])('%s is private: %s', (text, expected) => expect(isPrivateIPv4(text)).toBe(expected));
