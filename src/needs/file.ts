/** Where a template file lands: in the service's folder, and from there in its image. */
import { isMapModel, valueAt } from '../formats/model.ts';
import type { Need, Op, Path, Service, Stuck, Verdict, Workspace } from '../types.ts';
import { template } from '../templates.ts';
import { containerDir, inContainer } from '../workspace/container-path.ts';
import { join, nameOf } from '../workspace/path.ts';
import { dockerIgnored } from '../workspace/docker-ignore.ts';
import { modelOf } from './models.ts';

type FileNeed = Extract<Need, { kind: 'file' }>;

/** Every template says who wrote it: a copy of an earlier release (or one that the user has touched) still does its work. */
const OURS = 'Written by otel-setup.';

/** Met where our file is there and gets into the container; another file of that name is the user's. */
export function land(workspace: Workspace, service: Service, need: FileNeed): Verdict {
  const { files } = workspace;
  const path = join(service.dir, need.to);
  const there = files.exists(path);
  const text = files.text(path);
  if (there && text !== template(need.template) && text?.includes(OURS) !== true) {
    return { is: 'stuck', stuck: `${path} is there already and is another file than the one that is needed. Rename it, then run init again.` };
  }
  const copy = intoImage(workspace, service, path);
  if ('stuck' in copy) return { is: 'stuck', ...copy };
  const ops: Op[] = [...(there ? [] : [{ op: 'create', path, template: need.template } as const]), ...copy];
  return ops.length === 0 ? { is: 'met', where: { path } } : { is: 'absent', ops };
}

/** The instruction that brings the file into the image, where nothing does yet. */
function intoImage(workspace: Workspace, service: Service, path: Path): readonly Op[] | Stuck {
  if (service.origin === 'folder') return [];
  const reached = inContainer(service, path);
  if (reached?.by === 'mount') return [];
  const { build } = service;
  if (build === undefined) return { stuck: `${path} would not be in the container of ${service.name}: it has an image and no build. Mount its folder.`, paste: { into: `${service.name}, volumes`, text: `- ./${path}:/otel/${nameOf(path)}:ro` } };
  const { context, dockerfile, stage } = build;
  const below = context === '' ? path : path.startsWith(`${context}/`) ? path.slice(context.length + 1) : undefined;
  const folder = containerDir(service);
  if (below === undefined || stage === undefined || folder === undefined) return { stuck: `${path} does not get into the image of ${service.name}: ${stage === undefined ? 'its Dockerfile could not be read' : 'it lies outside of the build context'}. Copy it there by hand.`, paste: { into: dockerfile, text: `COPY ${nameOf(path)} ./` } };
  const ignored = dockerIgnored(workspace.files, context, dockerfile, below);
  if (ignored.is === 'out') return { stuck: `${ignored.by} keeps ${below} out of the image of ${service.name}. Let it in, then run init again.`, paste: { into: ignored.by, text: `!${below}` } };
  if (ignored.is === 'unknown') return { stuck: `${ignored.by} ${ignored.why ?? 'is not followed'}: whether ${below} gets into the image of ${service.name} is not known. Make it shorter, then run init again.` };
  if (reached !== undefined) return [];
  const at = placeFor(workspace, dockerfile, stage.index);
  const to = `${folder === '/' ? '' : folder}/`;
  // A name with blanks needs the JSON form.
  const line = /\s/.test(below + to) ? `COPY ${JSON.stringify([below, to])}` : `COPY ${below} ${to}`;
  if (at === undefined) return { stuck: `${dockerfile} has no place for a COPY in the stage of ${service.name}.`, paste: { into: dockerfile, text: line } };
  return [{ op: 'edit', path: dockerfile, format: 'dockerfile', change: { do: 'add', at: ['stages', stage.index, 'instructions', at], value: line } }];
}

/** In front of the stage's last CMD (else ENTRYPOINT), else of its last instruction. */
function placeFor(workspace: Workspace, dockerfile: Path, stage: number): number | undefined {
  const model = modelOf(workspace.files, dockerfile, 'dockerfile');
  const instructions = model === undefined ? undefined : valueAt(model, ['stages', stage, 'instructions']);
  if (!Array.isArray(instructions) || instructions.length === 0) return undefined;
  const last = (keyword: string): number => instructions.findLastIndex((one) => isMapModel(one) && one['keyword'] === keyword);
  const [cmd, entry] = [last('CMD'), last('ENTRYPOINT')];
  return cmd >= 0 ? cmd : entry >= 0 ? entry : instructions.length - 1;
}
