/** From the events of a run to what is shown while it goes on. */
import type { Capability } from '../core/capability-names.ts';
import type { RunEvent, RunListener, SampleVerdict } from '../runner/run-event.ts';
import { treatmentOf, type PlanRules } from '../transcript/plan.ts';
import { findingText } from './probe-text.ts';
import type { ProgressState } from './progress-bar.ts';

const UNATTESTED = 'the endpoint could not be attested after the last answer, so levels will say ~stale';

// Whatever a suite needs stands in the way of a run by itself; these bear on every answer.
const CONCERNING: ReadonlySet<Capability> = new Set([
  'max_tokens',
  'temperature',
  'token_counts',
  'no_cache',
  'prompt_intact',
]);

/** Follows one session of a run. */
export interface RunProgress {
  readonly listener: RunListener;
  /** The last thing that went wrong, such as `HTTP status 401`; null if nothing did. */
  readonly lastFault: () => string | null;
  /** What a user should know when the run has ended. */
  readonly notes: () => readonly string[];
}

/**
 * Follow a run.
 *
 * @param policy - What unscored samples count as.
 * @param onChange - Called after every event that changes the state.
 */
export function followRun(policy: PlanRules['unscored'], onChange: (state: ProgressState) => void): RunProgress {
  const state = {
    done: 0,
    total: 0,
    recalled: 0,
    scored: 0,
    scoreSum: 0,
    errors: 0,
    tokens: 0,
    costUsd: null as number | null,
    attestations: 0,
  };
  let lastFault: string | null = null;
  const notes: string[] = [];
  const count = (verdict: SampleVerdict): void => {
    state.done++;
    if (!('unscored' in verdict)) state.scoreSum += verdict.num / verdict.den;
    if (!('unscored' in verdict) || treatmentOf(policy, verdict.unscored) === 'wrong') state.scored++;
  };
  const attempt = (event: Extract<RunEvent, { readonly kind: 'attempt' }>): void => {
    state.tokens += event.promptTokens + event.completionTokens;
    state.costUsd = event.spentUsd;
    if (event.status === 'ok' || event.status === 'cancelled') return;
    state.errors++;
    lastFault = event.error ?? `HTTP status ${event.http ?? 'unknown'}`;
  };
  const lacking: string[] = [];
  const probed = ({ capability, verdict, detail }: Extract<RunEvent, { readonly kind: 'probed' }>): void => {
    if (verdict === 'no' && CONCERNING.has(capability)) lacking.push(`${capability} (${findingText(detail)})`);
  };
  const listener: RunListener = (event) => {
    if (event.kind === 'began') state.total = event.totalSamples;
    else if (event.kind === 'attempt') attempt(event);
    else if (event.kind === 'recalled' || event.kind === 'verdict') count(event.verdict);
    else if (event.kind === 'attested') state.attestations += event.attestations;
    else if (event.kind === 'probed') probed(event);
    else if (event.kind === 'unattested') notes.push(`${UNATTESTED}: ${event.reason}`);
    else return;
    if (event.kind === 'recalled') state.recalled++;
    onChange(state);
  };
  return { listener, lastFault: () => lastFault, notes: () => [...notes, ...lackingNote(lacking)] };
}

function lackingNote(lacking: readonly string[]): readonly string[] {
  return lacking.length === 0 ? [] : [`the endpoint does not do: ${lacking.join(', ')}`];
}
