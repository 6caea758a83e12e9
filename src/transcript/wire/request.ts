/**
 * The request body of a sample, as a function of plan and messages.
 *
 * There is exactly one body for a plan, a repeat and its rendered messages: the RFC 8785 form of the members below. So a
 * verifier rebuilds the body and compares bytes; nothing has to be parsed, and nothing can hide in an extra member.
 */
import { canonicalize, tryParseCanonical, type JsonObject } from '../../core/canonical-json.ts';
import { VerificationError } from '../../core/errors.ts';
import type { PlanEndpoint, PlanParameters } from '../plan.ts';

/** One chat message. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Makes the request bodies of one plan. */
export type RequestBuilder = (messages: readonly Message[], repeat: number) => string;

/** The part of a plan that shapes a request. */
export interface RequestPlan {
  readonly endpoint: Pick<PlanEndpoint, 'model' | 'stream' | 'max_tokens_field' | 'extra'>;
  readonly rules: { readonly parameters: PlanParameters };
}

/** Members that `extra` may not set, because plan fields of their own decide them. */
const RESERVED = new Set([
  'logprobs',
  'messages',
  'model',
  'n',
  'response_format',
  'stream',
  'stream_options',
  'seed',
  'stop',
  'temperature',
  'top_p',
]);

/**
 * The builder of a plan's request bodies.
 *
 * Repeat r of an item asks with seed + r, so that repeats are independent samples and each is reproducible.
 *
 * @throws {@link VerificationError} `ERR_PLAN_FORM` if `extra` or `response_format` is not a JSON object, `extra` sets
 *   a member that the plan itself decides, or the members are nested too deeply.
 */
export function requestBuilder(plan: RequestPlan): RequestBuilder {
  const base = baseMembers(plan);
  const { seed } = plan.rules.parameters;
  checkMembers(base);
  return (messages, repeat) =>
    canonicalize({
      ...base,
      messages: messages.map(({ role, content }) => ({ content, role })),
      ...(seed === undefined ? {} : { seed: seed + repeat }),
    });
}

function baseMembers(plan: RequestPlan): JsonObject {
  const { endpoint, rules } = plan;
  const { max_tokens, temperature, top_p, stop, logprobs, response_format } = rules.parameters;
  return {
    ...extraMembers(endpoint.extra),
    model: endpoint.model,
    [endpoint.max_tokens_field]: max_tokens,
    ...(temperature === undefined ? {} : { temperature: Number(temperature) }),
    ...(top_p === undefined ? {} : { top_p: Number(top_p) }),
    ...(stop === undefined ? {} : { stop }),
    ...(logprobs === undefined ? {} : { logprobs }),
    ...(response_format === undefined ? {} : { response_format: jsonObject(response_format, 'response_format') }),
    ...(endpoint.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
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
