/** Totals over the outcomes of a run, in memory that does not grow with it. */
import type { AttemptStatus, OutcomeRecord } from '../transcript/record.ts';
import type { RunTotals } from './verified-transcript.ts';

const MAX_LATENCIES = 16_384;
const MAX_NAMES = 64;

/** Adds up outcomes one by one. */
export interface TotalsTally {
  /** @param role - Who was asked; absent for the endpoint under test. */
  add(outcome: OutcomeRecord, role?: 'judge'): void;
  totals(resumes: number): RunTotals;
}

/** Totals of no outcomes. */
export function createTotals(): TotalsTally {
  const attempts: Record<AttemptStatus, number> = { ok: 0, http: 0, timeout: 0, network: 0, cancelled: 0, lost: 0 };
  const models = new Map<string, number>();
  const fingerprints = new Map<string, number>();
  const judgeModels = new Map<string, number>();
  let judgements = 0;
  const latencies = createThinnedList(MAX_LATENCIES);
  let promptTokens = 0;
  let completionTokens = 0;
  return {
    add(outcome, role) {
      if (role === 'judge') {
        if (outcome.status === 'ok') judgements++;
        count(judgeModels, outcome.model);
        return;
      }
      attempts[outcome.status]++;
      promptTokens += outcome.prompt_tokens ?? 0;
      completionTokens += outcome.completion_tokens ?? 0;
      count(models, outcome.model);
      count(fingerprints, outcome.fingerprint);
      if (outcome.status === 'ok' && outcome.latency_us !== undefined) latencies.add(outcome.latency_us);
    },
    totals: (resumes) => ({
      attempts,
      promptTokens,
      completionTokens,
      latenciesUs: latencies.values().toSorted((a, b) => a - b),
      reportedModels: models,
      fingerprints,
      judgements,
      judgeModels,
      resumes,
    }),
  };
}

// A server may report a new name each time; beyond a bound they are counted together.
function count(names: Map<string, number>, name: string | undefined): void {
  if (name === undefined) return;
  const key = names.has(name) || names.size < MAX_NAMES ? name : 'others';
  names.set(key, (names.get(key) ?? 0) + 1);
}

// Keeps every n-th value; whenever the list is full, every second one is dropped and n doubles. Requires an
// even max, so that the value at hand is one that is kept.
function createThinnedList(max: number): { add(value: number): void; values(): readonly number[] } {
  let kept: number[] = [];
  let stride = 1;
  let seen = 0;
  return {
    add(value) {
      if (seen++ % stride !== 0) return;
      if (kept.length === max) {
        kept = kept.filter((_, index) => index % 2 === 0);
        stride *= 2;
      }
      kept.push(value);
    },
    values: () => kept,
  };
}
