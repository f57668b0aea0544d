/**
 * A need held against the workspace: the one judgement that init, --check and the doctor share. One lander for each
 * kind of need says where it lands. Pure.
 */
import type { Need, Service, Verdict, Workspace } from '../types.ts';
import { land as env } from './env.ts';
import { land as file } from './file.ts';
import { land as host } from './host.ts';
import { land as pack } from './package.ts';
import { land as secret } from './secret.ts';
import { land as wrap } from './wrap.ts';

/**
 * @param chosen names of all services that are set up in this run: a place that two services share may only be changed
 * where both are meant.
 */
export function judge(workspace: Workspace, service: Service, need: Need, chosen: ReadonlySet<string>): Verdict {
  switch (need.kind) {
    case 'env':
      return env(workspace, service, need);
    case 'secret':
      return secret(workspace, need);
    case 'package':
      return pack(workspace, service, need);
    case 'wrap':
      return wrap(workspace, service, need, chosen);
    case 'file':
      return file(workspace, service, need);
    case 'host':
      return host(workspace, service, need);
  }
}
