/** The published schemas and the parsers must agree: on every example, and on every mutation of one field of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/core/bytes.ts';
import { canonicalize, type JsonValue } from '../../src/core/canonical-json.ts';
import { InputError, isTouchstoneError } from '../../src/core/errors.ts';
import { isGatePolicy } from '../../src/reports/gate/policy.ts';
import { parseDefinition } from '../../src/suites/definition.ts';
import { parseOpening } from '../../src/transcript/opening.ts';
import { parsePlan } from '../../src/transcript/plan-text.ts';
import { parseContainerLine, type ContainerLine } from '../../src/transcript/publication.ts';
import { parseRecord } from '../../src/transcript/record-line.ts';
import {
  CONTAINER_LINES,
  DEFINITION,
  FULL_DEFINITION,
  FULL_PLAN,
  GATE_POLICY,
  OPENING_LINES,
  PLAN,
  RECORDS,
  TEE_PLAN,
} from './examples.ts';

const folder = join(import.meta.dirname, '../../docs/schema');

function schemaOf(name: string): object {
  return JSON.parse(readFileSync(join(folder, `${name}.schema.json`), 'utf8')) as object;
}

function compile(name: string): ValidateFunction {
  return new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(schemaOf(name));
}

interface Subject {
  readonly parse: (text: string) => unknown;
  readonly examples: readonly object[];
  /** Places whose relation to others no schema can state: there the parser may refuse more. */
  readonly related?: RegExp;
}

function containerKind(text: string): ContainerLine['t'] {
  const value: unknown = JSON.parse(text);
  const kind: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 't') : null;
  return kind === 'file' || kind === 'records' || kind === 'evidence' ? kind : 'bundle';
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  ...Object.fromEntries(
    Object.entries(RECORDS).map(([kind, examples]) => [
      kind,
      { parse: parseRecord, examples: Object.values(examples) },
    ]),
  ),
  // A fraction is at most one.
  score: { parse: parseRecord, examples: Object.values(RECORDS.score), related: /^\/(?:num|den)$/ },
  // The rules name the judge by its model and address.
  plan: { parse: parsePlan, examples: [PLAN, FULL_PLAN, TEE_PLAN], related: /^(?:\/rules)?\/judge(?:\/|$)/ },
  // The digests of scorer and harness are those of their options.
  'suite-definition': {
    parse: (text) => parseDefinition(encodeUtf8(text)),
    examples: [DEFINITION, FULL_DEFINITION],
    related: /^\/(?:scorer|harness|harnesses\/0)\//,
  },
  // Bytes that are valid UTF-8 are not written as base64.
  opening: {
    parse: parseOpening,
    examples: Object.values(OPENING_LINES).map((line) => JSON.parse(line) as object),
    related: /^\/b64$/,
  },
  'gate-policy': { parse: parseGatePolicyJson, examples: [GATE_POLICY] },
  'container-line': {
    parse: (text) => parseContainerLine(text, containerKind(text)),
    examples: Object.values(CONTAINER_LINES),
  },
};

function parseGatePolicyJson(text: string): void {
  if (!isGatePolicy(JSON.parse(text) as JsonValue)) throw new InputError('ERR_CONFIG_SCHEMA', 'no policy');
}

interface Mutation {
  /** JSON pointer of what was changed. */
  readonly place: string;
  readonly change: string;
  readonly value: unknown;
}

const OTHER_TYPES: readonly unknown[] = [true, 7, 'text', [], {}, null, 0.5];

function othersThan(value: unknown): readonly unknown[] {
  if (typeof value === 'number')
    return [0, 1, -1, 2 ** 53, -(2 ** 53), value + 1, value - 1, value + 0.5, 1001, 10_000_001];
  if (typeof value === 'string') {
    return [
      '',
      `${value}\n`,
      ` ${value}`,
      value.toUpperCase(),
      value.slice(1),
      `${value}x`,
      `${value}é`,
      `-${value}`,
      value.padEnd(5000, 'x'),
    ];
  }
  if (Array.isArray(value))
    return [
      [],
      [...value, ...value],
      [...value, null],
      [...value, 7],
      Array.from({ length: 200 }, () => value[0] ?? 'x'),
    ];
  return [];
}

/** Every way to change one field of a value: leave it out, rename it, give it another type, another value, a neighbour. */
function mutations(value: unknown, place = ''): Mutation[] {
  const own = [...OTHER_TYPES, ...othersThan(value)].map((other) => ({
    place,
    change: JSON.stringify(other).slice(0, 60),
    value: other,
  }));
  if (typeof value !== 'object' || value === null) return own;
  const held = value as Readonly<Record<string, unknown>>;
  if (Array.isArray(value)) {
    const first = value.slice(0, 2).flatMap((entry, at) =>
      mutations(entry, `${place}/${at}`).map((inner) => ({
        ...inner,
        value: value.with(at, inner.value) as unknown,
      })),
    );
    return [...own, ...first];
  }
  const added = ['zz', 'Zz', '__proto__', ...Object.keys(held).map((key) => `${key}_`)].map((key) => {
    const other: object = JSON.parse(`{${JSON.stringify(key)}:1}`) as object;
    return {
      place: `${place}/${key}`,
      change: 'added',
      value: Object.assign(Object.create(null), held, other) as unknown,
    };
  });
  const changed = Object.keys(held).flatMap((key) => {
    const { [key]: field, ...rest } = held;
    const at = `${place}/${key}`;
    return [
      { place: at, change: 'left out', value: rest },
      { place: at, change: 'renamed', value: { ...rest, [`${key}x`]: field } },
      ...mutations(field, at).map((inner) => ({ ...inner, value: { ...rest, [key]: inner.value } })),
    ];
  });
  return [...own, ...added, ...changed];
}

function isAccepted(parse: Subject['parse'], value: unknown): boolean {
  try {
    parse(canonicalize(value));
    return true;
  } catch (error) {
    // A parser has no other way to say no.
    if (!isTouchstoneError(error)) throw error;
    return false;
  }
}

/** What is written and never read back; the tests of its writer hold it against its schema. */
const OUTPUTS = ['comparison'];

describe('docs/schema', () => {
  it('has a schema for every form, and none besides', () => {
    const names = readdirSync(folder).map((file) => file.replace('.schema.json', ''));
    expect(names.toSorted()).toEqual([...Object.keys(SUBJECTS), ...OUTPUTS].toSorted());
  });

  it.each(Object.keys(SUBJECTS))('names and describes %s', (name) => {
    expect(schemaOf(name)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:touchstone:schema:${name}:v1`,
      title: expect.stringMatching(/\w/) as unknown,
      description: expect.stringMatching(/\.$/) as unknown,
    });
  });
});

describe.each(Object.entries(SUBJECTS))('the schema of %s', (name, { parse, examples, related }) => {
  const validate = compile(name);

  it('accepts every example', () => {
    for (const example of examples) {
      expect([validate(example), validate.errors]).toEqual([true, null]);
      expect(isAccepted(parse, example)).toBe(true);
    }
  });

  it('agrees with the parser on every mutation of one field', () => {
    const cases = examples.flatMap((example) => mutations(example));
    const differing = cases.filter(({ place, value }) => {
      const [bySchema, byParser] = [validate(value), isAccepted(parse, value)];
      return bySchema !== byParser && !(bySchema && related?.test(place));
    });
    expect(differing.map(({ place, change }) => `${place} ${change}`)).toEqual([]);
    // It must be able to fail: most mutations are refused, and some are not.
    expect(cases.filter(({ value }) => !validate(value)).length).toBeGreaterThan(cases.length / 2);
    expect(cases.some(({ value }) => validate(value))).toBe(true);
  });
});

describe('the comparison of schemas with parsers', () => {
  it('finds a schema that is too lax and a parser that is', () => {
    const validate = compile('mark');
    const lax = mutations(RECORDS.mark.minimal).filter(({ value }) => !validate(value));
    expect(lax.some(({ value }) => isAccepted(JSON.parse, value))).toBe(true);
    expect(isAccepted(parseRecord, { ...RECORDS.mark.minimal, size: -1 })).toBe(false);
  });
});
