/** Run as a process of its own: writes a plan on a disk that kills the process at the n-th change. */
import { readFileSync } from 'node:fs';
import type { Plan } from '../../src/types.ts';
import { realDisk } from '../../src/write/write.ts';
import { writePlan } from '../../src/write/write-plan.ts';
import { dyingDisk } from './dying-disk.ts';
import { quickTools, quickWorkspace, SECRETS } from './sample-run.ts';

const [root = '', planFile = '', at = '0', when = 'before'] = process.argv.slice(2);
const disk = dyingDisk(realDisk, Number(at), when === 'after' ? 'after' : 'before', () => process.kill(process.pid, 'SIGKILL'));
await writePlan(quickWorkspace(root), JSON.parse(readFileSync(planFile, 'utf8')) as Plan, SECRETS, quickTools(root), { disk });
