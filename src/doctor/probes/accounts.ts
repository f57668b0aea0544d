/** What Honeycomb says of each key that the services use. */
import { account } from '../../backends/honeycomb/api.ts';
import { recogniseKey } from '../../backends/honeycomb/key.ts';
import { fingerprint } from '../../ui/redact.ts';
import type { Probe } from '../types.ts';
import { keysOf } from '../keys.ts';

export const accounts: Probe<'accounts'> = {
  fact: 'accounts',
  title: 'asking Honeycomb about the key',
  from: ['workspace', 'subjects'],
  also: ['containers'],
  touches: 'network',
  // Two regions, one after the other.
  ms: 22_000,
  async run({ workspace, subjects, containers = [] }, tools) {
    // What is no key by its shape is not sent to anybody.
    const keys = keysOf(workspace, subjects, containers).filter((key) => 'kind' in recogniseKey(key));
    const answers = await Promise.all(keys.map(async (key) => ({ key: fingerprint(key), answer: await account(key, tools) })));
    const silent = answers.find(({ answer }) => answer.is === 'unreachable');
    if (silent?.answer.is === 'unreachable' && answers.every(({ answer }) => answer.is === 'unreachable')) return { missing: silent.answer.says.replace(/\.$/, ''), then: 'check the network and run doctor again' };
    return answers;
  },
};
