/**
 * Shapes: which fields an object from outside may have, and what each may hold.
 *
 * A shape is closed: a field that it does not name is a fault, because a field that no verifier looks at is a place to
 * hide a claim.
 */

/** Says what is wrong with a value, as `place: what was wanted`, or null if it is a `T`. */
export interface Shape<T> {
  (value: unknown): string | null;
  /** Never set; it ties the shape to its type. */
  readonly type?: T;
}

type OptionalKeys<T> = { [K in keyof T]-?: T extends Record<K, T[K]> ? never : K }[keyof T];
type RequiredKeys<T> = Exclude<keyof T, OptionalKeys<T>>;
type Fields<T, K extends keyof T> = { readonly [P in K]-?: Shape<Exclude<T[P], undefined>> };

/** The value as a `T`, if it has the shape; otherwise what `fault` makes of the complaint is thrown. */
export function conform<T>(shape: Shape<T>, value: unknown, fault: (complaint: string) => Error): T {
  const complaint = shape(value);
  if (complaint !== null) throw fault(complaint);
  return value as T;
}

/** An object with exactly these fields. */
export function object<T extends object>(
  required: Fields<T, RequiredKeys<T>>,
  optional?: Fields<T, OptionalKeys<T>>,
): Shape<T> {
  const must = Object.keys(required);
  const fields = new Map<string, Shape<unknown>>(Object.entries({ ...optional, ...required }));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ': want an object';
    for (const key of must) if (!Object.hasOwn(value, key)) return `: field "${key}" is missing`;
    for (const key of Object.keys(value)) {
      const complaint = fields.get(key)?.(Reflect.get(value, key));
      if (complaint === undefined)
        return `: a field is not known here: want ${[...fields.keys()].toSorted().join(', ')}`;
      if (complaint !== null) return `/${key}${complaint}`;
    }
    return null;
  };
}

/** A list of at most `max` values of one shape. */
export function list<T>(of: Shape<T>, max: number): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return ': want a list';
    if (value.length > max) return `: want at most ${max} entries`;
    for (const [index, held] of value.entries()) {
      const complaint = of(held);
      if (complaint !== null) return `/${index}${complaint}`;
    }
    return null;
  };
}

/** An object whose keys all match a pattern and whose values all have one shape. */
export function mapOf<T>(key: RegExp, of: Shape<T>, max = 1024): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ': want an object';
    const entries = Object.entries(value);
    if (entries.length > max) return `: want at most ${max} fields`;
    for (const [name, held] of entries) {
      if (!key.test(name)) return `: want field names like ${key.source}`;
      const complaint = of(held);
      if (complaint !== null) return `/${name}${complaint}`;
    }
    return null;
  };
}

/** One of the given texts. */
export function oneOf<T extends string>(...values: readonly T[]): Shape<T> {
  const known = new Set<unknown>(values);
  return (value) => (known.has(value) ? null : `: want ${values.map((text) => `"${text}"`).join(' or ')}`);
}

/** A text of at most `max` UTF-16 units that matches a pattern. */
export function text(max: number, pattern?: RegExp): Shape<string> {
  return (value) => {
    if (typeof value !== 'string' || value.length > max) return `: want a text of at most ${max} units`;
    return pattern === undefined || pattern.test(value) ? null : `: want a text like ${pattern.source}`;
  };
}

/** An integer within bounds, both included. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  return (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
      ? null
      : `: want an integer from ${min} to ${max}`;
}

/** true or false. */
export const boolean: Shape<boolean> = (value) => (typeof value === 'boolean' ? null : ': want true or false');

/** A union of objects told apart by the text in one field. */
export function variant<T extends object>(field: string, cases: Readonly<Record<string, Shape<T>>>): Shape<T> {
  return (value) => {
    const tag: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
    const shape = typeof tag === 'string' && Object.hasOwn(cases, tag) ? cases[tag] : undefined;
    return shape === undefined ? `/${field}: want ${Object.keys(cases).join(' or ')}` : shape(value);
  };
}

/** A SHA-256 digest in lowercase hex. */
export const digestText: Shape<string> = text(64, /^[0-9a-f]{64}$/);

/** A decimal without exponent, redundant zeros before the point, or a negative zero. */
export const decimalText: Shape<string> = text(40, /^(?!-0(?:\.0+)?$)-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/);

/** A moment in RFC 3339 UTC with milliseconds. */
export const timeText: Shape<string> = text(
  24,
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/,
);

/**
 * A name or an identifier: printable ASCII without quotes, brackets and backslash. It may begin like a path or a scope,
 * because servers name models `/models/x.gguf` or `@vendor/model`.
 */
export function nameText(max: number): Shape<string> {
  return text(max, /^[A-Za-z0-9@/._~][A-Za-z0-9 ._:/@+,()=#~-]*$/);
}
