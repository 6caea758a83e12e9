/**
 * One sample, from its first question to its verdict.
 *
 * A failed request is never a wrong answer: it is tried again as far as the plan allows and ends as unscored. Everything
 * that leaves this machine is on the disk before.
 */
import type { Findings, Turn } from '../scoring/inquiry.ts';
import type { SequentialStop } from '../scoring/sequential-stop.ts';
import type { UnscoredReason } from '../transcript/record.ts';
import type { Answer } from '../transcript/wire/answer.ts';
import type { Role } from '../transcript/wire/dialogue.ts';
import { sendAttempt } from './attempt.ts';
import type { Judged } from './judging.ts';
import type { ScoreFacts } from './recorder.ts';
import { isFinal, nextTurn, waitMs, type LastOutcome, type SampleHistory } from './retry.ts';
import { placeOf, type AskContext, type Asked, type Sample } from './sample.ts';

/**
 * Ask until there is a verdict, or until the run is stopped; then the sample stays open for a resume.
 *
 * @throws {@link InputError} `ERR_RUN_WRITE` if the journal cannot be written
 */
export async function askSample(context: AskContext, sample: Sample): Promise<void> {
  const { inquiry, history } = sample;
  let turn = await firstUnanswered(sample);
  let asked: Asked | null = null;
  while ('ask' in turn) {
    asked = askedOf(context, sample, turn);
    const answer = await askQuestion(context, sample, asked);
    if (answer === null) return;
    const latencyUs = history.last?.latency_us ?? 0;
    const next = inquiry.next(answer, latencyUs);
    turn = next instanceof Promise ? await next : next;
    if ('ask' in turn) nextTurn(history, { seq: history.last?.seq ?? 0, answer, latencyUs });
  }
  await conclude(context, sample, { findings: turn.findings, body: asked?.body ?? '' });
}

// What was answered before an interruption is not asked again.
async function firstUnanswered({ inquiry, history }: Sample): Promise<Turn> {
  let turn = await inquiry.next(null);
  for (const { answer, latencyUs } of history.answered) turn = await inquiry.next(answer, latencyUs);
  return turn;
}

function askedOf({ parties }: AskContext, { repeat }: Sample, { role, ask }: Extract<Turn, { role: Role }>): Asked {
  const party = parties[role];
  if (party === undefined) throw new RangeError(`want somebody to ask as ${role}`);
  return { role, api: ask.api, body: party.build(ask, repeat), endpoint: party.endpoint };
}

// Gives the answer; null if there is none, because the sample has got its verdict without, or stays open.
async function askQuestion(context: AskContext, sample: Sample, asked: Asked): Promise<Answer | null> {
  const { signal, plan, budget } = context;
  const { history } = sample;
  const isFirst = (): boolean => history.answered.length === 0 && history.attempts === 0;
  // Left for the end, where everything that was not asked is skipped.
  if (isFirst() && isDecided(context.stop)) return null;
  while (!isFinal(history, plan.rules.retry)) {
    if (signal.aborted) return null;
    const reserved = budget.reserve({ bodyBytes: Buffer.byteLength(asked.body), role: asked.role });
    const reservation = reserved instanceof Promise ? await reserved : reserved;
    if (reservation === null) return unscored(context, sample, 'skipped');
    // Both may have come about while the budget was waited for.
    if (signal.aborted || (isFirst() && isDecided(context.stop))) {
      reservation.cancel();
      return null;
    }
    const { retryAfterMs } = await sendAttempt(context, sample, { ...asked, reservation });
    const wait = waitBefore(context, history, retryAfterMs);
    if (wait > 0) {
      context.emit({ kind: 'waiting', waitMs: wait, ...placeOf(sample) });
      await context.environment.sleep(wait, signal);
    }
  }
  const answer = history.last?.answer ?? null;
  return answer ?? unscored(context, sample, reasonOf(history.last));
}

// Milliseconds until another attempt; 0 if there is none.
function waitBefore({ plan, environment }: AskContext, history: SampleHistory, retryAfterMs: number | null): number {
  if (history.last?.status === 'cancelled' || isFinal(history, plan.rules.retry)) return 0;
  return waitMs(Math.max(1, history.attempts - history.interrupted), retryAfterMs, environment.random());
}

interface Conclusion {
  readonly findings: Findings;
  /** The body of the last request. */
  readonly body: string;
}

async function conclude(context: AskContext, sample: Sample, { findings, body }: Conclusion): Promise<void> {
  const { last } = sample.history;
  if (last === null) throw new RangeError('want an outcome to conclude from');
  const judged = context.judging.judge(findings, sample.open);
  // A program runs before evidence is looked at: from there to the verdict nothing may come between.
  const verdict = judged instanceof Promise ? await judged : judged;
  if (context.attesting === null || last.exchange === null) return score(context, sample, last, verdict);
  await context.attesting.follow({
    seq: last.seq,
    body,
    exchange: last.exchange,
    known: last.evidence,
    conclude(isAttested) {
      if (isAttested) score(context, sample, last, verdict);
      else unscored(context, sample, 'unattested');
    },
  });
}

function score(context: AskContext, sample: Sample, last: LastOutcome, verdict: Judged): void {
  if (verdict.verdict === 'unscored') {
    unscored(context, sample, verdict.reason);
    return;
  }
  const { num, den, rule, extracted } = verdict;
  const facts = { ...placeOf(sample), of: last.seq, num, den, ...(rule === null ? {} : { rule }) };
  record(context, sample, facts, extracted);
}

function reasonOf(last: LastOutcome | null): UnscoredReason {
  switch (last?.status) {
    case 'timeout':
      return 'timeout';
    case 'cancelled':
    case 'lost':
      return 'lost';
    case undefined:
      return 'skipped';
    case 'ok':
    case 'http':
    case 'network':
      return 'transport';
  }
}

// Gives null, because such a sample has no answer.
function unscored(context: AskContext, sample: Sample, reason: UnscoredReason): null {
  const { last, answered } = sample.history;
  const of = (last ?? answered.at(-1))?.seq;
  const origin = of === undefined ? { item: sample.open.item.itemCommitment } : { of };
  record(context, sample, { ...placeOf(sample), ...origin, unscored: reason }, null);
  return null;
}

function record(context: AskContext, sample: Sample, facts: ScoreFacts, extracted: string | null): void {
  const score = context.recorder.score(facts, extracted);
  context.judging.add(score);
  context.stop?.add(score);
  const { num, den, unscored: reason } = score;
  const verdict = reason === undefined ? { num: num ?? 0, den: den ?? 1 } : { unscored: reason };
  context.emit({ kind: 'verdict', ...placeOf(sample), verdict });
}

/** Whether the difference is certain, so that no further item is asked. */
export function isDecided(stop: SequentialStop | null): boolean {
  return stop !== null && stop.look().decision !== 'undecided';
}
