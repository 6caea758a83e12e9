/** Whether a server tells how likely tokens were: those of its answer, and those of a prompt. About the server alone. */
import type { Token } from '../wire/answer.ts';
import {
  anyEmpty,
  ask,
  freshNumber,
  inTurn,
  no,
  unknown,
  yes,
  type Probe,
  type ProbeContext,
  type ProbeFinding,
} from './probe.ts';

/** Rounding may lift a certain token this far above 0. */
const ROUNDING = 0.001;

/** Fewest tokens that are not equally likely by chance. */
const SEVERAL = 4;

/** The log probabilities of an answer. */
export const logprobs: Probe = {
  next: inTurn((context) =>
    ask(`Write a sentence about a mountain and the number ${freshNumber(context)}.`, {
      max_tokens: 16,
      logprobs: true,
    }),
  ),
  judge(_context, replies) {
    const [reply] = replies;
    if (reply === undefined || anyEmpty(replies)) return unknown('no-text');
    if (reply.tokens === undefined) return no('none-given');
    const isOfAnswer = textOf(reply.tokens).trim() === reply.text.trim();
    return implausible(reply.tokens) ?? (isOfAnswer ? yes('given') : unknown('other-text'));
  },
};

function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join('');
}

// A number is told from a probability by what no distribution gives.
function implausible(tokens: readonly Token[]): ProbeFinding | null {
  const values = tokens.flatMap(({ logprob }) => logprob ?? []);
  if (values.some((value) => value > ROUNDING)) return no('above-zero');
  return values.length >= SEVERAL && new Set(values).size === 1 ? unknown('all-equal') : null;
}

function echoed(context: ProbeContext): string {
  return `The harbour lies still at ${freshNumber(context)}, and the boats are grey.`;
}

/** The log probabilities of a prompt, through text completions. Endpoints that give evidence are asked for chats only. */
export const echoLogprobs: Probe = {
  next(context, replies) {
    if (context.endpoint.kind === 'tee' || replies.length > 0) return null;
    const members = { echo: true, logprobs: 1, prompt: echoed(context) };
    return { api: 'completions', members, parameters: { max_tokens: 1 } };
  },
  judge(context, [reply]) {
    if (reply === undefined) return no('chat-only');
    const prompt = echoed(context);
    if (!reply.text.startsWith(prompt)) return no('not-echoed');
    const ofPrompt = (reply.tokens ?? []).filter(({ offset = 0 }) => offset < prompt.length);
    // The first has nothing before it.
    if (ofPrompt.slice(1).every(({ logprob }) => logprob === undefined)) return no('none-given');
    const isWhole =
      textOf(ofPrompt).endsWith(prompt) && ofPrompt.slice(1).every((token) => token.logprob !== undefined);
    return implausible(ofPrompt) ?? (isWhole ? yes('given') : unknown('offsets-differ'));
  },
};
