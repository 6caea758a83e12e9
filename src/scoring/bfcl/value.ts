/** Values as Python has them: an int is no float, a tuple is no list, and 5 == 5.0 all the same. */

/** A value of a Python literal. */
export type PyValue =
  | { readonly type: 'str'; readonly value: string }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'none' }
  /** A value of another type, such as bytes; it equals nothing. */
  | { readonly type: 'other' }
  | { readonly type: 'list' | 'tuple'; readonly items: readonly PyValue[] }
  | PyDict;

/** A dictionary; keys that are no texts are kept by how they print. */
export interface PyDict {
  readonly type: 'dict';
  readonly entries: ReadonlyMap<string, PyValue>;
}

/** A text. */
export function str(value: string): PyValue {
  return { type: 'str', value };
}

/** `a == b` */
function isEqual(a: PyValue, b: PyValue): boolean {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return x === y;
  if (a.type === 'str' && b.type === 'str') return a.value === b.value;
  if (a.type === 'none') return b.type === 'none';
  if ('items' in a && 'items' in b)
    return (
      a.type === b.type && a.items.length === b.items.length && a.items.every((item, at) => isItem(item, b.items[at]))
    );
  if (a.type === 'dict' && b.type === 'dict')
    return a.entries.size === b.entries.size && [...a.entries].every(([key, held]) => isItem(held, b.entries.get(key)));
  return false;
}

/** `value in list` */
export function isIn(value: PyValue, list: readonly PyValue[]): boolean {
  return list.some((item) => isEqual(value, item));
}

function isItem(a: PyValue, b: PyValue | undefined): boolean {
  return b !== undefined && isEqual(a, b);
}

// One text per number, whatever its type; True is 1.
function numberOf(value: PyValue): string | null {
  switch (value.type) {
    case 'int':
      return `${value.value}`;
    case 'bool':
      return value.value ? '1' : '0';
    case 'float':
      return Number.isInteger(value.value) ? `${BigInt(value.value)}` : `${value.value} ${Number.isNaN(value.value)}`;
    default:
      return null;
  }
}
