import { join } from 'node:path';

type Reporter = 'default' | ['json', { outputFile: string }];

/** Vitest's own lines; where TEST_REPORTS names a folder (.ci/run does), also the counts as JSON in it. */
export function reporters(): Reporter[] {
  const folder = process.env['TEST_REPORTS'];
  return folder === undefined ? ['default'] : ['default', ['json', { outputFile: join(folder, `${process.pid}.json`) }]];
}
