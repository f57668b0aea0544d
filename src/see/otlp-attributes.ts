/** Makes sure that attributes can be read when somebody looks, and makes nothing of them until then. */
import { Malformed, type Budget } from './otlp-limits.ts';
import { CUT_OFF, type Cursor } from './wire-cursor.ts';

/** A KeyValue (opentelemetry-proto, common/v1) that ends at `end`. Throws on what is none. */
export function checkAttribute(cursor: Cursor, end: number, depth: number, budget: Budget): void {
  budget.spend(depth);
  while (cursor.at < end) {
    const tag = cursor.tag();
    if (tag === VALUE) checkValue(cursor, cursor.end(end), depth + 1, budget);
    else cursor.skip(tag, end);
  }
  if (cursor.at !== end) throw new Malformed(CUT_OFF);
}

function checkValue(cursor: Cursor, end: number, depth: number, budget: Budget): void {
  budget.spend(depth);
  while (cursor.at < end) {
    const tag = cursor.tag();
    if (tag === ARRAY || tag === MAP) checkValues(cursor, cursor.end(end), depth + 1, budget, tag === ARRAY ? checkValue : checkAttribute);
    else cursor.skip(tag, end);
  }
  if (cursor.at !== end) throw new Malformed(CUT_OFF);
}

/** ArrayValue and KeyValueList have their items in the same field. */
function checkValues(cursor: Cursor, end: number, depth: number, budget: Budget, check: typeof checkValue): void {
  budget.spend(depth);
  while (cursor.at < end) {
    const tag = cursor.tag();
    if (tag === ITEM) check(cursor, cursor.end(end), depth + 1, budget);
    else cursor.skip(tag, end);
  }
  if (cursor.at !== end) throw new Malformed(CUT_OFF);
}

/** Field numbers with the wire type of what has a length. */
const field = (number: number): number => (number << 3) | 2;
const [VALUE, ARRAY, MAP, ITEM] = [field(2), field(5), field(6), field(1)];
