/** What is asked of an engine, and what comes back: plain values that can cross a thread boundary. */
import { AnswerText, codePoints } from './answer-text.ts';
import type { Engine } from './engine.ts';
import { logProbabilities, mostProbable, pickToken, type Sampling } from './sampling.ts';

// A byte order mark is text like any other.
const UTF8_OPTIONS = { ignoreBOM: true };

/** A token with its natural log-probability given everything before it, at temperature 1. */
export interface TokenScore {
  readonly bytes: Uint8Array;
  readonly logprob: number;
}

/** One token of an answer or of an echoed prompt. */
export interface TokenStep {
  readonly bytes: Uint8Array;
  /** Null for a token with nothing before it. */
  readonly logprob: number | null;
  /** The most probable tokens at this place, as many as were asked for. */
  readonly top: readonly TokenScore[];
  /** Text that became final with this token; may be empty. */
  readonly text: string;
  /** Code points that its bytes complete, whether or not they are final. */
  readonly length: number;
}

/** Why an answer ended: an end token or a stop string, or no room left. */
export type Finish = 'stop' | 'length';

/** One piece of work for an engine. */
export interface Job {
  /** At least one token. */
  readonly promptIds: readonly number[];
  /** Whether the steps of the prompt come first. */
  readonly echo: boolean;
  /** 0 asks for no answer. The context may end it earlier. */
  readonly maxTokens: number;
  readonly sampling: Sampling;
  readonly stops: readonly string[];
  readonly topLogprobs: number;
}

/** The end of a job. */
export interface JobEnd {
  readonly finish: Finish;
  readonly completionTokens: number;
  /** Text held back until the end, for example an incomplete character. */
  readonly tail: string;
}

/**
 * Run a job, token by token.
 *
 * The generator may be abandoned at any step; the next job on the engine starts afresh.
 */
export function* generate(engine: Engine, job: Job): Generator<TokenStep, JobEnd> {
  engine.reset();
  if (job.echo) yield* echoSteps(engine, job);
  const text = new AnswerText(job.stops);
  const decoder = new TextDecoder('utf-8', UTF8_OPTIONS);
  const room = Math.min(job.maxTokens, engine.shape.ctx - job.promptIds.length);
  if (room <= 0) return { finish: 'length', completionTokens: 0, tail: '' };
  let logits = engine.feed(job.echo ? job.promptIds.slice(-1) : job.promptIds);
  for (let step = 0; step < room; step++) {
    const logprobs = logProbabilities(logits);
    const id = pickToken(logprobs, job.sampling, step);
    if (engine.tokenizer.isSpecial(id)) return { finish: 'stop', completionTokens: step, tail: text.end() };
    const bytes = engine.tokenizer.bytesOf(id);
    yield {
      bytes,
      logprob: logprobs[id] ?? 0,
      top: topScores(engine, logprobs, job.topLogprobs),
      text: text.add(bytes),
      length: codePoints(decoder.decode(bytes, { stream: true })),
    };
    if (text.stopped) return { finish: 'stop', completionTokens: step + 1, tail: '' };
    if (step + 1 < room) logits = engine.feed([id]);
  }
  return { finish: 'length', completionTokens: room, tail: text.end() };
}

/** The steps of the prompt; its last token is not fed, because what comes after it may not matter. */
function* echoSteps(engine: Engine, job: Job): Generator<TokenStep> {
  let logprobs: Float64Array | null = null;
  const decoder = new TextDecoder('utf-8', UTF8_OPTIONS);
  const last = job.promptIds.length - 1;
  for (const [place, id] of job.promptIds.entries()) {
    const top = logprobs === null ? [] : topScores(engine, logprobs, job.topLogprobs);
    const bytes = engine.tokenizer.bytesOf(id);
    const text = decoder.decode(bytes, { stream: place < last });
    yield { bytes, logprob: logprobs?.[id] ?? null, top, text, length: codePoints(text) };
    if (place < last) logprobs = logProbabilities(engine.feed([id]));
  }
}

function topScores(engine: Engine, logprobs: Float64Array, count: number): TokenScore[] {
  return mostProbable(logprobs, count).map((id) => ({
    bytes: engine.tokenizer.bytesOf(id),
    logprob: logprobs[id] ?? 0,
  }));
}
