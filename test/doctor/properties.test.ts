/**
 * After `init` the doctor has nothing to say: every fixture workspace, as init leaves it, under every rule that needs
 * nothing but files. What is said all the same is true, and stands below with its reason.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { diagnose } from '../../src/doctor/engine.ts';
import { factsOf } from '../../src/doctor/know.ts';
import { staticRules } from '../../src/doctor/rules/index.ts';
import { openFiles } from '../../src/workspace/files.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import { workspaceCases } from '../helpers/workspaces.ts';

/** Workspace → what is rightly found in it: rule, service, and why init could not or did not mend it. */
const TRUE: Readonly<Record<string, readonly { readonly rule: string; readonly service?: string; readonly why: string }[]>> = {
  'blank-service-name': [{ rule: 'files.service-name', service: 'backend', why: 'the name is the user\'s own variable, which is not set: kept and said' }],
  'environment-inherited': [{ rule: 'files.nothing-set-up', why: 'init refuses: the environment comes through a merge key' }],
  'hand-wired-to-a-collector': [{ rule: 'source.import-missing', service: 'backend-flask', why: 'init refuses it (another endpoint): requirements.txt really lacks the exporter' }],
  'poetry-no-tool': [{ rule: 'files.nothing-set-up', why: 'init refuses: the lock file needs poetry' }],
};

describe.each(workspaceCases)('$name', ({ name, folder, args, cwd, outside }) => {
  it('is well after init', () => {
    const root = join(folder, 'out');
    const named = args.flatMap((arg, i) => (arg === '--file' || arg === '-f' ? [args[i + 1] ?? ''] : []));
    const workspace = readWorkspace({ cwd: join(root, cwd), env: outside.env ?? {}, files: openFiles(root), composeFiles: named });
    if ('ask' in workspace) throw new Error(`${name} names no compose file`);
    const { lines } = diagnose(factsOf(workspace, []), staticRules);
    const found = lines.filter(({ status }) => status !== 'ok').map(({ rule, service, status, says }) => `${rule} ${service ?? '-'} ${status}: ${says}`);
    const expected = (TRUE[name] ?? []).map(({ rule, service }) => `${rule} ${service ?? '-'}`);
    expect(found.filter((line) => !expected.some((one) => line.startsWith(`${one} `)))).toEqual([]);
    expect(expected.filter((one) => !found.some((line) => line.startsWith(`${one} `)))).toEqual([]);
  });
});
