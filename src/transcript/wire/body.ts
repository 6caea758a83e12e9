/** The small questions that every reader of a response body asks. */
import { isJsonObject, type JsonObject } from '../../core/canonical-json.ts';
import { nameText } from '../shape.ts';
import type { ReportedFacts } from './answer.ts';

const isReported = nameText(128);

/** A value if it is an object. */
export function asObject(value: unknown): JsonObject | null {
  return isJsonObject(value) ? value : null;
}

/** The entries of a list, or none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether a value is a number that can be reckoned with; JSON can spell one that is too large. */
export function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/** Whether a value is text that is not empty. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The first of the choices of a body. */
export function firstChoice(body: JsonObject): JsonObject | null {
  return asObject(listOf(body['choices'])[0]);
}

/** A member under a key if it is a printable name. */
export function reportedName<K extends string>(key: K, value: unknown): { readonly [P in K]?: string } {
  return (isReported(value) === null ? { [key]: value } : {}) as { readonly [P in K]?: string };
}

/** What a body says about its making. */
export function reportedFacts(body: JsonObject): Omit<ReportedFacts, 'finish'> {
  const usage = asObject(body['usage']);
  return {
    ...reportedName('model', body['model']),
    ...reportedName('fingerprint', body['system_fingerprint']),
    ...tokenCount('prompt_tokens', usage?.['prompt_tokens']),
    ...tokenCount('completion_tokens', usage?.['completion_tokens']),
  };
}

function tokenCount<K extends string>(key: K, value: unknown): { readonly [P in K]?: number } {
  const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  return (isCount ? { [key]: value } : {}) as { readonly [P in K]?: number };
}
