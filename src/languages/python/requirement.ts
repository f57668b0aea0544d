/** One requirement as PEP 508 writes it: 'Flask[async]>=2,<3 ; python_version > "3.8"'. */
export interface Requirement {
  /** Normalised (PEP 503): lower case, '-' between parts. */
  readonly name: string;
  /** '>=2,<3'; '' = any. */
  readonly spec: string;
}

/** PEP 503: 'Flask_SQLAlchemy' → 'flask-sqlalchemy'. */
export function normalName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** Reads one requirement; undefined for an option ('-r x'), a path or an address without a name. */
export function readRequirement(text: string): Requirement | undefined {
  const egg = /[#&]egg=([A-Za-z0-9][\w.-]*)/.exec(text)?.[1];
  if (egg !== undefined) return { name: normalName(egg), spec: '' };
  const match = /^\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$/s.exec(text);
  if (match?.[1] === undefined) return undefined;
  const rest = (match[2] ?? '').trim();
  if (rest.startsWith('@')) return { name: normalName(match[1]), spec: '' };
  if (rest !== '' && !/^[<>=!~;(]|^--/.test(rest)) return undefined;
  const spec = (rest.split(/;|\s--/)[0] ?? '').replaceAll(/[\s()]/g, '');
  return { name: normalName(match[1]), spec: spec.startsWith('--') ? '' : spec };
}

/** The exact version of '==1.2.3' (also poetry's bare '1.2.3'); undefined for ranges and wildcards. */
export function exactVersion(spec: string): string | undefined {
  return /^={2,3}([0-9][\w.+!-]*)$/.exec(spec)?.[1] ?? /^([0-9][\w.+!-]*)$/.exec(spec)?.[1];
}

/** The lowest version that a specifier lets in: '>=3.9,<4' → '3.9', '^3.10' → '3.10', '==3.11.*' → '3.11'. */
export function lowerBound(spec: string): string | undefined {
  const bounds = [...spec.matchAll(/(>=|>|~=|==|\^|~)\s*v?(\d+(?:\.\d+)*)/g)].map((match) => match[2] ?? '');
  if (bounds.length === 0) return /^\s*(\d+(?:\.\d+)+)/.exec(spec)?.[1];
  return bounds.reduce((low, each) => (compareVersions(each, low) > 0 ? each : low));
}

/** Compares release numbers part by part; letters (b1, rc2, post) are not looked at. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => (/^\d+(?:\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number));
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i += 1) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Whether an exact version lies in a PEP 440 specifier list: '>=1.0,<2.1.0', '~=3.0', '==2.*'. Unknown operators let it pass. */
export function versionFits(version: string, spec: string): boolean {
  return spec.split(',').every((part) => {
    const match = /^\s*(>=|<=|>|<|~=|==|!=)\s*([\w.*]+)\s*$/.exec(part);
    if (match?.[1] === undefined || match[2] === undefined) return true;
    const [operator, bound] = [match[1], match[2]];
    const order = compareVersions(version, bound);
    switch (operator) {
      case '>=': return order >= 0;
      case '<=': return order <= 0;
      case '>': return order > 0;
      case '<': return order < 0;
      case '~=': return order >= 0 && startsWith(version, bound.split('.').slice(0, -1));
      case '!=': return bound.endsWith('.*') ? !startsWith(version, bound.split('.').slice(0, -1)) : order !== 0;
      default: return bound.endsWith('.*') ? startsWith(version, bound.split('.').slice(0, -1)) : order === 0;
    }
  });
}

function startsWith(version: string, parts: readonly string[]): boolean {
  const have = version.split('.');
  return parts.every((part, i) => Number(have[i] ?? 0) === Number(part));
}
