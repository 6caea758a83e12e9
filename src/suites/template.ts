/**
 * Prompt templates: the part of Jinja that anybody can render again, bounded and with one result for ever.
 *
 * Templates come from suites, and a verifier gets suites from strangers. So everything that could loop without bound,
 * read a clock or depend on the engine is refused when a template is compiled (assignments, macros, calls, powers), and
 * steps and output are counted while it is rendered. A field that an item lacks is an error, never an empty text.
 */
import { Environment, Interpreter, parse, tokenize, type Node, type RuntimeValue } from '@huggingface/jinja';
import { isWellFormed } from '../core/bytes.ts';
import type { JsonObject } from '../core/canonical-json.ts';
import { InputError } from '../core/errors.ts';

/** Most UTF-16 units in the source of one template. */
export const MAX_TEMPLATE_LENGTH = 65_536;
/** Most UTF-16 units in a rendered text. */
export const MAX_RENDERED_LENGTH = 2_097_152;
/** Most nodes evaluated for one text. */
const MAX_STEPS = 200_000;
// The tokenizer takes quadratic time on long runs of white space.
const LONG_BLANK = /\s{1024}/;

/** A compiled template. */
export interface Template {
  /** Input fields without which it cannot be rendered. */
  readonly requires: readonly string[];
  /**
   * The text for one item.
   *
   * @param input - The fields that the template may use.
   * @throws {@link InputError} `ERR_PROMPT_RENDER` on a field that is missing, on an operation that a value does not have,
   *   or beyond the bounds.
   */
  render(input: JsonObject): string;
}

/** The child nodes of each allowed kind of node. */
const CHILDREN: ReadonlyMap<string, readonly string[]> = new Map([
  ['Program', ['body']],
  ['StringLiteral', []],
  ['IntegerLiteral', []],
  ['FloatLiteral', []],
  ['Identifier', []],
  ['Comment', []],
  ['ArrayLiteral', ['value']],
  ['TupleLiteral', ['value']],
  ['If', ['test', 'body', 'alternate']],
  ['For', ['iterable', 'body', 'defaultBlock']],
  ['MemberExpression', ['object', 'property']],
  ['SliceExpression', ['start', 'stop', 'step']],
  ['BinaryExpression', ['left', 'right']],
  ['UnaryExpression', ['argument']],
  ['FilterExpression', ['operand', 'filter']],
  ['TestExpression', ['operand']],
  ['SelectExpression', ['lhs', 'test']],
  ['Ternary', ['condition', 'trueExpr', 'falseExpr']],
  ['KeywordArgumentExpression', ['value']],
]);

const FILTERS: ReadonlySet<string> = new Set(
  (
    'trim upper lower title capitalize length first last list reverse sort unique items join default tojson string ' +
    'int float abs'
  ).split(' '),
);
const TESTS: ReadonlySet<string> = new Set(
  'defined undefined none string number integer mapping iterable sequence boolean true false odd even'.split(' '),
);
const OPERATORS: ReadonlySet<string> = new Set('and,or,not,in,not in,==,!=,<,>,<=,>=,+,-,~,*,/,//,%'.split(','));
const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

/**
 * Compile a template.
 *
 * @throws {@link InputError} `ERR_PROMPT_TEMPLATE` if it is not Jinja, too long, or uses what the dialect leaves out.
 */
export function compileTemplate(source: string): Template {
  const program = parseTemplate(source);
  const survey: Survey = { used: new Set(), bound: new Set(Object.keys(CONSTANTS)), guarded: new WeakSet() };
  inspect(program, survey, 0);
  const names = [...survey.used].filter((name) => !survey.bound.has(name));
  const parts = plainParts(program);
  const renderFully = (input: JsonObject): string => interpret(program, input, survey);
  const render = parts === null ? renderFully : (input: JsonObject) => joinParts(parts, input) ?? renderFully(input);
  return { requires: names.toSorted(), render: (input) => bounded(render(input)) };
}

/** What is known of a template before any item is. */
interface Survey {
  /** Names of variables that are read. */
  readonly used: Set<string>;
  /** Names that loops and the language itself define, or that the template allows to be missing. */
  readonly bound: Set<string>;
  /** Nodes whose value may be undefined. */
  readonly guarded: WeakSet<Node>;
}

function parseTemplate(source: string): Node {
  if (source.length > MAX_TEMPLATE_LENGTH) throw templateError(`it is longer than ${MAX_TEMPLATE_LENGTH} characters`);
  if (LONG_BLANK.test(source)) throw templateError('it has 1,024 white space characters in a row');
  try {
    return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  } catch (cause) {
    // A parser that runs out of stack ends here too.
    throw templateError('it is not valid Jinja', cause);
  }
}

// The library guarantees the shape of its nodes; only their kinds are judged here.
function inspect(node: Node, survey: Survey, depth: number): void {
  if (depth > 100) throw templateError('it is nested deeper than 100 levels');
  const children = CHILDREN.get(node.type);
  if (children === undefined) throw templateError(`${describeKind(node.type)} is not part of the prompt dialect`);
  inspectNames(node, survey);
  for (const name of children) {
    for (const child of childNodes(node, name)) inspect(child, survey, depth + 1);
  }
}

function inspectNames(node: Node, survey: Survey): void {
  if (node.type === 'Identifier') survey.used.add(textOf(node, 'value'));
  else if (node.type === 'For') bindLoop(node, survey);
  else if (node.type === 'TestExpression') inspectTest(node, survey);
  else if (node.type === 'FilterExpression') inspectFilter(node, survey);
  else if (node.type === 'BinaryExpression' || node.type === 'UnaryExpression') inspectOperator(node);
}

function bindLoop(node: Node, survey: Survey): void {
  const variable = Reflect.get(node, 'loopvar') as Node;
  survey.bound.add('loop');
  const bound = variable.type === 'TupleLiteral' ? nodesAt(variable, 'value') : [variable];
  for (const name of bound) survey.bound.add(textOf(name, 'value'));
}

function inspectTest(node: Node, survey: Survey): void {
  const test = textOf(Reflect.get(node, 'test') as Node, 'value');
  if (!TESTS.has(test)) throw templateError(`the test "${test}" is not part of the prompt dialect`);
  if (test === 'defined' || test === 'undefined') guard(node, survey);
}

function inspectFilter(node: Node, survey: Survey): void {
  const filter = filterName(node);
  if (!FILTERS.has(filter)) throw templateError(`the filter "${filter}" is not part of the prompt dialect`);
  if (filter === 'default') guard(node, survey);
}

function guard(node: Node, survey: Survey): void {
  const operand = Reflect.get(node, 'operand') as Node;
  survey.guarded.add(operand);
  if (operand.type === 'Identifier') survey.bound.add(textOf(operand, 'value'));
}

function inspectOperator(node: Node): void {
  const operator = textOf(Reflect.get(node, 'operator') as Node, 'value');
  if (!OPERATORS.has(operator)) throw templateError(`the operator "${operator}" is not part of the prompt dialect`);
}

function childNodes(node: Node, name: string): readonly Node[] {
  // The name after a dot and the name of a filter are not variables.
  if (name === 'property' && Reflect.get(node, 'computed') !== true) return [];
  if (name === 'filter') {
    const filter = Reflect.get(node, 'filter') as Node;
    return filter.type === 'CallExpression' ? nodesAt(filter, 'args') : [];
  }
  return nodesAt(node, name);
}

function nodesAt(node: Node, name: string): readonly Node[] {
  const held: unknown = Reflect.get(node, name);
  if (held === undefined || held === null) return [];
  return (Array.isArray(held) ? held : [held]) as Node[];
}

function filterName(node: Node): string {
  const filter = Reflect.get(node, 'filter') as Node;
  return textOf(filter.type === 'CallExpression' ? (Reflect.get(filter, 'callee') as Node) : filter, 'value');
}

function textOf(node: Node, name: string): string {
  return String(Reflect.get(node, name));
}

function describeKind(type: string): string {
  const names: Readonly<Record<string, string>> = { Set: '{% set %}', Macro: '{% macro %}', CallExpression: 'a call' };
  return names[type] ?? type;
}

/** A piece of a template without logic: literal text, or the name of a field. */
interface Part {
  readonly literal: boolean;
  readonly text: string;
}

// Most prompts are text with fields in it. The interpreter would join the same pieces, two orders of magnitude slower.
function plainParts(program: Node): readonly Part[] | null {
  const nodes = nodesAt(program, 'body').filter((node) => node.type !== 'Comment');
  const isPlain = nodes.every((node) => node.type === 'StringLiteral' || node.type === 'Identifier');
  if (!isPlain) return null;
  return nodes.map((node) => ({ literal: node.type === 'StringLiteral', text: textOf(node, 'value') }));
}

// Null if a field is missing or anything but text, whose form is the interpreter's business.
function joinParts(parts: readonly Part[], input: JsonObject): string | null {
  let text = '';
  for (const part of parts) {
    const piece = part.literal ? part.text : ownField(input, part.text);
    if (typeof piece !== 'string') return null;
    text += piece;
  }
  return text;
}

function ownField(input: JsonObject, name: string): unknown {
  return Object.hasOwn(input, name) ? input[name] : undefined;
}

function interpret(program: Node, input: JsonObject, survey: Survey): string {
  const globals = new Environment();
  for (const [name, value] of Object.entries(CONSTANTS)) globals.set(name, value);
  const fields = new Environment(globals);
  try {
    for (const name of survey.used) if (Object.hasOwn(input, name)) fields.set(name, input[name]);
    const text = new BoundedInterpreter(fields, survey.guarded).run(program).value;
    if (typeof text === 'string' && isWellFormed(text)) return text;
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    // The library's message may quote the item.
    throw renderError('an operation does not fit the value of a field');
  }
  throw renderError('the result is not well-formed text');
}

class BoundedInterpreter extends Interpreter {
  readonly #guarded: WeakSet<Node>;
  #steps = 0;

  constructor(environment: Environment, guarded: WeakSet<Node>) {
    super(environment);
    this.#guarded = guarded;
  }

  override evaluate(node: Node | undefined, environment: Environment): RuntimeValue {
    if (++this.#steps > MAX_STEPS) throw renderError(`it takes more than ${MAX_STEPS} steps`);
    const value = super.evaluate(node, environment);
    if (node !== undefined) this.#check(node, value);
    return value;
  }

  #check(node: Node, value: RuntimeValue): void {
    if (typeof value.value === 'string') bounded(value.value);
    const isName = node.type === 'Identifier' || node.type === 'MemberExpression';
    if (!isName) return;
    if (value.type === 'FunctionValue') throw renderError('a method is not part of the prompt dialect');
    if (value.type === 'UndefinedValue' && !this.#guarded.has(node)) throw renderError(missing(node));
  }
}

function missing(node: Node): string {
  if (node.type === 'Identifier') return `the item has no field "${textOf(node, 'value')}"`;
  return 'a field has no member of that name or position';
}

function bounded(text: string): string {
  if (text.length > MAX_RENDERED_LENGTH) throw renderError(`a text is longer than ${MAX_RENDERED_LENGTH} characters`);
  return text;
}

function templateError(fault: string, cause?: unknown): InputError {
  const reason = cause instanceof Error && cause.message.length <= 200 ? ` (${cause.message})` : '';
  return new InputError('ERR_PROMPT_TEMPLATE', `cannot compile prompt template: ${fault}${reason}`, { cause });
}

function renderError(fault: string): InputError {
  return new InputError('ERR_PROMPT_RENDER', `cannot render prompt: ${fault}`);
}
