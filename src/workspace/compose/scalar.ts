/**
 * What a plain YAML scalar is for Compose: go-yaml's resolve.go, whose numbers differ from YAML 1.2 in places that show
 * (`0644` is 420, `1_000` is 1000, `1.10` is 1.1) and whose `yes`, `no`, `on`, `off` are plain text.
 */
export type ScalarType = 'string' | 'int' | 'float' | 'bool' | 'null';
export interface Scalar {
  readonly type: ScalarType;
  /** As Go prints the value; null for null. */
  readonly text: string | null;
}

const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

/** Type and text of an unquoted scalar as written. */
export function plainScalar(written: string): Scalar {
  if (/^(?:|~|null|Null|NULL)$/.test(written)) return { type: 'null', text: null };
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(written)) return { type: 'bool', text: written.toLowerCase() };
  if (/^[-+]?\.inf$/i.test(written)) return { type: 'float', text: written.startsWith('-') ? '-Inf' : '+Inf' };
  if (/^\.nan$/i.test(written)) return { type: 'float', text: 'NaN' };
  if (!/^[-+.\d]/.test(written)) return { type: 'string', text: written };
  const digits = written.replaceAll('_', '');
  const whole = integer(digits);
  if (whole !== undefined) return { type: 'int', text: whole.toString() };
  if (FLOAT.test(digits) && Number.isFinite(Number(digits))) return { type: 'float', text: goFloat(Number(digits)) };
  return { type: 'string', text: written };
}

/** strconv.ParseInt(text, 0, 64): decimal, 0x, 0b, 0o and C's octal; undefined = no 64-bit integer. */
function integer(text: string): bigint | undefined {
  const found = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/.exec(text);
  if (found === null) return undefined;
  const [, sign = '', digits = ''] = found;
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const signed = sign === '-' ? -value : value;
  return signed >= -(2n ** 63n) && signed < 2n ** 64n ? signed : undefined;
}

/** Go's %v of a float64: an exponent, of two digits at least, below 1e-4 and from 1e6 on (strconv: shortest 'g'). */
function goFloat(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
  }
  return String(value);
}
