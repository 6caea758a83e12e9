/**
 * The part of Jinja that prompts may use, and what a template says about itself before any item is rendered.
 *
 * Templates come from suites, and a verifier gets suites from strangers. So everything that could loop without bound, read
 * a clock or depend on the engine is refused: assignments, macros, calls, powers, filters that grow text.
 */
import { parse, tokenize, type Node } from '@huggingface/jinja';
import { InputError } from '../core/errors.ts';

/** Most UTF-16 units in the source of one template. */
export const MAX_TEMPLATE_LENGTH = 65_536;
// The tokenizer takes quadratic time on long runs of white space.
const LONG_BLANK = /\s{1024}/;
/** Deepest nesting. */
const MAX_DEPTH = 100;
/** Longest text and largest number as argument of a filter. */
const MAX_ARGUMENT_LENGTH = 64;
const MAX_ARGUMENT = 64;

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
/** Names that the language defines. */
export const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

/** A template that keeps to the dialect. */
export interface Survey {
  readonly program: Node;
  /** Names of variables that are read. */
  readonly used: Set<string>;
  /** Names that loops and the language itself define, or that the template allows to be missing. */
  readonly bound: Set<string>;
  /** Nodes whose value may be undefined. */
  readonly guarded: WeakSet<Node>;
  /** Nodes of whose value one member is picked. */
  readonly held: WeakSet<Node>;
}

/**
 * Parse a template and look through it.
 *
 * @throws {@link InputError} `ERR_PROMPT_TEMPLATE` if it is not Jinja, too long, or uses what the dialect leaves out.
 */
export function surveyTemplate(source: string): Survey {
  const program = parseTemplate(source);
  const survey: Survey = {
    program,
    used: new Set(),
    bound: new Set(Object.keys(CONSTANTS)),
    guarded: new WeakSet(),
    held: new WeakSet(),
  };
  inspect(program, survey, 0);
  return survey;
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
  if (depth > MAX_DEPTH) throw templateError(`it is nested deeper than ${MAX_DEPTH} levels`);
  const children = CHILDREN.get(node.type);
  if (children === undefined) throw templateError(`${describeKind(node.type)} is not part of the prompt dialect`);
  inspectNames(node, survey);
  for (const name of children) {
    for (const child of childNodes(node, name)) inspect(child, survey, depth + 1);
  }
}

function inspectNames(node: Node, survey: Survey): void {
  if (node.type === 'Identifier') inspectName(textOf(node, 'value'), survey);
  else if (node.type === 'For') bindLoop(node, survey);
  else if (node.type === 'TestExpression') inspectTest(node, survey);
  else if (node.type === 'FilterExpression') inspectFilter(node, survey);
  else if (node.type === 'MemberExpression') hold(node, survey);
  else if (node.type === 'BinaryExpression' || node.type === 'UnaryExpression') inspectOperator(node);
}

function inspectName(name: string, survey: Survey): void {
  // The library defines a function of this name in every scope.
  if (name === 'namespace') throw templateError('the name "namespace" is not part of the prompt dialect');
  survey.used.add(name);
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
  else for (const argument of childNodes(node, 'filter')) inspectArgument(argument);
}

// An argument from the item, such as a separator, could make a text of any length.
function inspectArgument(node: Node): void {
  const value: unknown = Reflect.get(node, 'value');
  if (node.type === 'KeywordArgumentExpression') inspectArgument(value as Node);
  else if (node.type === 'TupleLiteral' || node.type === 'ArrayLiteral')
    nodesAt(node, 'value').forEach(inspectArgument);
  else if (!isSmallLiteral(node, value)) throw templateError('a filter argument is no short literal');
}

function isSmallLiteral({ type }: Node, value: unknown): boolean {
  if (type === 'StringLiteral') return typeof value === 'string' && value.length <= MAX_ARGUMENT_LENGTH;
  if (type === 'IntegerLiteral') return typeof value === 'number' && value <= MAX_ARGUMENT;
  return type === 'Identifier' && typeof value === 'string' && Object.hasOwn(CONSTANTS, value);
}

function hold(node: Node, survey: Survey): void {
  const property = Reflect.get(node, 'property') as Node;
  if (property.type !== 'SliceExpression') survey.held.add(Reflect.get(node, 'object') as Node);
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

/** The child nodes under one name. */
export function nodesAt(node: Node, name: string): readonly Node[] {
  const held: unknown = Reflect.get(node, name);
  if (held === undefined || held === null) return [];
  return (Array.isArray(held) ? held : [held]) as Node[];
}

function filterName(node: Node): string {
  const filter = Reflect.get(node, 'filter') as Node;
  return textOf(filter.type === 'CallExpression' ? (Reflect.get(filter, 'callee') as Node) : filter, 'value');
}

/** A text that a node holds, such as the name of an identifier. */
export function textOf(node: Node, name: string): string {
  return String(Reflect.get(node, name));
}

function describeKind(type: string): string {
  const names: Readonly<Record<string, string>> = { Set: '{% set %}', Macro: '{% macro %}', CallExpression: 'a call' };
  return names[type] ?? type;
}

function templateError(fault: string, cause?: unknown): InputError {
  const reason = cause instanceof Error && cause.message.length <= 200 ? ` (${cause.message})` : '';
  return new InputError('ERR_PROMPT_TEMPLATE', `cannot compile prompt template: ${fault}${reason}`, { cause });
}
