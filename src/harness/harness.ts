/**
 * What a harness is: the way in which an item is asked, from the rendered prompt to the answer that is scored.
 *
 * It is a rule of comparison of its own, because the same model under another harness is another contestant. A harness is a
 * function of suite, item and the answers so far; where it calls tools they run in a sandbox, so that a verifier who has the
 * answers asks the very same questions again.
 */
import type { JsonObject } from '../core/canonical-json.ts';
import { InputError } from '../core/errors.ts';
import { conform, type Shape } from '../transcript/shape.ts';
import type { Dialogue } from '../transcript/wire/dialogue.ts';
import type { Message } from '../transcript/wire/request.ts';

/** What is asked. */
export interface Task {
  /** The input fields of the item. */
  readonly input: JsonObject;
  /** The rendered prompt. */
  readonly messages: readonly Message[];
}

/** A function that a suite declares, called once. */
export interface ToolProgram {
  readonly language: 'javascript';
  /** What is run first; empty for nothing. */
  readonly setUp: string;
  /** Its last expression gives the text. */
  readonly source: string;
  /** Rounds of loops and calls before it is stopped: the same number on every machine. */
  readonly maxSteps: number;
  readonly timeoutMs: number;
  /** UTF-16 units of the text. */
  readonly maxOutputLength: number;
}

/** Runs the programs of tools; `output` is null unless it came to its end with a text. */
export type RunTool = (program: ToolProgram) => Promise<{ readonly output: string | null; readonly end: string }>;

/** A harness with its options. */
export interface Harness {
  /** Whether it cannot go on without somewhere to run tools. */
  readonly runsTools: boolean;
  /**
   * @param runTool - null where there is no sandbox.
   * @throws {@link InputError} `ERR_PROMPT_RENDER` if a template of the harness asks for what the item does not have.
   */
  begin(task: Task, runTool: RunTool | null): Dialogue;
  /**
   * Say what keeps an item from being asked; absent where every item can be.
   *
   * @returns What is wrong and what was wanted, null if nothing is.
   * @throws {@link InputError} `ERR_PROMPT_RENDER`
   */
  check?(input: JsonObject): string | null;
  /** Say what is wrong with the tools, by looking for them where they run; absent where there are none. */
  checkTools?(runTool: RunTool): Promise<string | null>;
}

/** A kind of harness in one version; a version never changes once it is released. */
export interface HarnessKind {
  readonly id: string;
  readonly version: number;
  /** @throws {@link InputError} `ERR_HARNESS_CONFIG`, `ERR_PROMPT_TEMPLATE` */
  prepare(config: JsonObject): Harness;
}

/**
 * The options of a harness, checked against their shape.
 *
 * @throws {@link InputError} `ERR_HARNESS_CONFIG`
 */
export function readHarnessOptions<T extends object>(id: string, shape: Shape<T>, config: JsonObject): T {
  return conform(shape, config, (complaint) => harnessError(id, complaint));
}

/** The fault of a harness's options. */
export function harnessError(id: string, complaint: string): InputError {
  return new InputError('ERR_HARNESS_CONFIG', `cannot use options of harness "${id}"${complaint}`);
}

/** Most UTF-16 units of a conversation as JSON, so that a request with all of it can be recorded and opened again. */
const MAX_CONVERSATION_UNITS = 4_194_304;

/** Whether a conversation is so long that nothing more is asked. */
export function isTooLong(messages: readonly object[]): boolean {
  return JSON.stringify(messages).length > MAX_CONVERSATION_UNITS;
}

/** Whether an answer ends a dialogue because of how it was made: it was cut, refused or filtered. */
export function isBroken({ finish, refused }: { readonly finish?: string; readonly refused: boolean }): boolean {
  return refused || finish === 'length' || finish === 'content_filter';
}
