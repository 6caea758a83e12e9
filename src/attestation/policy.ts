/**
 * Policies: what a user requires of an attested endpoint beyond its being genuine.
 *
 * Providers publish no signed list of what they run, so somebody has to name the measurements that are accepted. A
 * policy says so in a file; where all boot measurements of a machine are in it, the claim `measurements` is asserted.
 */
import { isDigest } from '../core/digest.ts';
import { InputError } from '../core/errors.ts';
import { ENDPOINT_LEVELS, type EndpointLevel } from '../core/evidence-names.ts';
import { formatPointer } from '../core/json-pointer.ts';

/** What is accepted of the machines of one role. */
export interface MachinePolicy {
  /** Accepted values by name of the measurement, such as `mr_td` or `rtmr1`; lower-case hex. */
  readonly measurements?: Readonly<Record<string, readonly string[]>>;
  /** Accepted SHA-256 of the application's compose file; lower-case hex. */
  readonly compose_hashes?: readonly string[];
}

/** A policy. What it does not name is not required. */
export interface Policy {
  readonly minimum_level?: EndpointLevel;
  readonly tcb_statuses?: readonly string[];
  readonly minimum_tcb_evaluation_data_number?: number;
  /** Whether GPU evidence has to verify. */
  readonly gpu_required?: boolean;
  readonly model?: MachinePolicy;
  readonly gateway?: MachinePolicy;
}

const MAX_ENTRIES = 1024;
const MEASUREMENT_NAME = /^[a-z][a-z0-9_]{0,63}$/;
const HEX = /^(?:[0-9a-f]{2}){1,512}$/;
const TCB_STATUS = /^[A-Za-z]{1,64}$/;

/** Checks a value at a place and throws if it is not what it should be. */
type Check = (value: unknown, path: readonly string[]) => void;

const checkMachine: Check = fieldsOf({
  measurements: mapOf(MEASUREMENT_NAME, listOf(textLike(HEX, 'lower-case hex'))),
  compose_hashes: listOf(digest),
});

const checkPolicyFields: Check = fieldsOf({
  minimum_level: oneOf(ENDPOINT_LEVELS),
  tcb_statuses: listOf(textLike(TCB_STATUS, 'the name of a TCB status')),
  minimum_tcb_evaluation_data_number: naturalNumber,
  gpu_required: boolean,
  model: checkMachine,
  gateway: checkMachine,
});

/**
 * The policy in a value that was parsed from JSON or YAML.
 *
 * @throws {@link InputError} `ERR_CONFIG_SCHEMA` with the pointer of the first fault: a field that no policy has, a
 *   value of another form, or a list without entries, which nothing could satisfy.
 */
export function parsePolicy(value: unknown): Policy {
  checkPolicyFields(value, []);
  return value as Policy;
}

function fieldsOf(fields: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    for (const [key, held] of entriesOf(value, path)) {
      const check = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (check === undefined) throw wrong([...path, key], `one of ${Object.keys(fields).join(', ')}`);
      check(held, [...path, key]);
    }
  };
}

function mapOf(name: RegExp, check: Check): Check {
  return (value, path) => {
    for (const [key, held] of entriesOf(value, path)) {
      if (!name.test(key)) throw wrong([...path, key], 'the name of a measurement, such as mr_td');
      check(held, [...path, key]);
    }
  };
}

function entriesOf(value: unknown, path: readonly string[]): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'a mapping');
  return Object.entries(value);
}

function listOf(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > MAX_ENTRIES) {
      throw wrong(path, `a list of 1 to ${MAX_ENTRIES} entries`);
    }
    for (const [index, held] of value.entries()) check(held, [...path, `${index}`]);
  };
}

function textLike(pattern: RegExp, wanted: string): Check {
  return (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw wrong(path, wanted);
  };
}

function oneOf(values: readonly string[]): Check {
  return (value, path) => {
    if (!values.some((known) => known === value)) throw wrong(path, `one of ${values.join(', ')}`);
  };
}

function digest(value: unknown, path: readonly string[]): void {
  if (!isDigest(value)) throw wrong(path, '64 lower-case hex digits');
}

function naturalNumber(value: unknown, path: readonly string[]): void {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw wrong(path, 'a whole number from 0');
}

function boolean(value: unknown, path: readonly string[]): void {
  if (typeof value !== 'boolean') throw wrong(path, 'true or false');
}

function wrong(path: readonly string[], wanted: string): InputError {
  const pointer = formatPointer(path);
  return new InputError('ERR_CONFIG_SCHEMA', `cannot read policy at ${pointer || 'the top'}: want ${wanted}`, {
    pointer,
  });
}
