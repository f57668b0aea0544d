/** Meanings of the workspace's files, read once for all needs: a compose file of a thousand services is parsed once. */
import { formatOf } from '../formats/index.ts';
import { valueAt } from '../formats/model.ts';
import type { Files, FormatId, Keys, Model, Path } from '../types.ts';

const known = new WeakMap<Files, Map<string, Model | undefined>>();

/** undefined = the file is absent or cannot be read as that. */
export function modelOf(files: Files, path: Path, format: FormatId): Model | undefined {
  const models = known.get(files) ?? new Map<string, Model | undefined>();
  known.set(files, models);
  const key = `${format} ${path}`;
  if (!models.has(key)) {
    const text = files.text(path);
    const parsed = text === undefined ? undefined : formatOf(format).parse(text);
    models.set(key, parsed !== undefined && 'model' in parsed ? parsed.model : undefined);
  }
  return models.get(key);
}

/** The value at a key path of a file; undefined = not there. */
export function valueIn(files: Files, path: Path, format: FormatId, at: Keys): Model | undefined {
  const model = modelOf(files, path, format);
  return model === undefined ? undefined : valueAt(model, at);
}
