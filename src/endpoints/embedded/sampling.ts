/** From logits to log-probabilities and to the next token; the same logits, settings and seed give the same token. */
import { createHash } from 'node:crypto';

const DRAW_DOMAIN = 'touchstone/embedded/draw/v1\n';
const CHOICE_DOMAIN = 'touchstone/embedded/choice/v1\n';

/** How the next token is picked. Temperature 0 is greedy: the most probable token, the lowest id of equals. */
export interface Sampling {
  readonly temperature: number;
  /** Only the most probable tokens that together reach this share are drawn from. */
  readonly topP: number;
  readonly seed: number;
}

/**
 * The seed of one of several choices for the same request.
 *
 * @param choice - Its number, from 0; the first has the seed of the request, so it is the answer without others.
 */
export function choiceSeed(seed: number, choice: number): number {
  return choice === 0 ? seed : hashedBits(`${CHOICE_DOMAIN}${seed}\n${choice}`);
}

/** Natural log-probabilities of all tokens. */
export function logProbabilities(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  const shift = Math.log(sum);
  return Float64Array.from(logits, (logit) => logit - largest - shift);
}

/**
 * Ids by falling log-probability, the lower id first among equals.
 *
 * @param count - How many; meant to be few, since each costs a pass over the vocabulary.
 */
export function mostProbable(logprobs: Float64Array, count: number): number[] {
  const left = Float64Array.from(logprobs);
  return Array.from({ length: Math.min(count, left.length) }, () => {
    const best = mostLikely(left);
    left[best] = -Infinity;
    return best;
  });
}

/** The id with the largest log-probability, the lowest of equals. */
function mostLikely(logprobs: Float64Array): number {
  let best = 0;
  for (let id = 1; id < logprobs.length; id++) if ((logprobs[id] ?? 0) > (logprobs[best] ?? 0)) best = id;
  return best;
}

/**
 * Pick the next token.
 *
 * @param step - Number of the token in the answer, from 0; each step has its own draw.
 */
export function pickToken(logprobs: Float64Array, sampling: Sampling, step: number): number {
  const best = mostLikely(logprobs);
  if (sampling.temperature === 0) return best;
  const top = logprobs[best] ?? 0;
  const weights = Float64Array.from(logprobs, (logprob) => Math.exp((logprob - top) / sampling.temperature));
  if (sampling.topP < 1) keepNucleus(weights, sampling.topP);
  let left = uniform(sampling.seed, step) * weights.reduce((a, b) => a + b, 0);
  for (const [id, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return id;
  }
  // Rounding of the sum left nothing for the draw to fall on.
  return best;
}

/** Set all but the fewest largest weights that reach a share of the sum to zero; the largest always stays. */
function keepNucleus(weights: Float64Array, share: number): void {
  const goal = share * weights.reduce((a, b) => a + b, 0);
  const falling = Array.from(weights.keys()).toSorted((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  let sum = 0;
  falling.forEach((id, rank) => {
    const weight = weights[id] ?? 0;
    if (rank > 0 && sum >= goal) weights[id] = 0;
    sum += weight;
  });
}

/** A number in [0, 1) with 53 bits from SHA-256 of seed and step: no generator state to carry or to get wrong. */
function uniform(seed: number, step: number): number {
  return hashedBits(`${DRAW_DOMAIN}${seed}\n${step}`) / 2 ** 53;
}

/** The first 53 bits of the SHA-256 of a text, as a whole number. */
function hashedBits(text: string): number {
  return Number(createHash('sha256').update(text).digest().readBigUInt64BE(0) >> 11n);
}
