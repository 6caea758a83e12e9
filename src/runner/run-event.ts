/** What a run tells while it goes on. Events are facts; how they are shown is the caller's business. */
import type { Capability, CapabilityVerdict } from '../core/capability-names.ts';
import type { EvidencePhase } from '../transcript/evidence.ts';
import type { AttemptStatus, EndReason, UnscoredReason } from '../transcript/record.ts';

/** A sample: an item in one of its repeats. */
interface SamplePlace {
  readonly index: number;
  readonly repeat: number;
}

/** An event of a run. */
export type RunEvent =
  | { readonly kind: 'began'; readonly runId: string; readonly totalSamples: number; readonly resumed: boolean }
  /** The verdict of a sample of an earlier session, on resume. */
  | { readonly kind: 'recalled'; readonly verdict: SampleVerdict }
  | ({
      readonly kind: 'attempt';
      readonly status: AttemptStatus;
      readonly http: number | null;
      readonly error: string | null;
      readonly promptTokens: number;
      readonly completionTokens: number;
      readonly latencyUs: number;
      /** Of the whole run so far; null without prices. */
      readonly spentUsd: number | null;
    } & SamplePlace)
  | ({ readonly kind: 'waiting'; readonly waitMs: number } & SamplePlace)
  | ({ readonly kind: 'verdict'; readonly verdict: SampleVerdict } & SamplePlace)
  /** A probe of the endpoint has ended; `detail` says why in a word. */
  | {
      readonly kind: 'probed';
      readonly capability: Capability;
      readonly verdict: CapabilityVerdict;
      readonly detail: string;
    }
  /** Attestations were fetched and recorded. */
  | { readonly kind: 'attested'; readonly phase: EvidencePhase; readonly attestations: number }
  /** No attestation could be had after the last answer, so that keys are attested on one side only. */
  | { readonly kind: 'unattested'; readonly reason: string }
  | { readonly kind: 'checkpoint'; readonly size: number }
  | { readonly kind: 'ended'; readonly reason: EndReason | 'interrupted' };

/** How a sample ended. */
export type SampleVerdict = { readonly num: number; readonly den: number } | { readonly unscored: UnscoredReason };

/** Takes events; it must be quick and must not throw. */
export type RunListener = (event: RunEvent) => void;
