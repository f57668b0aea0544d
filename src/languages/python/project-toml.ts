import { formatOf } from '../../formats/index.ts';
import { isMapModel, valueAt } from '../../formats/model.ts';
import { lowerBound, normalName, readRequirement } from './requirement.ts';
import type { Files, Keys, Model, Path, Where } from '../../types.ts';

/** What a pyproject.toml or a Pipfile declares. */
export interface ProjectToml {
  /** Where dependencies are declared: ['project','dependencies'], ['tool','poetry','dependencies'], ['packages']. */
  readonly at: Keys;
  readonly libraries: Readonly<Record<string, string>>;
  readonly lines: Readonly<Record<string, Where>>;
  /** Lower bound of requires-python: what uv and poetry resolve for. */
  readonly floor?: string;
  /** 'poetry', 'pipenv', or undefined where the file alone does not say. */
  readonly manager?: string;
}

/** Reads a pyproject.toml or Pipfile; undefined where it declares no dependencies of a project (only tools' settings) or is not TOML. */
export function readProjectToml(files: Files, file: Path): ProjectToml | undefined {
  const text = files.text(file);
  if (text === undefined) return undefined;
  const parsed = formatOf('toml').parse(text);
  if (!('model' in parsed)) return undefined;
  const model = parsed.model;
  const line = (at: Keys): Where => {
    const number = formatOf('toml').line(text, at);
    return number === undefined ? { path: file } : { path: file, line: number };
  };
  if (file.endsWith('Pipfile')) {
    const floor = specText(valueAt(model, ['requires', 'python_version']));
    return { at: ['packages'], ...tableLibraries(valueAt(model, ['packages']), ['packages'], line), manager: 'pipenv', ...(floor === '' ? {} : { floor }) };
  }
  const project = valueAt(model, ['project']);
  const poetry = valueAt(model, ['tool', 'poetry', 'dependencies']);
  const dynamic = valueAt(model, ['project', 'dynamic']);
  const declared = isMapModel(project) && !(Array.isArray(dynamic) && dynamic.includes('dependencies'));
  if (declared && (valueAt(model, ['project', 'dependencies']) !== undefined || !isMapModel(poetry))) {
    const at: Keys = ['project', 'dependencies'];
    const floor = lowerBound(specText(valueAt(model, ['project', 'requires-python'])));
    const manager = isMapModel(valueAt(model, ['tool', 'poetry'])) ? { manager: 'poetry' } : {};
    return { at, ...listLibraries(valueAt(model, at), at, line), ...manager, ...(floor === undefined ? {} : { floor }) };
  }
  if (!isMapModel(poetry)) return undefined;
  const at: Keys = ['tool', 'poetry', 'dependencies'];
  const floor = lowerBound(specText(valueAt(model, [...at, 'python'])));
  return { at, ...tableLibraries(poetry, at, line), manager: 'poetry', ...(floor === undefined ? {} : { floor }) };
}

type Declared = Pick<ProjectToml, 'libraries' | 'lines'>;

function listLibraries(list: Model | undefined, at: Keys, line: (at: Keys) => Where): Declared {
  const libraries: Record<string, string> = {};
  const lines: Record<string, Where> = {};
  for (const [i, item] of (Array.isArray(list) ? list : []).entries()) {
    const requirement = typeof item === 'string' ? readRequirement(item) : undefined;
    if (requirement === undefined) continue;
    libraries[requirement.name] = requirement.spec;
    lines[requirement.name] = line([...at, i]);
  }
  return { libraries, lines };
}

function tableLibraries(table: Model | undefined, at: Keys, line: (at: Keys) => Where): Declared {
  const libraries: Record<string, string> = {};
  const lines: Record<string, Where> = {};
  for (const [name, value] of Object.entries(isMapModel(table) ? table : {})) {
    if (name === 'python') continue;
    const spec = specText(isMapModel(value) ? valueAt(value, ['version']) : value);
    libraries[normalName(name)] = spec === '*' ? '' : spec;
    lines[normalName(name)] = line([...at, name]);
  }
  return { libraries, lines };
}

function specText(value: Model | undefined): string {
  return typeof value === 'string' ? value : '';
}
