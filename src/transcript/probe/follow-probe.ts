/** Goes through a probe: from what was answered so far to what is asked next, or to what was found. */
import type { Capability } from '../../core/capability-names.ts';
import { parseAnswer } from '../wire/parse-answer.ts';
import type { Api } from '../wire/dialogue.ts';
import { requestBuilder } from '../wire/request.ts';
import { n } from './choices.ts';
import type { ProbeExchange } from './exchange.ts';
import { echoLogprobs, logprobs } from './likelihood.ts';
import { maxTokens, stop } from './limits.ts';
import {
  no,
  PLAIN_QUESTION,
  unknown,
  type Probe,
  type ProbeContext,
  type ProbeFinding,
  type ProbeQuestion,
  type ProbeReply,
} from './probe.ts';
import { promptIntact, system, tokenCounts } from './prompt.ts';
import { noCache, seed, temperature } from './sampling.ts';
import { jsonMode, jsonSchema, tools } from './structure.ts';

const PROBES: Readonly<Record<Capability, Probe>> = {
  system,
  max_tokens: maxTokens,
  stop,
  temperature,
  seed,
  n,
  logprobs,
  json_mode: jsonMode,
  json_schema: jsonSchema,
  tools,
  echo_logprobs: echoLogprobs,
  token_counts: tokenCounts,
  no_cache: noCache,
  prompt_intact: promptIntact,
};

/** With these a server says that it does not do what it is asked for; others, such as 401 or 429, are about other things. */
const REFUSALS: ReadonlySet<number> = new Set([400, 415, 422, 501]);

/** With these a server says that it has no such route. */
const NO_ROUTE: ReadonlySet<number> = new Set([404, 405]);

/** Where a probe stands. */
export interface ProbeState {
  /** The next request; null if there is nothing more to ask. */
  readonly ask: { readonly api: Api; readonly body: string } | null;
  /** What follows from what was answered so far. */
  readonly found: ProbeFinding;
  /** Number of exchanges that belong to the probe: the first of another request, or one too many, is where it ends. */
  readonly followed: number;
}

/**
 * The state of a probe after some exchanges.
 *
 * A probe that was broken off has found nothing. What a server refuses is asked for once more without what was probed: it
 * cannot do it if it answers then, and if it refuses even that nothing can be said.
 *
 * @throws {@link VerificationError} `ERR_PLAN_FORM` if no request follows from the endpoint
 */
export function followProbe(
  capability: Capability,
  context: ProbeContext,
  exchanges: readonly ProbeExchange[],
): ProbeState {
  const { next, judge } = PROBES[capability];
  const build = requestBuilder({ endpoint: context.endpoint, rules: { parameters: { max_tokens: 1 } } });
  const replies: ProbeReply[] = [];
  let refusal: string | null = null;
  for (let followed = 0; ; followed++) {
    const question: ProbeQuestion | null = refusal === null ? next(context, replies) : PLAIN_QUESTION;
    if (question === null) return { ask: null, found: judge(context, replies), followed };
    const body = build(question, 0);
    const exchange = exchanges[followed];
    if (exchange?.request !== body) {
      return { ask: { api: question.api, body }, found: unknown('broken-off'), followed };
    }
    const heard = hear(question.api, exchange);
    const ended = { ask: null, followed: followed + 1 };
    if (refusal !== null) return { ...ended, found: 'reply' in heard ? no(refusal) : unknown('refuses-all') };
    if ('reply' in heard) replies.push(heard.reply);
    else if (!heard.isRefusal || question.isPlain === true) return { ...ended, found: unknown(heard.detail) };
    else if (question.api === PLAIN_QUESTION.api) refusal = heard.detail;
    // Whether there is such a route at all is what was asked.
    else return { ...ended, found: no(heard.detail) };
  }
}

type Heard = { readonly reply: ProbeReply } | { readonly isRefusal: boolean; readonly detail: string };

function hear(api: Api, { status, http, response }: ProbeExchange): Heard {
  if (http === undefined) return { isRefusal: false, detail: status };
  if (http < 200 || http > 299) {
    const isRefusal = REFUSALS.has(http) || (api !== 'chat' && NO_ROUTE.has(http));
    return { isRefusal, detail: isRefusal ? `refused-${http}` : `http-${http}` };
  }
  const parsed = parseAnswer(response ?? new Uint8Array(), api);
  if ('answer' in parsed) return { reply: { ...parsed.answer, body: response ?? new Uint8Array() } };
  // Another API than the one that was asked for is none.
  return { isRefusal: api !== 'chat', detail: 'no-answer' };
}
