/** The file types that can be read and edited, by name. */
import type { Format, FormatId } from '../types.ts';
import { compose } from './compose.ts';
import { dockerfile } from './dockerfile.ts';
import { dotenv } from './dotenv.ts';
import { ignoreFile } from './ignore-file.ts';
import { packageJson } from './package-json.ts';
import { procfile } from './procfile.ts';
import { requirementsTxt } from './requirements-txt.ts';
import { toml } from './toml.ts';

export const formats: Readonly<Record<FormatId, Format>> = Object.fromEntries(
  [compose, dockerfile, requirementsTxt, packageJson, toml, dotenv, ignoreFile, procfile].map((format) => [format.id, format]),
);

/**
 * The format of that name.
 * @throws RangeError if there is none: a plan file that was written by hand, or by another version.
 */
export function formatOf(id: FormatId): Format {
  const format = Object.hasOwn(formats, id) ? formats[id] : undefined;
  if (format === undefined) throw new RangeError(`There is no file format '${id}'; there are: ${Object.keys(formats).join(', ')}.`);
  return format;
}
