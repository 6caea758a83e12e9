/** From logits to log-probabilities and to the next token; the same logits, settings and seed give the same token. */
import { createHash } from 'node:crypto';

const DRAW_DOMAIN = 'touchstone/embedded/draw/v1\n';

/** How the next token is picked. Temperature 0 is greedy: the most probable token, the lowest id of equals. */
export interface Sampling {
  readonly temperature: number;
  /** Only the most probable tokens that together reach this share are drawn from. */
  readonly topP: number;
  readonly seed: number;
}

/** Natural log-probabilities of all tokens. */
export function logProbabilities(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  const shift = Math.log(sum);
  return Float64Array.from(logits, (logit) => logit - largest - shift);
}

/** Ids by falling log-probability, the lower id first among equals; at most `count` of them. */
export function mostProbable(logprobs: Float64Array, count: number): number[] {
  if (count === 0) return [];
  return Array.from(logprobs.keys())
    .toSorted((a, b) => (logprobs[b] ?? 0) - (logprobs[a] ?? 0) || a - b)
    .slice(0, count);
}

/** The id with the largest log-probability, the lowest of equals. */
export function mostLikely(logprobs: Float64Array): number {
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
  if (sampling.temperature === 0) return mostLikely(logprobs);
  const ids = mostProbable(logprobs, logprobs.length);
  const top = logprobs[ids[0] ?? 0] ?? 0;
  const weights = ids.map((id) => Math.exp(((logprobs[id] ?? 0) - top) / sampling.temperature));
  const kept = nucleusSize(weights, sampling.topP);
  const total = weights.slice(0, kept).reduce((a, b) => a + b, 0);
  let left = uniform(sampling.seed, step) * total;
  for (let i = 0; i < kept; i++) {
    left -= weights[i] ?? 0;
    if (left < 0) return ids[i] ?? 0;
  }
  return ids[kept - 1] ?? 0;
}

/** How many of the falling weights are needed to reach a share of their sum; at least one. */
function nucleusSize(weights: readonly number[], share: number): number {
  const goal = share * weights.reduce((a, b) => a + b, 0);
  let sum = 0;
  let size = 0;
  while (size < weights.length && (size === 0 || sum < goal)) sum += weights[size++] ?? 0;
  return size;
}

/** A number in [0, 1) with 53 bits from SHA-256 of seed and step: no generator state to carry or to get wrong. */
function uniform(seed: number, step: number): number {
  const digest = createHash('sha256').update(`${DRAW_DOMAIN}${seed}\n${step}`).digest();
  return Number(digest.readBigUInt64BE(0) >> 11n) / 2 ** 53;
}
