/** A sample on its way through a run, and what all of them share. */
import type { JsonValue } from '../core/canonical-json.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Inquiry } from '../scoring/inquiry.ts';
import type { SequentialStop } from '../scoring/sequential-stop.ts';
import type { SuiteItem } from '../suites/item-store.ts';
import type { Plan } from '../transcript/plan.ts';
import type { Api, Role } from '../transcript/wire/dialogue.ts';
import type { Attesting } from './attesting.ts';
import type { Budget } from './budget.ts';
import type { RunEnvironment } from './environment.ts';
import type { Judging } from './judging.ts';
import type { Party } from './party.ts';
import type { Recorder } from './recorder.ts';
import type { SampleHistory } from './retry.ts';
import type { RunListener } from './run-event.ts';

/** What all samples of a run share. */
export interface AskContext {
  readonly plan: Plan;
  /** Whoever can be asked. */
  readonly parties: Readonly<Partial<Record<Role, Party>>>;
  readonly judging: Judging;
  /** Present if the run may stop before all items are asked. */
  readonly stop: SequentialStop | null;
  /** Present if the endpoint gives evidence. */
  readonly attesting: Attesting | null;
  readonly recorder: Recorder;
  readonly budget: Budget;
  readonly environment: RunEnvironment;
  readonly emit: RunListener;
  /** Aborted when the run is to stop. */
  readonly signal: AbortSignal;
}

/** An item that is being asked. */
export interface OpenItem {
  readonly item: SuiteItem;
  readonly target: JsonValue;
  /** Whether an intent has opened it. */
  opened: boolean;
}

/** A sample that has no verdict yet. */
export interface Sample {
  readonly open: OpenItem;
  readonly repeat: number;
  readonly inquiry: Inquiry;
  readonly history: SampleHistory;
}

/** A question with its request body, and who is asked. */
export interface Asked {
  readonly role: Role;
  readonly api: Api;
  readonly body: string;
  readonly endpoint: Pick<Endpoint, 'send'>;
}

/** Index and repeat of a sample. */
export function placeOf({ open, repeat }: Pick<Sample, 'open' | 'repeat'>): {
  readonly index: number;
  readonly repeat: number;
} {
  return { index: open.item.index, repeat };
}
