/**
 * Scorer `bfcl`: the calls in an answer are the accepted ones, by the AST check of the Berkeley Function-Calling Leaderboard.
 *
 * No call is ever made. Where no function fits the question (`relevance`), an answer is right if it calls none.
 *
 * @see S. Patil et al., "Gorilla" (2023); github.com/ShishirPatil/gorilla, berkeley-function-call-leaderboard
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { NO_FLOATS } from '../../schema/standard/floats.ts';
import { boolean, object, oneOf } from '../../transcript/shape.ts';
import { readOptions, RIGHT, targetError, WRONG, type ScorerKind } from '../scorer.ts';
import {
  checkCall,
  checkCalls,
  pythonType,
  type AcceptedCall,
  type FunctionDescription,
  type Parameter,
} from './check.ts';
import { decodePython, decodeTools, fromJson, parseJsonValue, type Brackets, type FunctionCall } from './decode.ts';
import type { PyValue } from './value.ts';

type Category = 'simple' | 'multiple' | 'parallel' | 'parallel_multiple' | 'relevance';

interface BfclOptions {
  readonly form?: 'python' | 'tools';
  readonly brackets?: Brackets;
  /** Whether a full stop in a name is written as an underscore, as some APIs need it. */
  readonly underscores?: boolean;
}

const shape = object<BfclOptions>(
  {},
  { form: oneOf('python', 'tools'), brackets: oneOf('required', 'added', 'if-missing'), underscores: boolean },
);

/**
 * Version 1. What it extracts is the text of the calls; the target is `{category, function, ground_truth}`, the last one as
 * the text of its JSON, because a 5.0 is no 5 there.
 */
export const bfcl1: ScorerKind = {
  id: 'bfcl',
  version: 1,
  prepare(config) {
    const { form = 'python', brackets = 'required', underscores = false } = readOptions('bfcl', shape, config);
    const decode = form === 'python' ? (text: string) => decodePython(text, brackets) : decodeTools;
    const explain = (extracted: string | null, target: JsonValue): string | null => {
      const item = readTarget(target, underscores);
      const calls = extracted === null ? null : decode(extracted);
      return faultOf(calls, item);
    };
    return {
      extract: (answer) => (decode(answer) === null ? null : { text: answer, rule: form }),
      judge: (extracted, target) => (explain(extracted, target) === null ? RIGHT : WRONG),
      explain,
      gold: () => null,
    };
  },
};

interface BfclItem {
  readonly category: Category;
  readonly functions: readonly FunctionDescription[];
  readonly accepted: readonly AcceptedCall[];
}

function faultOf(calls: readonly FunctionCall[] | null, { category, functions, accepted }: BfclItem): string | null {
  if (category === 'relevance') return isCall(calls) ? 'relevance_error:decoder_success' : null;
  if (calls === null) return 'ast_decoder:decoder_failed';
  if (category !== 'simple') return checkCalls(functions, calls, accepted);
  const [call] = calls;
  const [description] = functions;
  const [wanted] = accepted;
  if (calls.length !== 1 || call === undefined) return 'simple_function_checker:wrong_count';
  if (description === undefined || wanted === undefined) throw targetError('want one function with its accepted call');
  return checkCall(description, call, wanted);
}

// One nothing is no call; two are calls to the official check.
function isCall(calls: readonly FunctionCall[] | null): boolean {
  return calls !== null && calls.length > 0 && !(calls.length === 1 && calls[0]?.name === '');
}

const CATEGORIES: readonly Category[] = ['simple', 'multiple', 'parallel', 'parallel_multiple', 'relevance'];

function readTarget(target: JsonValue, underscores: boolean): BfclItem {
  const { category, function: described, ground_truth: truth } = isJsonObject(target) ? target : ({} as JsonObject);
  const name = CATEGORIES.find((known) => category === known || category === `${known}_function`);
  if (name === undefined) throw targetError(`want one of ${CATEGORIES.join(', ')} for "category"`);
  if (name === 'relevance') return { category: name, functions: [], accepted: [] };
  const list: readonly JsonValue[] = Array.isArray(described) ? described : [described ?? null];
  return {
    category: name,
    functions: list.map((one) => readFunction(one, underscores)),
    accepted: readTruth(truth ?? null),
  };
}

function readFunction(described: JsonValue, underscores: boolean): FunctionDescription {
  const { name, parameters } = isJsonObject(described) ? described : ({} as JsonObject);
  const { properties, required } = isJsonObject(parameters) ? parameters : ({} as JsonObject);
  if (typeof name !== 'string' || !isJsonObject(properties) || !Array.isArray(required))
    throw targetError('want functions with a name, "properties" and "required"');
  return {
    name,
    calledAs: underscores ? name.replaceAll('.', '_') : name,
    parameters: new Map(Object.entries(properties).map(([key, held]) => [key, readParameter(held)])),
    required: required.map(String),
  };
}

function nameOf(type: JsonValue | undefined): string {
  return typeof type === 'string' ? type : '';
}

function readParameter(held: JsonValue): Parameter {
  const { type: described, items } = isJsonObject(held) ? held : ({} as JsonObject);
  const type = pythonType(nameOf(described));
  const isList = described === 'array' || described === 'tuple';
  const nested = isList && isJsonObject(items) ? pythonType(nameOf(items['type'])) : undefined;
  if (type === undefined || (isList && nested === undefined))
    throw targetError('want types that the leaderboard knows');
  return { type, isTuple: described === 'tuple', isFloat: described === 'float', nested: nested ?? null };
}

function readTruth(truth: JsonValue): readonly AcceptedCall[] {
  const held = typeof truth === 'string' ? readText(truth) : fromJson(truth, false, NO_FLOATS);
  if (held.type !== 'dict') throw targetError('want accepted calls under "ground_truth"');
  // One item of the leaderboard has something that is no call among its accepted ones; it counts as one all the same.
  return [...held.entries].map(([name, args]) => ({
    name,
    args: new Map(
      (args.type === 'dict' ? [...args.entries] : []).map(([key, values]) => [key, acceptedValues(values)]),
    ),
  }));
}

function acceptedValues(values: PyValue): readonly PyValue[] {
  if (values.type !== 'list') throw targetError('want a list of accepted values for every argument');
  return values.items;
}

function readText(text: string): PyValue {
  try {
    return parseJsonValue(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw targetError('want JSON under "ground_truth"');
    throw error;
  }
}
