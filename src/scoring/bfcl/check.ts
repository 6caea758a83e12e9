/**
 * The official check of calls against accepted answers, with its words for what is wrong.
 *
 * It follows the checker of August 2024 to the letter, oddities included: a call is right if that one says so.
 *
 * @see github.com/ShishirPatil/gorilla, berkeley-function-call-leaderboard, eval_checker/checker.py
 */
import { isIn, str, type PyDict, type PyValue } from './value.ts';
import type { FunctionCall } from './decode.ts';

/** Types of Python by the types in a function's description. */
const TYPES: Readonly<Record<string, PyValue['type']>> = {
  string: 'str',
  integer: 'int',
  float: 'float',
  boolean: 'bool',
  array: 'list',
  tuple: 'list',
  dict: 'dict',
  any: 'str',
};

/** A parameter of a function. */
export interface Parameter {
  readonly type: PyValue['type'];
  readonly isTuple: boolean;
  readonly isFloat: boolean;
  /** Type of the entries of a list; null for other types. */
  readonly nested: PyValue['type'] | null;
}

/** A function as the item describes it. */
export interface FunctionDescription {
  readonly name: string;
  /** The name that a call has to have. */
  readonly calledAs: string;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly required: readonly string[];
}

/** For every argument of one call the values that are accepted; an empty text among them: it may be left out. */
export interface AcceptedCall {
  /** Name of the function, with more behind it where one is called several times. */
  readonly name: string;
  readonly args: ReadonlyMap<string, readonly PyValue[]>;
}

/** The Python type of a described type, or undefined. */
export function pythonType(described: string): PyValue['type'] | undefined {
  return Object.hasOwn(TYPES, described) ? TYPES[described] : undefined;
}

/** What is wrong with one call, or null. */
export function checkCall(description: FunctionDescription, call: FunctionCall, accepted: AcceptedCall): string | null {
  if (call.name !== description.calledAs) return 'simple_function_checker:wrong_func_name';
  if (description.required.some((name) => !call.args.has(name))) return 'simple_function_checker:missing_required';
  for (const [name, value] of call.args) {
    const parameter = description.parameters.get(name);
    const values = accepted.args.get(name);
    if (parameter === undefined || values === undefined) return 'simple_function_checker:unexpected_param';
    const fault = checkArgument(value, parameter, values);
    if (fault !== null) return fault;
  }
  const isLeftOut = [...accepted.args].some(([name, values]) => !call.args.has(name) && !isIn(str(''), values));
  return isLeftOut ? 'simple_function_checker:missing_optional' : null;
}

/** What is wrong with several calls in any order, or null; each accepted call takes the first one that fits. */
export function checkCalls(
  descriptions: readonly FunctionDescription[],
  calls: readonly FunctionCall[],
  accepted: readonly AcceptedCall[],
): string | null {
  if (calls.length !== accepted.length) return 'parallel_function_checker_no_order:wrong_count';
  const left = [...calls];
  for (const wanted of accepted) {
    const description = descriptions.find(({ name }) => wanted.name.includes(name));
    if (description === undefined) return 'parallel_function_checker_no_order:cannot_find_description';
    const at = left.findIndex((call) => checkCall(description, call, wanted) === null);
    if (at === -1) return 'parallel_function_checker_no_order:cannot_find_match';
    left.splice(at, 1);
  }
  return null;
}

function checkArgument(given: PyValue, parameter: Parameter, accepted: readonly PyValue[]): string | null {
  const value = converted(given, parameter);
  const { fault, isVariable } = checkType(value, parameter, accepted);
  if (fault !== null) return fault;
  // A variable in place of a value is compared as it stands.
  if (!isVariable) {
    if (value.type === 'dict') return checkDict(value, accepted);
    if (value.type === 'str') return isIn(standard(value), texts(accepted)) ? null : 'value_error:string';
    if (value.type === 'list')
      return parameter.nested === 'dict' ? checkDicts(value.items, accepted) : checkList(value.items, accepted);
  }
  return isIn(value, accepted) ? null : 'value_error:others';
}

function converted(value: PyValue, { isTuple, isFloat }: Parameter): PyValue {
  if (isFloat && value.type === 'int') return { type: 'float', value: Number(value.value) };
  if (isTuple && value.type === 'tuple') return { type: 'list', items: value.items };
  if (isTuple && value.type === 'str') return { type: 'list', items: Array.from(value.value, str) };
  return value;
}

interface TypeVerdict {
  readonly fault: string | null;
  readonly isVariable: boolean;
}

function checkType(
  value: PyValue,
  { type, nested }: Pick<Parameter, 'type' | 'nested'>,
  accepted: readonly PyValue[],
): TypeVerdict {
  const acceptedType = accepted.find((one) => one.type !== 'str' || one.value !== '')?.type;
  const isVariable = acceptedType !== undefined && acceptedType !== type;
  const isNestedRight = (): boolean =>
    accepted.some(
      (one) =>
        one.type !== 'list' ||
        itemsOf(value).every(
          (item) => checkType(item, { type: nested ?? 'str', nested: null }, one.items).fault === null,
        ),
    );
  if (value.type === type && (nested === null || isNestedRight())) return { fault: null, isVariable };
  const fault = value.type === type ? 'type_error:nested' : null;
  if (value.type === acceptedType) return { fault, isVariable: true };
  return { fault: 'type_error:simple', isVariable };
}

function itemsOf(value: PyValue): readonly PyValue[] {
  return value.type === 'list' || value.type === 'tuple' ? value.items : [];
}

// Texts are compared without case, blanks, some punctuation and the kind of quotes.
function standard(value: PyValue): PyValue {
  if (value.type !== 'str') return value;
  return str(
    value.value
      .replace(/[ ,./\-_*^]/g, '')
      .toLowerCase()
      .replaceAll("'", '"'),
  );
}

function texts(accepted: readonly PyValue[]): readonly PyValue[] {
  return accepted.filter(({ type }) => type === 'str').map(standard);
}

function checkList(items: readonly PyValue[], accepted: readonly PyValue[]): string | null {
  const list = (of: readonly PyValue[]): PyValue => ({ type: 'list', items: of.map(standard) });
  const lists = accepted.map((one) => list(one.type === 'str' ? Array.from(one.value, str) : itemsOf(one)));
  return isIn(list(items), lists) ? null : 'value_error:list/tuple';
}

function checkDicts(items: readonly PyValue[], accepted: readonly PyValue[]): string | null {
  let fault = 'list_dict_checker:unclear';
  for (const one of accepted) {
    const wanted = itemsOf(one);
    const faults = items.map((item, at) => checkDict(item, [wanted[at] ?? { type: 'none' }]));
    if (items.length !== wanted.length) fault = 'value_error:list_dict_count';
    else {
      const first = faults.find((found) => found !== null);
      if (first === undefined) return null;
      fault = first ?? fault;
    }
  }
  return fault;
}

function checkDict(value: PyValue, accepted: readonly PyValue[]): string | null {
  let fault = 'dict_checker:unclear';
  for (const one of accepted) {
    if (one.type === 'str' && one.value === '') continue;
    if (value.type !== 'dict' || one.type !== 'dict') return 'value_error:dict_value';
    const found = checkMembers(value, one);
    if (found === null) return null;
    fault = found;
  }
  return fault;
}

function checkMembers(value: PyDict, wanted: PyDict): string | null {
  if (value.entries.size !== wanted.entries.size) return 'value_error:dict_items';
  for (const [key, held] of value.entries) {
    const expected = wanted.entries.get(key);
    if (expected === undefined) return 'value_error:dict_key';
    const fault = expected.type === 'dict' ? checkDict(held, [expected]) : null;
    if (fault !== null) return fault;
    if (expected.type === 'dict') continue;
    const values = expected.type === 'str' ? Array.from(expected.value, str) : itemsOf(expected);
    if (!isIn(standard(held), values.map(standard))) return 'value_error:dict_value';
  }
  return null;
}
