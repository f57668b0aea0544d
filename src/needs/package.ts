/** Where a package lands: in the manifest that the image installs from, and in the lock file that follows it. */
import type { Change, Need, Op, Service, Slot, Verdict, Workspace } from '../types.ts';
import { lockOps } from './lock-ops.ts';

type PackageNeed = Extract<Need, { kind: 'package' }>;

/** Met where the library is named in any version; an exact OpenTelemetry version of another release differs. */
export function land(workspace: Workspace, service: Service, need: PackageNeed): Verdict {
  const { app } = service;
  const manifest = app?.manifest;
  const spec = app === undefined ? undefined : specOf(app.libraries, need.name);
  if (spec !== undefined) {
    const where = manifest === undefined ? 'image' : { path: manifest.path };
    const exact = /^(?:={2,3})?\s*v?(\d[\w.+-]*)$/.exec(spec.trim())?.[1];
    const fits = exact === undefined || exact === need.version || !/^@?opentelemetry[-/]/.test(need.name);
    return fits ? { is: 'met', where } : { is: 'differs', where, found: `${need.name} ${exact}`, ops: [] };
  }
  if (app === undefined || manifest === undefined) {
    const node = app?.language === 'node';
    return {
      is: 'stuck',
      stuck: `No file was found that ${service.name}'s packages are installed from. Add the packages where you install them.`,
      paste: { into: node ? 'package.json, "dependencies"' : 'requirements.txt', text: node ? `"${need.name}": "${need.version}"` : `${need.name}==${need.version}` },
    };
  }
  const locks = lockOps(workspace.files, manifest, app);
  if ('stuck' in locks) return { is: 'stuck', ...locks };
  const edit: Op = { op: 'edit', path: manifest.path, format: manifest.format, change: changeFor(manifest, need) };
  return { is: 'absent', ops: [edit, ...locks] };
}

/** Names as their registry compares them: PyPI takes '-', '_' and '.' for the same. */
function specOf(libraries: Readonly<Record<string, string>>, name: string): string | undefined {
  if (name.startsWith('@')) return Object.hasOwn(libraries, name) ? libraries[name] : undefined;
  return Object.entries(libraries).find(([library]) => normal(library) === normal(name))?.[1];
}

const normal = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

function changeFor(slot: Slot, { name, version }: PackageNeed): Change {
  const line = `${name}==${version}`;
  if (slot.format === 'package-json') return { do: 'set', at: ['dependencies', name], value: version };
  if (slot.format === 'requirements-txt') return { do: 'add', at: slot.at, value: line };
  if (slot.format === 'toml') {
    if (slot.at[0] === 'project') return { do: 'add', at: slot.at, value: line };
    // Poetry reads a bare version as exactly that one; a Pipfile wants its operator.
    return { do: 'set', at: [...slot.at, name], value: slot.at[0] === 'packages' ? `==${version}` : version };
  }
  return { do: 'prefix', at: slot.at, words: [line], ...(slot.from === undefined ? {} : { from: slot.from }) };
}
