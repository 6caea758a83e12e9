/** The mapping form of an endpoint in a configuration file, checked against the published schema. */
import { readFileSync } from 'node:fs';
import type { ErrorObject } from 'ajv/dist/2020.js';
import type { JsonValue } from '../core/canonical-json.ts';
import type { InputError } from '../core/errors.ts';
import { complaintsOf } from '../schema/fault.ts';
import { compileSchema } from '../schema/json-schema.ts';
import type { TeeProvider } from '../core/evidence-names.ts';
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
  readonly ca_file?: string;
  readonly tee?: TeeEntry;
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

/** What an entry says about evidence. */
export interface TeeEntry {
  readonly provider?: TeeProvider;
  readonly collateral?: 'intel' | 'none' | { readonly pccs: string } | { readonly folder: string };
  readonly nras?: boolean | string;
  readonly simulated?: true;
}

/** Makes the error of a fault at a JSON pointer. */
export type Fault = (pointer: string, fault: string, cause?: unknown) => InputError;

let schema: JsonValue | undefined;
let isValid: ((value: JsonValue) => boolean) | undefined;

function entrySchema(): JsonValue {
  schema ??= JSON.parse(readFileSync(new URL('./schema/endpoint.schema.json', import.meta.url), 'utf8')) as JsonValue;
  return schema;
}

/** The value as an entry, if it satisfies the schema; otherwise what is wrong is thrown as `fault` makes it. */
export async function checkEntry(value: JsonValue, fault: Fault): Promise<EndpointEntry> {
  isValid ??= compileSchema(entrySchema());
  if (isValid(value)) return value as EndpointEntry;
  const [first] = await complaintsOf(entrySchema(), value);
  throw entryFault(first, fault);
}

// Values are not repeated: an author may have put a key where the name of its variable is wanted.
function entryFault(error: ErrorObject | undefined, fault: Fault): InputError {
  const { instancePath = '', keyword, params = {}, message = 'is not valid', parentSchema } = error ?? {};
  if (instancePath === '' && (keyword === 'oneOf' || keyword === 'required')) {
    return fault('', 'want exactly one of preset (with model), url (with model), embedded and replay');
  }
  if (keyword === 'additionalProperties')
    return fault(instancePath, `"${params['additionalProperty']}" is not known here`);
  const description: unknown = parentSchema?.['description'];
  return fault(instancePath, `${message}${typeof description === 'string' ? ` (${description})` : ''}`);
}
