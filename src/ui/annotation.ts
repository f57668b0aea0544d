/** A line that GitHub Actions shows beside a file (docs.github.com: workflow commands; '%', line ends, and in a property ':' and ',' are escaped). Pure. */
import type { Place } from '../types.ts';

export function annotation(level: 'error' | 'warning' | 'notice', text: string, { place, title }: { readonly place?: Place | undefined; readonly title?: string } = {}): string {
  const at = place === undefined || typeof place === 'string' ? [] : [`file=${property(place.path)}`, ...(place.line === undefined ? [] : [`line=${place.line}`])];
  const properties = [...at, ...(title === undefined ? [] : [`title=${property(title)}`])].join(',');
  return `::${level}${properties === '' ? '' : ` ${properties}`}::${escaped(text)}`;
}

const escaped = (value: string) => value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (value: string) => escaped(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
