/**
 * The request body of a question, as a function of plan and question.
 *
 * There is exactly one body for a plan, a repeat and a question: the RFC 8785 form of the members below. So a verifier
 * rebuilds the body and compares bytes; nothing has to be parsed, and nothing can hide in an extra member.
 */
import { canonicalize, tryParseCanonical, type JsonObject } from '../../core/canonical-json.ts';
import { VerificationError } from '../../core/errors.ts';
import type { Plan, PlanEndpoint, PlanParameters } from '../plan.ts';
import type { Question, Role } from './dialogue.ts';

/** One chat message. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Makes the request bodies for one endpoint of a plan. */
export type RequestBuilder = (question: Question, repeat: number) => string;

/** The part of a plan that shapes a request to one of its endpoints. */
export interface RequestPlan {
  readonly endpoint: Pick<PlanEndpoint, 'model' | 'stream' | 'max_tokens_field' | 'extra'>;
  readonly rules: { readonly parameters: PlanParameters };
}

/** Members that `extra` may not set, because plan, suite or harness decide them. */
const RESERVED = new Set([
  'echo',
  'input',
  'logprobs',
  'messages',
  'model',
  'n',
  'prompt',
  'response_format',
  'stream',
  'stream_options',
  'seed',
  'stop',
  'temperature',
  'tool_choice',
  'tools',
  'top_p',
]);

/** The question of a chat. */
export function chatQuestion(messages: readonly Message[]): Question {
  return { api: 'chat', members: { messages: messages.map(({ role, content }) => ({ content, role })) } };
}

/**
 * The builder of the request bodies for an endpoint.
 *
 * Repeat r of an item asks with seed + r, so that repeats are independent samples and each is reproducible.
 *
 * @throws {@link VerificationError} `ERR_PLAN_FORM` if `extra` or `response_format` is not a JSON object, `extra` sets
 *   a member that the plan itself decides, or the members are nested too deeply.
 */
export function requestBuilder(plan: RequestPlan): RequestBuilder {
  const { endpoint, rules } = plan;
  const extra = extraMembers(endpoint.extra);
  const base = { ...extra, ...parameterMembers(rules.parameters, endpoint) };
  checkMembers(base);
  return ({ api, members, parameters }, repeat) => {
    if (api === 'embeddings') return canonicalize({ ...extra, model: endpoint.model, ...members });
    const chosen = parameters ?? rules.parameters;
    // Only chats have another name for their limit, and only they are streamed.
    const form = api === 'chat' ? endpoint : { model: endpoint.model };
    const isPlanned = parameters === undefined && api === 'chat';
    const given = isPlanned ? base : { ...extra, ...parameterMembers(chosen, form) };
    return canonicalize({
      ...given,
      ...members,
      ...(chosen.seed === undefined ? {} : { seed: chosen.seed + repeat }),
    });
  };
}

/** The builders for everybody that a plan asks. */
export type RequestBuilders = Readonly<Partial<Record<Role, RequestBuilder>>>;

/**
 * The builders of a plan: for the endpoint under test, and for its judge if it has one.
 *
 * @throws {@link VerificationError} `ERR_PLAN_FORM` as {@link requestBuilder} does.
 */
export function requestBuilders({
  endpoint,
  judge,
  rules,
}: Pick<Plan, 'endpoint' | 'judge' | 'rules'>): RequestBuilders {
  const subject = requestBuilder({ endpoint, rules });
  return judge === undefined ? { subject } : { subject, judge: requestBuilder({ endpoint: judge, rules }) };
}

type RequestForm = Pick<PlanEndpoint, 'model'> & Partial<Pick<PlanEndpoint, 'stream' | 'max_tokens_field'>>;

function parameterMembers(parameters: PlanParameters, { model, stream, max_tokens_field }: RequestForm): JsonObject {
  const { max_tokens, temperature, top_p, stop, logprobs, response_format } = parameters;
  return {
    model,
    [max_tokens_field ?? 'max_tokens']: max_tokens,
    ...(temperature === undefined ? {} : { temperature: Number(temperature) }),
    ...(top_p === undefined ? {} : { top_p: Number(top_p) }),
    ...(stop === undefined ? {} : { stop }),
    ...(logprobs === undefined ? {} : { logprobs }),
    ...(response_format === undefined ? {} : { response_format: jsonObject(response_format, 'response_format') }),
    ...(stream === true ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}

// What has a canonical form of its own may be nested too deeply as a member of the body.
function checkMembers(base: JsonObject): void {
  try {
    canonicalize(base);
  } catch {
    throw formError('a member is nested too deeply');
  }
}

function extraMembers(extra: string | undefined): JsonObject {
  if (extra === undefined) return {};
  const members = jsonObject(extra, 'extra');
  // Some servers overlook the case of a name, so that "Model" after "model" would win.
  const reserved = Object.keys(members)
    .map((name) => name.toLowerCase())
    .find((name) => !/^[a-z0-9_-]+$/.test(name) || RESERVED.has(name) || name.startsWith('max_'));
  if (reserved !== undefined) throw formError('extra sets a member that a field of the plan decides');
  return members;
}

function jsonObject(text: string, field: string): JsonObject {
  const value = tryParseCanonical(text);
  if (value === null) throw formError(`${field} is not the canonical JSON of an object`);
  return value;
}

function formError(fault: string): VerificationError {
  return new VerificationError('ERR_PLAN_FORM', `cannot build request of plan: ${fault}`);
}
