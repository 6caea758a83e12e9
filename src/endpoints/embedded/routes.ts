/** The generation routes: from a request body to the jobs that answer it. */
import { randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { answerStream, answerWhole } from './answering.ts';
import { ApiError } from './api-error.ts';
import type { Job } from './generate.ts';
import { KERNEL_NAME } from './kernel.ts';
import type { Shape } from './model-file.ts';
import type { Pool } from './pool.ts';
import { chatForm, completionForm, type ReplyForm } from './replies.ts';
import { parseChatRequest, parseCompletionRequest, type ChatRequest, type CompletionRequest } from './requests.ts';
import { choiceSeed } from './sampling.ts';
import type { Tokenizer } from './tokenizer.ts';

const RANDOM_SEEDS = 2 ** 47;
const FINGERPRINT_DIGITS = 16;

/** A model with what the routes need of it. */
export interface ServedModel {
  readonly name: string;
  /** SHA-256 of the weight file, hex. */
  readonly digestHex: string;
  readonly shape: Shape;
  readonly tokenizer: Tokenizer;
  readonly pool: Pool;
}

/** The models of a server by name. */
export type ServedModels = ReadonlyMap<string, ServedModel>;

type Prompt = Pick<Job, 'promptIds' | 'echo'>;

/** Answer one chat request. @throws ApiError for everything that is wrong with the request */
export async function handleChat(models: ServedModels, body: unknown, response: ServerResponse): Promise<void> {
  const request = parseChatRequest(body);
  const model = findModel(models, request.model);
  const jobs = buildJobs(model, request, { promptIds: model.tokenizer.encodeChat(request.messages), echo: false });
  await answer(model, { request, jobs, form: chatForm(request.logprobs) }, response);
}

/** Answer one text completion request. @throws ApiError for everything that is wrong with the request */
export async function handleCompletion(models: ServedModels, body: unknown, response: ServerResponse): Promise<void> {
  const request = parseCompletionRequest(body);
  const model = findModel(models, request.model);
  const jobs = buildJobs(model, request, { promptIds: promptTokens(model, request.prompt), echo: request.echo });
  await answer(model, { request, jobs, form: completionForm(request.logprobs) }, response);
}

interface Ready {
  readonly request: ChatRequest | CompletionRequest;
  readonly jobs: readonly Job[];
  readonly form: ReplyForm;
}

async function answer(
  { pool, name, digestHex }: ServedModel,
  { request, jobs, form }: Ready,
  response: ServerResponse,
): Promise<void> {
  const fingerprint = `touchstone-embedded:${KERNEL_NAME}:${digestHex.slice(0, FINGERPRINT_DIGITS)}`;
  const head = { model: name, system_fingerprint: fingerprint };
  const send = request.stream ? answerStream : answerWhole;
  await send({ pool, jobs, form, head, includeUsage: request.includeUsage }, response);
}

function findModel(models: ServedModels, name: string): ServedModel {
  const model = models.get(name);
  if (model === undefined) throw new ApiError(404, 'model_not_found', 'the model does not exist', 'model');
  return model;
}

/** The ids of a prompt, without a chat template; a text follows the token that begins every sequence. */
function promptTokens({ tokenizer, shape }: ServedModel, prompt: string | readonly number[]): readonly number[] {
  if (typeof prompt === 'string') return [tokenizer.beginId, ...tokenizer.encode(prompt)];
  if (prompt.some((id) => id >= shape.vocab)) {
    throw new ApiError(400, 'invalid_value', 'prompt holds an id that is not in the vocabulary', 'prompt');
  }
  return prompt;
}

function buildJobs({ shape }: ServedModel, request: ChatRequest | CompletionRequest, prompt: Prompt): readonly Job[] {
  const maxTokens = request.maxTokens ?? shape.ctx;
  const length = prompt.promptIds.length;
  if (length + Math.min(maxTokens, 1) > shape.ctx) {
    const message = `the prompt has ${length} tokens, the context of this model is ${shape.ctx}`;
    throw new ApiError(400, 'context_length_exceeded', message, 'prompt' in request ? 'prompt' : 'messages');
  }
  const { stops, topLogprobs, sampling, choices } = request;
  const seed = sampling.seed ?? randomInt(RANDOM_SEEDS);
  return Array.from({ length: choices }, (_, choice) => {
    return { ...prompt, maxTokens, sampling: { ...sampling, seed: choiceSeed(seed, choice) }, stops, topLogprobs };
  });
}
