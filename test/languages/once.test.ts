import { describe, expect, test } from 'vitest';

import { oncePerService } from '../../src/languages/once.ts';
import type { Service } from '../../src/types.ts';
import { memoryFiles, sketch } from './service.ts';

describe('what is found out about a service', () => {
  const files = memoryFiles({});
  const service = sketch({});
  const asked = (again: Service, from = files): number => {
    let times = 0;
    const find = oncePerService(() => (times += 1));
    find(service, files);
    find(again, from);
    return times;
  };

  test.each<[string, Service, number]>([
    ['is found out once', service, 1],
    ['is the same when the app is known', { ...service, app: { language: 'node', libraries: {}, traits: {}, because: [] } }, 1],
    ['is another thing for another name', { ...service, name: 'other' }, 2],
    ['is another thing where less is known', { ...service, unsure: [] }, 2],
    ['is another thing for another list of variables', { ...service, env: [...service.env] }, 2],
    ['is another thing with something more', { ...service, image: 'node:22' }, 2],
  ])('%s', (_, again, times) => expect(asked(again)).toBe(times));
  test('is another thing in other files', () => expect(asked(service, memoryFiles({}))).toBe(2));
});
