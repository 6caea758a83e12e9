/** The generation routes: from a checked request to a job, from its steps to a reply or a stream of events. */
import { randomBytes, randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import type { Job, TokenStep } from './generate.ts';
import { sendJson, startEvents, whenClientLeaves } from './http.ts';
import { KERNEL_NAME } from './kernel.ts';
import type { Shape } from './model-file.ts';
import type { Pool } from './pool.ts';
import {
  chatChunk,
  chatLogprobs,
  chatReply,
  completionLogprobs,
  completionReply,
  countUsage,
  type Answer,
  type ReplyHead,
} from './replies.ts';
import { parseChatRequest, parseCompletionRequest, type ChatRequest, type CompletionRequest } from './requests.ts';
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

/** Answer one chat request. @throws ApiError for everything that is wrong with the request */
export async function handleChat(models: ServedModels, body: unknown, response: ServerResponse): Promise<void> {
  const request = parseChatRequest(body);
  const model = findModel(models, request.model);
  const job = buildJob(model, request, { promptIds: model.tokenizer.encodeChat(request.messages), echo: false });
  const head = replyHead('chatcmpl', model);
  if (!request.stream) {
    const answer = await runWhole(model.pool, job, response);
    return sendJson(response, 200, chatReply(head, answer, request.logprobs));
  }
  await streamChat(model, { job, head, request }, response);
}

/** Answer one text completion request. @throws ApiError for everything that is wrong with the request */
export async function handleCompletion(models: ServedModels, body: unknown, response: ServerResponse): Promise<void> {
  const request = parseCompletionRequest(body);
  const model = findModel(models, request.model);
  const promptIds = promptTokens(model, request.prompt);
  const job = buildJob(model, request, { promptIds, echo: request.echo });
  const head = replyHead('cmpl', model);
  if (request.stream) return await streamCompletion(model, { job, head, request }, response);
  const answer = await runWhole(model.pool, job, response);
  const steps = visibleSteps(request, answer.steps);
  const prompt = request.echo ? promptText(model, promptIds) : '';
  const choice = {
    text: prompt + answer.text,
    logprobs: request.logprobs ? completionLogprobs(steps, 0) : null,
    finish_reason: answer.finish,
  };
  sendJson(response, 200, completionReply(head, choice, answer.usage));
}

function findModel(models: ServedModels, name: string): ServedModel {
  const model = models.get(name);
  if (model === undefined) throw new ApiError(404, 'model_not_found', 'the model does not exist', 'model');
  return model;
}

function promptTokens({ tokenizer, shape }: ServedModel, prompt: string | readonly number[]): readonly number[] {
  if (typeof prompt === 'string') return [tokenizer.beginId, ...tokenizer.encode(prompt)];
  if (prompt.some((id) => id >= shape.vocab)) {
    throw new ApiError(400, 'invalid_value', 'prompt holds an id that is not in the vocabulary', 'prompt');
  }
  return prompt;
}

/** The echoed steps without the begin token that the server itself put before a text. */
function visibleSteps({ echo, prompt }: CompletionRequest, steps: readonly TokenStep[]): readonly TokenStep[] {
  return echo && typeof prompt === 'string' ? steps.slice(1) : steps;
}

function promptText({ tokenizer }: ServedModel, ids: readonly number[]): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(ids.map((id) => tokenizer.bytesOf(id))));
}

function buildJob(
  { shape }: ServedModel,
  request: ChatRequest | CompletionRequest,
  prompt: Pick<Job, 'promptIds' | 'echo'>,
): Job {
  const maxTokens = request.maxTokens ?? shape.ctx;
  const length = prompt.promptIds.length;
  if (length + Math.min(maxTokens, 1) > shape.ctx) {
    const message = `the prompt has ${length} tokens, the context of this model is ${shape.ctx}`;
    throw new ApiError(400, 'context_length_exceeded', message, 'prompt' in request ? 'prompt' : 'messages');
  }
  const seed = request.sampling.seed ?? randomInt(RANDOM_SEEDS);
  const { stops, topLogprobs } = request;
  return { ...prompt, maxTokens, sampling: { ...request.sampling, seed }, stops, topLogprobs };
}

function replyHead(prefix: string, { name, digestHex }: ServedModel): ReplyHead {
  return {
    id: `${prefix}-${randomBytes(12).toString('hex')}`,
    created: Math.floor(Date.now() / 1000),
    model: name,
    system_fingerprint: `touchstone-embedded:${KERNEL_NAME}:${digestHex.slice(0, FINGERPRINT_DIGITS)}`,
  };
}

async function runWhole(pool: Pool, job: Job, response: ServerResponse): Promise<Answer> {
  const steps: TokenStep[] = [];
  const onSteps = (more: readonly TokenStep[]): void => void steps.push(...more);
  const end = await pool.run(job, { onSteps, live: false, signal: whenClientLeaves(response) });
  const text = steps.map((step) => step.text).join('') + end.tail;
  return { text, steps, finish: end.finish, usage: countUsage(job.promptIds.length, end.completionTokens) };
}

interface Streamed<R> {
  readonly job: Job;
  readonly head: ReplyHead;
  readonly request: R;
}

async function streamChat(
  model: ServedModel,
  { job, head, request }: Streamed<ChatRequest>,
  response: ServerResponse,
): Promise<void> {
  const signal = whenClientLeaves(response);
  const send = startEvents(response);
  // OpenAI announces the usage event by a null usage in every other one.
  const repeated = request.includeUsage ? { ...head, usage: null } : head;
  send(chatChunk(repeated, { delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }));
  const sendText = (content: string, steps: readonly TokenStep[]): void => {
    if (content === '' && !(request.logprobs && steps.length > 0)) return;
    const logprobs = request.logprobs ? chatLogprobs(steps) : null;
    send(chatChunk(repeated, { delta: { content }, logprobs, finish_reason: null }));
  };
  const onSteps = (steps: readonly TokenStep[]): void => {
    for (const step of steps) sendText(step.text, [step]);
  };
  const end = await model.pool.run(job, { onSteps, live: true, signal });
  sendText(end.tail, []);
  send(chatChunk(repeated, { delta: {}, logprobs: null, finish_reason: end.finish }));
  const usage = countUsage(job.promptIds.length, end.completionTokens);
  if (request.includeUsage) send({ ...head, object: 'chat.completion.chunk', choices: [], usage });
  send('[DONE]');
  response.end();
}

async function streamCompletion(
  model: ServedModel,
  { job, head, request }: Streamed<CompletionRequest>,
  response: ServerResponse,
): Promise<void> {
  if (request.echo) throw new ApiError(400, 'unsupported_parameter', 'echo cannot be streamed', 'echo');
  const signal = whenClientLeaves(response);
  const send = startEvents(response);
  let offset = 0;
  const onSteps = (steps: readonly TokenStep[]): void => {
    for (const step of steps) {
      const logprobs = request.logprobs ? completionLogprobs([step], offset) : null;
      offset += [...step.text].length;
      if (step.text !== '' || request.logprobs)
        send(completionReply(head, { text: step.text, logprobs, finish_reason: null }));
    }
  };
  const end = await model.pool.run(job, { onSteps, live: true, signal });
  send(completionReply(head, { text: end.tail, logprobs: null, finish_reason: end.finish }));
  const usage = countUsage(job.promptIds.length, end.completionTokens);
  if (request.includeUsage) send({ ...head, object: 'text_completion', choices: [], usage });
  send('[DONE]');
  response.end();
}
