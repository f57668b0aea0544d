/** .NET: the exporter's event source, as the self-diagnostics file, the console logger or an app's own listener writes it. */
import { start, type Pattern } from './pattern.ts';

export const dotnet: readonly Pattern[] = [
  start('files.header-colon', /Headers provided in an invalid format/),
  start('export.exporter-twice', /Multiple calls to UseOtlpExporter on the same IServiceCollection|Signal-specific AddOtlpExporter methods and the cross-cutting UseOtlpExporter/),
];
