/** The mapping form of an endpoint in a configuration file, checked against the published schema. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { InputError } from '../core/errors.ts';
import type { PlanEndpoint } from '../transcript/plan.ts';

/** An entry that satisfies the schema. */
export interface EndpointEntry {
  readonly name?: string;
  readonly preset?: string;
  readonly url?: string;
  readonly embedded?: string;
  readonly replay?: string;
  readonly model?: string;
  readonly api_key_env?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly stream?: boolean;
  readonly max_tokens_field?: PlanEndpoint['max_tokens_field'];
  readonly extra?: object;
  readonly timeout_ms?: number;
  readonly prices?: {
    readonly prompt_usd_per_mtok: number | string;
    readonly completion_usd_per_mtok: number | string;
    readonly dated: string;
  };
}

/** Makes the error of a fault at a JSON pointer. */
export type Fault = (pointer: string, fault: string, cause?: unknown) => InputError;

let validate: ValidateFunction<EndpointEntry> | undefined;

/** Check a value from a configuration file; what is wrong is thrown as `fault` makes it. */
export function checkEntry(value: unknown, fault: Fault): asserts value is EndpointEntry {
  validate ??= compiled();
  if (!validate(value)) throw schemaFault(validate.errors?.[0], fault);
}

function compiled(): ValidateFunction<EndpointEntry> {
  const schema: unknown = JSON.parse(readFileSync(new URL('./schema/endpoint.schema.json', import.meta.url), 'utf8'));
  // The schema itself is checked by a test; checking it here again would double the start-up time.
  const ajv = new Ajv2020({ verbose: true, strictTypes: false, meta: false, validateSchema: false });
  return ajv.compile<EndpointEntry>(schema as object);
}

// Values are not repeated: an author may have put a key where the name of its variable is wanted.
function schemaFault(error: ErrorObject | undefined, fault: Fault): InputError {
  const { instancePath = '', keyword, params = {}, message = 'is not valid', parentSchema } = error ?? {};
  if (instancePath === '' && (keyword === 'oneOf' || keyword === 'required')) {
    return fault('', 'want exactly one of preset (with model), url (with model), embedded and replay');
  }
  if (keyword === 'additionalProperties')
    return fault(instancePath, `"${params['additionalProperty']}" is not known here`);
  const description: unknown = parentSchema?.['description'];
  return fault(instancePath, `${message}${typeof description === 'string' ? ` (${description})` : ''}`);
}
