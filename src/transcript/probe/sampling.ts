/**
 * What a server does with temperature and seed, and whether it answers anew.
 *
 * All of it is about the server: any model that answers with text shows it. The texts are short, because the arithmetic of
 * a busy server differs a little from batch to batch, and long enough not to be equal by chance.
 */
import {
  anyEmpty,
  areEqual,
  ask,
  freshNumber,
  inTurn,
  no,
  unknown,
  yes,
  type Probe,
  type ProbeContext,
  type ProbeQuestion,
} from './probe.ts';

const SAMPLED_TOKENS = 24;
const LONG_TOKENS = 48;

/** Fewest characters of an answer that two honest samples do not share by chance. */
const LONG_TEXT = 40;

const SEED = 11;
const OTHER_SEED = 1_000_003;

function story(context: ProbeContext): string {
  return `Make up one sentence about a traveller, a lost umbrella and the number ${freshNumber(context)}.`;
}

const greedy = (context: ProbeContext) => ask(story(context), { max_tokens: SAMPLED_TOKENS, temperature: '0' });

/** Temperature 0 gives one answer, however often it is asked. */
export const temperature: Probe = {
  next: inTurn(greedy, greedy, greedy),
  judge(_context, replies) {
    if (anyEmpty(replies)) return unknown('no-text');
    const distinct = new Set(replies.map(({ text }) => text)).size;
    if (distinct === 1) return yes('equal-answers');
    // One answer of its own may be the arithmetic of a busy server.
    return distinct === replies.length ? no('answers-differ') : unknown('mostly-equal');
  },
};

function seeded(context: ProbeContext, value: number): ProbeQuestion {
  return ask(story(context), { max_tokens: SAMPLED_TOKENS, temperature: '1', seed: value });
}

/** One seed gives one answer at temperature 1, and another seed another. */
export const seed: Probe = {
  next(context, replies) {
    if (replies.length < 2) return seeded(context, SEED);
    return replies.length > 2 ? null : seeded(context, areEqual(replies) ? OTHER_SEED : SEED);
  },
  judge(_context, replies) {
    if (anyEmpty(replies)) return unknown('no-text');
    const [first, again, third] = replies.map(({ text }) => text);
    if (first === again) return first === third ? unknown('all-equal') : yes('follows-seed');
    return third === first || third === again ? unknown('mostly-equal') : no('same-seed-differs');
  },
};

const sampled = (context: ProbeContext) =>
  ask(`${story(context)} Then tell what happens next.`, { max_tokens: LONG_TOKENS, temperature: '1' });

/** Equal requests at temperature 1 are answered anew. How long an answer takes is no evidence. */
export const noCache: Probe = {
  next: inTurn(sampled, sampled, sampled),
  judge(_context, replies) {
    if (anyEmpty(replies)) return unknown('no-text');
    const distinct = new Set(replies.map(({ text }) => text)).size;
    if (distinct === replies.length) return yes('answers-differ');
    if (!areEqual(replies)) return unknown('some-equal');
    // A cache, or a temperature that is ignored: in either case repeats are no samples.
    return (replies[0]?.text.length ?? 0) >= LONG_TEXT ? no('all-equal') : unknown('short-answers');
  },
};
