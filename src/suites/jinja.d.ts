/** The part of @huggingface/jinja that is used here; the types it ships do not resolve under Node's own module rules. */

/** A node of a parsed template. */
export interface Node {
  readonly type: string;
}

/** A value while a template is rendered. */
export interface RuntimeValue {
  readonly type: string;
  readonly value: unknown;
}

export class Environment {
  constructor(parent?: Environment);
  set(name: string, value: unknown): RuntimeValue;
}

export class Interpreter {
  constructor(environment: Environment);
  run(program: Node): RuntimeValue;
  evaluate(node: Node | undefined, environment: Environment): RuntimeValue;
}

export interface Token {
  readonly value: string;
  readonly type: string;
}

export function tokenize(source: string, options?: { lstrip_blocks?: boolean; trim_blocks?: boolean }): Token[];
export function parse(tokens: Token[]): Node;
