import type { Rule } from '../../types.ts';
import { doubled } from './doubled.ts';
import { javaAgent } from './java-agent.ts';
import { locks } from './locks.ts';
import { needs } from './need.ts';
import { nodeBuild } from './node-build.ts';
import { nodePreload } from './node-preload.ts';
import { otherAgents } from './other-agents.ts';
import { pythonPackages } from './python-packages.ts';
import { pythonProcess } from './python-process.ts';
import { reloaders } from './reloader.ts';
import { setUp } from './set-up.ts';
import { versions } from './versions.ts';
import { wrapper } from './wrapper.ts';
import { collectors } from './collector.ts';
import { endpointForm } from './endpoint-form.ts';
import { endpointReach } from './endpoint-reach.ts';
import { headerForm } from './header-form.ts';
import { hiddenBlank, plumbing } from './plumbing.ts';
import { propagator } from './propagator.ts';
import { protocols } from './protocol.ts';
import { serviceNames } from './service-name.ts';
import { switchedOff } from './switched-off.ts';
import { misspelled } from './misspelled.ts';
import { unreadableFile } from './unreadable.ts';

/** In the order of precedence: what is more exact comes first. */
export const rules: readonly Rule[] = [...unreadableFile, ...misspelled, ...hiddenBlank, ...headerForm, ...endpointForm, ...plumbing, ...switchedOff, ...protocols, ...endpointReach, ...propagator, ...serviceNames, ...collectors, ...setUp, ...wrapper, ...locks, ...versions, ...pythonPackages, ...reloaders, ...pythonProcess, ...nodePreload, ...nodeBuild, ...doubled, ...javaAgent, ...otherAgents, ...needs];
