/** Request bodies of the two generation routes, checked and with every default filled in. */
import { ApiError } from './api-error.ts';
import { Fields, refuse } from './fields.ts';
import type { Sampling } from './sampling.ts';
import type { ChatMessage, Role } from './tokenizer.ts';

const MAX_MESSAGES = 256;
const MAX_STOPS = 4;
const MAX_STOP_LENGTH = 256;
const MAX_PROMPT_IDS = 65_536;
const CHAT_TOP_LOGPROBS = 20;
const COMPLETION_TOP_LOGPROBS = 5;
const COMPLETION_MAX_TOKENS = 16;
const MAX_CHOICES = 128;
const TOKENS = { min: 0, max: 1_000_000, whole: true } as const;

/** What both routes have in common. */
interface GenerationRequest {
  readonly model: string;
  /** Null asks for as much as fits. */
  readonly maxTokens: number | null;
  /** The seed is null if the client leaves it open. */
  readonly sampling: Omit<Sampling, 'seed'> & { readonly seed: number | null };
  readonly stops: readonly string[];
  /** How many independent answers. */
  readonly choices: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly logprobs: boolean;
  readonly topLogprobs: number;
}

/** A request to `/v1/chat/completions`. */
export interface ChatRequest extends GenerationRequest {
  readonly messages: readonly ChatMessage[];
}

/** A request to `/v1/completions`. */
export interface CompletionRequest extends GenerationRequest {
  /** Text, or token ids for prompts with special tokens. */
  readonly prompt: string | readonly number[];
  readonly echo: boolean;
}

const COMMON = [
  'model',
  'max_tokens',
  'temperature',
  'top_p',
  'seed',
  'stop',
  'stream',
  'stream_options',
  'logprobs',
  'n',
  'user',
  'presence_penalty',
  'frequency_penalty',
];
const CHAT_FIELDS = [...COMMON, 'messages', 'max_completion_tokens', 'top_logprobs', 'response_format'];
const COMPLETION_FIELDS = [...COMMON, 'prompt', 'echo'];
const ROLES: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};

/** Check a chat request. @throws ApiError 400 naming the field */
export function parseChatRequest(body: unknown): ChatRequest {
  const fields = new Fields(body, CHAT_FIELDS);
  checkFormat(fields.get('response_format'));
  const limits = { ...TOKENS, min: 1 };
  const logprobs = fields.flag('logprobs');
  const topLogprobs = fields.number('top_logprobs', { min: 0, max: CHAT_TOP_LOGPROBS, whole: true }, 0);
  if (topLogprobs > 0 && !logprobs) refuse('top_logprobs', 'used together with logprobs');
  return {
    ...parseGeneration(fields),
    maxTokens: fields.number('max_completion_tokens', limits, fields.number('max_tokens', limits, null)),
    messages: parseMessages(fields.get('messages')),
    logprobs,
    topLogprobs,
  };
}

/** Check a completion request. @throws ApiError 400 naming the field */
export function parseCompletionRequest(body: unknown): CompletionRequest {
  const fields = new Fields(body, COMPLETION_FIELDS);
  const top = fields.number('logprobs', { min: 0, max: COMPLETION_TOP_LOGPROBS, whole: true }, null);
  return {
    ...parseGeneration(fields),
    maxTokens: fields.number('max_tokens', TOKENS, COMPLETION_MAX_TOKENS),
    prompt: parsePrompt(fields.get('prompt')),
    echo: fields.flag('echo'),
    logprobs: top !== null,
    topLogprobs: top ?? 0,
  };
}

function parseGeneration(fields: Fields): Omit<GenerationRequest, 'maxTokens' | 'logprobs' | 'topLogprobs'> {
  fields.only('presence_penalty', 0);
  fields.only('frequency_penalty', 0);
  const stream = fields.flag('stream');
  const options = fields.get('stream_options');
  if (options !== undefined && !stream) refuse('stream_options', 'used together with stream');
  const { MAX_SAFE_INTEGER: max } = Number;
  return {
    model: fields.text('model'),
    sampling: {
      temperature: fields.number('temperature', { min: 0, max: 2 }, 1),
      topP: fields.number('top_p', { min: 0, max: 1 }, 1),
      seed: fields.number('seed', { min: -max, max, whole: true }, null),
    },
    stops: parseStops(fields.get('stop')),
    choices: fields.number('n', { min: 1, max: MAX_CHOICES, whole: true }, 1),
    stream,
    includeUsage: options !== undefined && new Fields(options, ['include_usage']).flag('include_usage'),
  };
}

/** Nothing holds the model to a form, so a form is not promised. */
function checkFormat(format: unknown): void {
  if (format === undefined || (format instanceof Object && Reflect.get(format, 'type') === 'text')) return;
  throw new ApiError(400, 'unsupported_value', 'this server answers with free text only', 'response_format');
}

function parseStops(value: unknown): string[] {
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value ?? []].flat();
  if (stops.length > MAX_STOPS || !stops.every(isStop)) {
    refuse('stop', `at most ${MAX_STOPS} strings of 1 to ${MAX_STOP_LENGTH} characters`);
  }
  return stops.filter(isStop);
}

function isStop(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_STOP_LENGTH;
}

function isTokenId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function parsePrompt(given: unknown): string | number[] {
  const [only]: readonly unknown[] = Array.isArray(given) && given.length === 1 ? given : [];
  const value = typeof only === 'string' || Array.isArray(only) ? only : given;
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_PROMPT_IDS || !value.every(isTokenId)) {
    refuse('prompt', 'one text or one list of token ids');
  }
  return value;
}

function parseMessages(value: unknown): ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_MESSAGES) {
    refuse('messages', `a list of 1 to ${MAX_MESSAGES} messages`);
  }
  return value.map((message: unknown) => {
    const fields = new Fields(message, ['role', 'content']);
    const role = ROLES[fields.text('role')] ?? refuse('role', 'system, developer, user or assistant');
    return { role, content: parseContent(fields.get('content')) };
  });
}

/** Text, or a list of text parts, which are joined. */
function parseContent(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) refuse('content', 'a string or a list of text parts');
  return value
    .map((part: unknown) => {
      const fields = new Fields(part, ['type', 'text']);
      fields.only('type', 'text');
      return fields.text('text');
    })
    .join('');
}
