/**
 * Prompt templates: rendered again by anybody, bounded, with one result for ever.
 *
 * Work and output are counted while a template is rendered. A field that an item lacks is an error, never an empty text.
 */
import { Environment, Interpreter, type Node, type RuntimeValue } from '@huggingface/jinja';
import { isWellFormed } from '../core/bytes.ts';
import type { JsonObject } from '../core/canonical-json.ts';
import { InputError } from '../core/errors.ts';
import { CONSTANTS, nodesAt, surveyTemplate, textOf, type Survey } from './template-dialect.ts';

/** Most UTF-16 units in a rendered text. */
export const MAX_RENDERED_LENGTH = 2_097_152;
/** Most work for one text: a step for each node, and the size of what it gives. */
const MAX_WORK = 400_000;

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

/**
 * Compile a template.
 *
 * @throws {@link InputError} `ERR_PROMPT_TEMPLATE` if it is not Jinja, too long, or uses what the dialect leaves out.
 */
export function compileTemplate(source: string): Template {
  const survey = surveyTemplate(source);
  const names = [...survey.used].filter((name) => !survey.bound.has(name));
  const parts = plainParts(survey.program);
  const renderFully = (input: JsonObject): string => interpret(survey, input);
  const render = parts === null ? renderFully : (input: JsonObject) => joinParts(parts, input) ?? renderFully(input);
  return { requires: names.toSorted(), render: (input) => bounded(render(input)) };
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

function interpret({ program, used, guarded, held }: Survey, input: JsonObject): string {
  const globals = new Environment();
  for (const [name, value] of Object.entries(CONSTANTS)) globals.set(name, value);
  const fields = new Environment(globals);
  try {
    // A name that is set to undefined is found at once; one that is not costs the library an exception.
    for (const name of used) if (!Object.hasOwn(CONSTANTS, name)) fields.set(name, ownField(input, name));
    const text = new BoundedInterpreter(fields, { guarded, held }).run(program).value;
    if (typeof text === 'string' && isWellFormed(text)) return text;
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    // The library's message may quote the item.
    throw renderError('an operation does not fit the value of a field');
  }
  throw renderError('the result is not well-formed text');
}

class BoundedInterpreter extends Interpreter {
  readonly #survey: Pick<Survey, 'guarded' | 'held'>;
  #left = MAX_WORK;

  constructor(environment: Environment, survey: Pick<Survey, 'guarded' | 'held'>) {
    super(environment);
    this.#survey = survey;
  }

  override evaluate(node: Node | undefined, environment: Environment): RuntimeValue {
    this.#charge(1);
    const value = super.evaluate(node, environment);
    if (node === undefined) return value;
    this.#check(node, value);
    // What is done with a value takes time in proportion to its size, unless one member is picked.
    if (!this.#survey.held.has(node)) this.#chargeValue(value);
    return value;
  }

  #charge(work: number): void {
    this.#left -= work;
    if (this.#left < 0) throw renderError('it takes too much work');
  }

  #chargeValue({ value }: RuntimeValue): void {
    if (typeof value === 'string') this.#charge(value.length >> 4);
    else if (Array.isArray(value)) this.#chargeMembers(value.length, value);
    else if (value instanceof Map) this.#chargeMembers(value.size, value.values());
  }

  #chargeMembers(count: number, members: Iterable<RuntimeValue>): void {
    this.#charge(4 * count);
    for (const member of members) this.#chargeValue(member);
  }

  #check(node: Node, value: RuntimeValue): void {
    if (typeof value.value === 'string') bounded(value.value);
    const isName = node.type === 'Identifier' || node.type === 'MemberExpression';
    if (!isName) return;
    if (value.type === 'FunctionValue') throw renderError('a method is not part of the prompt dialect');
    if (value.type === 'UndefinedValue' && !this.#survey.guarded.has(node)) throw renderError(missing(node));
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

function renderError(fault: string): InputError {
  return new InputError('ERR_PROMPT_RENDER', `cannot render prompt: ${fault}`);
}
