/**
 * What a run may still use up. Everything is reserved before a request is sent, so that the requests in flight together
 * cannot go beyond the budget, and settled when it is known what the request really took.
 */
import type { Plan } from '../transcript/plan.ts';
import type { OutcomeRecord } from '../transcript/record.ts';
import type { Role } from '../transcript/wire/dialogue.ts';

/** What a request takes at most. */
export interface RequestSize {
  /** UTF-8 bytes of the body, or more; no token is shorter than a byte. */
  readonly bodyBytes: number;
  /** Who is asked; prices are those of the endpoint under test, so nothing else is charged. */
  readonly role?: Role;
}

/** What an outcome says about the tokens a request took. */
type UsageFacts = Pick<OutcomeRecord, 'status' | 'response' | 'prompt_tokens' | 'completion_tokens'>;

/** A part of the budget that is set apart for one request. */
export interface Reservation {
  /** The request has ended: give back what it did not take. */
  settle(usage: UsageFacts): void;
  /** The request is not sent after all. */
  cancel(): void;
}

/** The budget of a run. */
export interface Budget {
  /** Set apart what a request takes at most, waiting for those in flight if need be; null if it can never fit. */
  reserve(size: RequestSize): Promise<Reservation | null> | Reservation | null;
  /** Take in a request that was made before a resume. */
  absorb(size: RequestSize, usage: UsageFacts): void;
  /** Take in that a request was refused before a resume. */
  exhaust(): void;
  /** Whether a request has been refused; from then on every one is. */
  readonly exhausted: boolean;
  /** Cost of all settled requests in US dollars; null without prices. */
  readonly spentUsd: number | null;
}

interface Waiter {
  readonly size: RequestSize;
  readonly resolve: (reservation: Reservation | null) => void;
}

/** Costs are kept as integers in units of 10^-12 dollar: a token at a price of a dollar per million takes a million. */
const UNITS_PER_USD = 1e12;

/** What has been used, and what is set apart. */
interface Account {
  requests: number;
  inFlight: number;
  spentUnits: number;
  reservedUnits: number;
}

/** The budget of a plan, of which nothing has been used. */
export function createBudget(plan: Pick<Plan, 'budget' | 'prices' | 'rules'>): Budget {
  const { max_requests = Number.POSITIVE_INFINITY, max_cost_usd } = plan.budget;
  const price = createPrice(plan);
  const maxUnits = max_cost_usd === undefined ? Number.POSITIVE_INFINITY : Number(max_cost_usd) * UNITS_PER_USD;
  const account: Account = { requests: 0, inFlight: 0, spentUnits: 0, reservedUnits: 0 };
  let exhausted = false;
  let waiters: Waiter[] = [];

  const decide = (size: RequestSize): Reservation | null | 'wait' => {
    const units = price.atMost(size);
    if (exhausted || account.requests >= max_requests) return null;
    if (account.spentUnits + account.reservedUnits + units <= maxUnits) return take({ account, price, units, onEnd });
    return account.inFlight > 0 ? 'wait' : null;
  };
  const onEnd = (): void => {
    const queue = waiters;
    waiters = [];
    for (const waiter of queue) {
      const decision = waiters.length > 0 ? 'wait' : decide(waiter.size);
      if (decision === 'wait') waiters.push(waiter);
      else waiter.resolve(told(decision));
    }
  };
  const told = (reservation: Reservation | null): Reservation | null => {
    exhausted ||= reservation === null;
    return reservation;
  };
  return {
    reserve(size) {
      // Whoever waits longest goes first, so that items begin in their order.
      const decision = waiters.length > 0 ? 'wait' : decide(size);
      return decision === 'wait' ? new Promise((resolve) => waiters.push({ size, resolve })) : told(decision);
    },
    absorb(size, usage) {
      account.requests++;
      account.spentUnits += price.actual(usage, price.atMost(size));
    },
    exhaust() {
      exhausted = true;
    },
    get exhausted() {
      return exhausted;
    },
    get spentUsd() {
      return plan.prices === undefined ? null : account.spentUnits / UNITS_PER_USD;
    },
  };
}

interface Taking {
  readonly account: Account;
  readonly price: Price;
  readonly units: number;
  readonly onEnd: () => void;
}

function take({ account, price, units, onEnd }: Taking): Reservation {
  account.requests++;
  account.inFlight++;
  account.reservedUnits += units;
  const giveBack = (takenUnits: number): void => {
    account.inFlight--;
    account.reservedUnits -= units;
    account.spentUnits += takenUnits;
    onEnd();
  };
  return {
    settle: (usage) => giveBack(price.actual(usage, units)),
    cancel() {
      account.requests--;
      giveBack(0);
    },
  };
}

interface Price {
  atMost(size: RequestSize): number;
  actual(usage: UsageFacts, atMost: number): number;
}

function createPrice({ prices, rules }: Pick<Plan, 'prices' | 'rules'>): Price {
  const prompt = unitsPerToken(prices?.prompt_usd_per_mtok);
  const completion = unitsPerToken(prices?.completion_usd_per_mtok);
  return {
    atMost: ({ bodyBytes, role }) =>
      role === 'judge' ? 0 : bodyBytes * prompt + rules.parameters.max_tokens * completion,
    actual({ status, response, prompt_tokens, completion_tokens }, atMost) {
      if (atMost === 0) return 0;
      if (status === 'ok' && prompt_tokens !== undefined && completion_tokens !== undefined) {
        return prompt_tokens * prompt + completion_tokens * completion;
      }
      // A status that refuses, or a connection that never answered, is not billed; of anything else nobody knows.
      return status === 'http' || (status === 'network' && response === undefined) ? 0 : atMost;
    },
  };
}

function unitsPerToken(usdPerMTok = '0'): number {
  return Math.ceil((Number(usdPerMTok) / 1e6) * UNITS_PER_USD);
}
