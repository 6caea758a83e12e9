/** Typed reading of a request body: every field is checked, bounded and named in the error. */
import { ApiError } from './api-error.ts';

/** The limits of a number field. */
export interface NumberLimits {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** A request body whose fields are read by name and type; null counts as not given. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;

  /**
   * @param body - The parsed JSON.
   * @param known - All names that may occur: a field that would be ignored is refused instead.
   * @throws ApiError 400
   */
  constructor(body: unknown, known: readonly string[]) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new ApiError(400, 'invalid_body', 'the body must be a JSON object');
    }
    const unknown = Object.keys(body).find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new ApiError(400, 'unsupported_parameter', 'this server does not know the parameter', unknown.slice(0, 64));
    }
    this.#values = { ...body };
  }

  /** The raw value, or undefined if absent or null. */
  get(name: string): unknown {
    return this.#values[name] ?? undefined;
  }

  text(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value : refuse(name, 'a string');
  }

  flag(name: string): boolean {
    const value = this.get(name) ?? false;
    return typeof value === 'boolean' ? value : refuse(name, 'true or false');
  }

  number<T>(name: string, { min, max, whole = false }: NumberLimits, otherwise: T): number | T {
    const value = this.get(name);
    if (value === undefined) return otherwise;
    const fits = typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value));
    return fits ? value : refuse(name, `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
  }

  /**
   * Accept a parameter only where it asks for what the server does anyway.
   *
   * @throws ApiError 400
   */
  only(name: string, ...allowed: readonly unknown[]): void {
    const value = this.get(name);
    if (value === undefined || allowed.includes(value)) return;
    const message = `${name} must be ${allowed.join(' or ')} here, or left out`;
    throw new ApiError(400, 'unsupported_value', message, name);
  }
}

/** Refuse a field. @throws ApiError 400, always. */
export function refuse(name: string, wanted: string): never {
  throw new ApiError(400, 'invalid_value', `${name} must be ${wanted}`, name);
}
