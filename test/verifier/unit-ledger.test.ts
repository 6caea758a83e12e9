import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/transcript/plan.ts';
import {
  UNSCORED_REASONS,
  type AttemptStatus,
  type OutcomeRecord,
  type ScoreRecord,
  type UnscoredReason,
} from '../../src/transcript/record.ts';
import { createLedger, type Ledger } from '../../src/verifier/ledger.ts';
import { AT, PLAN } from '../transcript/examples.ts';
import { sha256, treeRoot } from '../transcript/oracle.ts';
import { expectCode } from '../vectors.ts';

const itemHash = (index: number): Buffer => sha256(`item ${index}`);
const itemOf = (index: number): string => itemHash(index).toString('hex');
const rootOf = (indices: readonly number[]): string => treeRoot(indices.map(itemHash));

interface PlanFacts {
  readonly size?: number;
  readonly repeats?: number;
  readonly concurrency?: number;
  readonly maxAttempts?: number;
  readonly maxLost?: number;
  readonly selection?: Partial<Plan['selection']>;
}

function planWith(facts: PlanFacts = {}): Plan {
  const { size = 3, repeats = 1, concurrency = 2, maxAttempts = 2, maxLost = 1 } = facts;
  const root = rootOf(Array.from({ length: size }, (_, index) => index));
  return {
    ...PLAN,
    suite: { ...PLAN.suite, root, size },
    selection: { rule: { kind: 'all' }, root, size, ...facts.selection },
    rules: { ...PLAN.rules, repeats, retry: { max_attempts: maxAttempts, max_lost: maxLost } },
    concurrency,
  };
}

/** Writes records into a ledger and numbers them. */
class Run {
  readonly ledger: Ledger;
  #seq = 0;
  readonly #intents = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();

  constructor(facts?: PlanFacts) {
    this.ledger = createLedger(planWith(facts));
  }

  intent(index: number, { attempt = 0, repeat = 0, item = itemOf(index) } = {}): this {
    const seq = this.#seq++;
    this.#intents.set(`${index}/${repeat}`, seq);
    this.ledger.intent({ k: 'intent', seq, at: AT, attempt, index, repeat, item, request: itemOf(99) });
    return this;
  }

  outcome(index: number, facts: Partial<OutcomeRecord> = {}, repeat = 0): this {
    const seq = this.#seq++;
    const place = `${index}/${repeat}`;
    this.#outcomes.set(place, seq);
    this.ledger.outcome({ k: 'outcome', seq, of: this.#intents.get(place) ?? 0, status: 'ok', ...facts });
    return this;
  }

  score(index: number, facts: Partial<ScoreRecord> = {}, repeat = 0): this {
    const of = this.#outcomes.get(`${index}/${repeat}`);
    const verdict = facts.unscored === undefined ? { num: 1, den: 1 } : {};
    const place = of === undefined || facts.item !== undefined ? {} : { of };
    this.ledger.score({ k: 'score', seq: this.#seq++, index, repeat, ...place, ...verdict, ...facts });
    return this;
  }

  skipped(index: number, repeat = 0): this {
    return this.score(index, { item: itemOf(index), unscored: 'skipped' }, repeat);
  }

  attempt(index: number, attempt: number, status: AttemptStatus, http?: number): this {
    return this.intent(index, { attempt }).outcome(index, { status, ...(http === undefined ? {} : { http }) });
  }

  sample(index: number, repeat = 0): this {
    return this.intent(index, { repeat }).outcome(index, {}, repeat).score(index, {}, repeat);
  }

  close(): void {
    this.ledger.close();
  }
}

const run = (facts?: PlanFacts): Run => new Run(facts);

describe('createLedger() on a run in order', () => {
  it('accepts one sample after the other', () => {
    expect(() => run().sample(0).sample(1).sample(2).close()).not.toThrow();
  });

  it('accepts samples side by side that end in any order', () => {
    expect(() =>
      run({ concurrency: 3 })
        .intent(0)
        .intent(1)
        .intent(2)
        .outcome(2)
        .score(2)
        .outcome(0)
        .outcome(1)
        .score(1)
        .score(0)
        .close(),
    ).not.toThrow();
  });

  it('accepts repeats of an item in any order', () => {
    expect(() => run({ size: 1, repeats: 3 }).sample(0, 2).sample(0, 0).sample(0, 1).close()).not.toThrow();
  });

  it('accepts failures before an answer', () => {
    expect(() =>
      run({ size: 1 }).attempt(0, 0, 'timeout').attempt(0, 1, 'lost').attempt(0, 2, 'ok').score(0).close(),
    ).not.toThrow();
  });

  it('accepts items that were never asked, after the budget was used up', () => {
    expect(() => run().sample(0).skipped(1).skipped(2).close()).not.toThrow();
    expect(() => run({ size: 1, repeats: 2 }).sample(0).skipped(0, 1).close()).not.toThrow();
  });

  it('accepts a seeded selection in ascending order', () => {
    // The draw is that of test/vectors/transcript/select-three.json.
    const drawn = [2, 6, 9];
    const selection = { rule: { kind: 'seeded', limit: 3, seed: '1' }, root: rootOf(drawn), size: 3 } as const;
    const whole = run({ size: 10, selection });
    for (const index of drawn) whole.sample(index);
    expect(() => whole.close()).not.toThrow();
  });

  it('gives the item with an intent, and the attempts with a score', () => {
    const ledger = createLedger(planWith({ size: 1 }));
    const intent = {
      k: 'intent',
      seq: 0,
      at: AT,
      attempt: 0,
      index: 0,
      repeat: 0,
      item: itemOf(0),
      request: itemOf(9),
    } as const;
    expect(ledger.intent(intent)).toMatchObject({ index: 0, commitment: itemOf(0) });
    const outcome = { k: 'outcome', seq: 1, of: 0, status: 'ok' } as const;
    expect(ledger.outcome(outcome)).toMatchObject({ attempt: { intent, outcome } });
    const { item, sample } = ledger.score({ k: 'score', seq: 2, index: 0, repeat: 0, of: 1, num: 1, den: 1 });
    expect(item.index).toBe(0);
    expect(sample).toEqual({ repeat: 0, attempts: [{ intent, outcome }], turns: [] });
  });
});

describe('createLedger() on a plan', () => {
  it('refuses a selection of another size than its rule gives', () => {
    expectCode(() => run({ selection: { size: 2 } }), 'ERR_PLAN_FORM');
    expectCode(() => run({ selection: { rule: { kind: 'seeded', limit: 2, seed: '1' } } }), 'ERR_PLAN_FORM');
  });

  it('refuses a selection of all items that are not those of the suite', () => {
    const root = rootOf([7, 8, 9]);
    expectCode(() => run({ selection: { root } }), 'ERR_ITEMS_ROOT');
    expectCode(() => run({ selection: { rule: { kind: 'seeded', limit: 3, seed: '1' }, root } }), 'ERR_ITEMS_ROOT');
  });
});

describe('createLedger() on items', () => {
  it('refuses an item out of order', () => {
    expectCode(() => run().intent(1), 'ERR_ITEM_ORDER');
    expectCode(() => run().sample(0).intent(2), 'ERR_ITEM_ORDER');
  });

  it('refuses an item that is not planned', () => {
    expectCode(() => run().sample(0).sample(1).sample(2).intent(3), 'ERR_SCORE_DUPLICATE');
    const selection = { rule: { kind: 'seeded', limit: 3, seed: '1' }, root: rootOf([2, 6, 9]), size: 3 } as const;
    expectCode(() => run({ size: 10, selection }).intent(1), 'ERR_SCORE_DUPLICATE');
  });

  it('refuses an item with two commitments', () => {
    expectCode(
      () =>
        run({ repeats: 2 })
          .intent(0)
          .intent(0, { repeat: 1, item: itemOf(1) }),
      'ERR_ITEM_COMMITMENT',
    );
    expectCode(
      () =>
        run({ repeats: 2 })
          .intent(0)
          .score(0, { item: itemOf(1), unscored: 'skipped' }, 1),
      'ERR_ITEM_COMMITMENT',
    );
  });

  it('refuses a run that leaves items out', () => {
    expectCode(() => run().close(), 'ERR_ITEM_MISSING');
    expectCode(() => run().sample(0).sample(1).close(), 'ERR_ITEM_MISSING');
    expectCode(() => run().sample(0).sample(1).intent(2).outcome(2).close(), 'ERR_ITEM_MISSING');
    expectCode(() => run({ size: 1, repeats: 2 }).sample(0).close(), 'ERR_ITEM_MISSING');
  });

  it('says how many items are missing', () => {
    expect(() => run({ size: 9 }).sample(0).intent(1).outcome(1).close()).toThrow(
      ': 8 planned items have no final outcome',
    );
  });

  it('refuses items that are not those of the plan', () => {
    const other = run();
    other
      .sample(0)
      .sample(1)
      .intent(2, { item: itemOf(7) })
      .outcome(2)
      .score(2);
    expectCode(() => other.close(), 'ERR_ITEMS_ROOT');
  });
});

describe('createLedger() on repeats', () => {
  it('refuses a repeat that is not planned', () => {
    expectCode(() => run().intent(0, { repeat: 1 }), 'ERR_REPEAT');
    expectCode(() => run({ repeats: 3 }).skipped(0, 3), 'ERR_REPEAT');
  });

  it('refuses a second score', () => {
    expectCode(() => run({ repeats: 2 }).sample(0).score(0), 'ERR_SCORE_DUPLICATE');
    expectCode(() => run({ repeats: 2 }).sample(0).intent(0, { attempt: 1 }), 'ERR_SCORE_DUPLICATE');
    expectCode(() => run().sample(0).score(0), 'ERR_SCORE_DUPLICATE');
    expectCode(() => run().sample(0).skipped(0), 'ERR_SCORE_DUPLICATE');
  });

  it('refuses a score of an item that was never asked', () => {
    expectCode(() => run().score(0), 'ERR_SCORE_DUPLICATE');
  });
});

describe('createLedger() on attempts', () => {
  it.each([1, 5])('refuses %i as the number of the first attempt', (attempt) => {
    expectCode(() => run().intent(0, { attempt }), 'ERR_ATTEMPT');
  });

  it('refuses a number that is left out, and one that comes twice', () => {
    expectCode(() => run().attempt(0, 0, 'timeout').intent(0, { attempt: 2 }), 'ERR_ATTEMPT');
    expectCode(() => run().attempt(0, 0, 'timeout').intent(0, { attempt: 0 }), 'ERR_ATTEMPT');
  });

  it('refuses to ask again before the last attempt has ended', () => {
    expectCode(() => run().intent(0).intent(0, { attempt: 1 }), 'ERR_ATTEMPT');
  });

  it('refuses to ask again after an answer', () => {
    expectCode(() => run().attempt(0, 0, 'ok').intent(0, { attempt: 1 }), 'ERR_ATTEMPT');
  });

  it('refuses more attempts than planned', () => {
    expectCode(
      () => run().attempt(0, 0, 'timeout').attempt(0, 1, 'http', 500).intent(0, { attempt: 2 }),
      'ERR_ATTEMPT_LIMIT',
    );
  });

  it('refuses to ask again after more lost attempts than planned', () => {
    expectCode(
      () => run().attempt(0, 0, 'lost').attempt(0, 1, 'cancelled').intent(0, { attempt: 2 }),
      'ERR_ATTEMPT_LIMIT',
    );
    expectCode(() => run({ maxLost: 0 }).attempt(0, 0, 'lost').intent(0, { attempt: 1 }), 'ERR_ATTEMPT_LIMIT');
  });

  it('refuses more requests at once than planned', () => {
    expectCode(() => run().intent(0).intent(1).intent(2), 'ERR_CONCURRENCY');
  });

  it('refuses more open items than planned, and one', () => {
    const ended = (): Run => run({ size: 5, concurrency: 1 }).intent(0).outcome(0).intent(1).outcome(1);
    expect(ended).not.toThrow();
    expectCode(() => ended().intent(2), 'ERR_CONCURRENCY');
  });

  it('refuses an outcome of no intent, and a second one', () => {
    expectCode(() => run().outcome(0), 'ERR_OUTCOME_ORPHAN');
    expectCode(() => run().intent(0).outcome(0).outcome(0), 'ERR_OUTCOME_ORPHAN');
    expectCode(() => run().intent(0).outcome(0, { of: 7 }), 'ERR_OUTCOME_ORPHAN');
  });

  it('refuses a run that ends with a request on its way', () => {
    expectCode(() => run().sample(0).sample(1).intent(2).close(), 'ERR_INTENT_OPEN');
  });
});

describe('createLedger() on scores', () => {
  it('refuses a score that does not name the last outcome', () => {
    const asked = (): Run => run({ maxAttempts: 3 }).attempt(0, 0, 'timeout').attempt(0, 1, 'ok');
    expect(() => asked().score(0, { of: 3 })).not.toThrow();
    expectCode(() => asked().score(0, { of: 1 }), 'ERR_SCORE_OUTCOME');
    expectCode(() => asked().score(0, { of: 2 }), 'ERR_SCORE_OUTCOME');
    expectCode(() => asked().score(0, { item: itemOf(0), unscored: 'skipped' }), 'ERR_SCORE_OUTCOME');
  });

  it('refuses a score while the request is on its way', () => {
    expectCode(() => run().intent(0).score(0, { of: 0 }), 'ERR_SCORE_OUTCOME');
    expectCode(() => run().intent(0).skipped(0), 'ERR_SCORE_OUTCOME');
    expectCode(
      () => run().attempt(0, 0, 'timeout').intent(0, { attempt: 1 }).score(0, { unscored: 'timeout' }),
      'ERR_SCORE_OUTCOME',
    );
  });

  it.each(UNSCORED_REASONS.filter((reason) => reason !== 'skipped'))(
    'refuses "%s" for an item that was never asked',
    (unscored) => {
      expectCode(() => run().score(0, { item: itemOf(0), unscored }), 'ERR_UNSCORED_REASON');
    },
  );

  const follows: Readonly<Record<AttemptStatus, readonly (UnscoredReason | 'scored')[]>> = {
    ok: ['scored', 'truncated', 'refused', 'filtered', 'empty', 'scorer'],
    timeout: ['timeout', 'skipped'],
    http: ['transport', 'skipped'],
    network: ['transport', 'skipped'],
    cancelled: ['lost', 'skipped'],
    lost: ['lost', 'skipped'],
  };
  const all = Object.entries(follows).flatMap(([status, verdicts]) =>
    (['scored', ...UNSCORED_REASONS] as const).map(
      (verdict) => [status as AttemptStatus, verdict, verdicts.includes(verdict)] as const,
    ),
  );
  it.each(all)('after "%s" the verdict "%s" is accepted: %s', (status, verdict, isAccepted) => {
    const score = (): Run =>
      run({ maxAttempts: 1, maxLost: 0 })
        .attempt(0, 0, status)
        .score(0, verdict === 'scored' ? {} : { unscored: verdict });
    if (isAccepted) expect(score).not.toThrow();
    else expectCode(score, 'ERR_UNSCORED_REASON');
  });

  it.each([
    ['timeout', undefined, 'timeout'],
    ['http', 408, 'transport'],
    ['http', 429, 'transport'],
    ['http', 500, 'transport'],
    ['http', 599, 'transport'],
  ] as const)('refuses to give up on "%s" %s before the last attempt', (status, http, unscored) => {
    expectCode(() => run().attempt(0, 0, status, http).score(0, { unscored }), 'ERR_ATTEMPT_LIMIT');
    expect(() => run().attempt(0, 0, status, http).attempt(0, 1, status, http).score(0, { unscored })).not.toThrow();
    expect(() => run().attempt(0, 0, status, http).score(0, { unscored: 'skipped' })).not.toThrow();
    expectCode(
      () => run().attempt(0, 0, 'lost').attempt(0, 1, status, http).score(0, { unscored }),
      'ERR_ATTEMPT_LIMIT',
    );
  });

  it.each([
    ['http', 200],
    ['http', 301],
    ['http', 401],
    ['http', 404],
    ['http', 600],
    ['network', undefined],
    ['network', 200],
  ] as const)('accepts to give up on "%s" %s at once', (status, http) => {
    expect(() => run().attempt(0, 0, status, http).score(0, { unscored: 'transport' })).not.toThrow();
  });

  it.each(['lost', 'cancelled'] as const)('refuses to give up on "%s" before as many as planned', (status) => {
    expectCode(() => run().attempt(0, 0, status).score(0, { unscored: 'lost' }), 'ERR_ATTEMPT_LIMIT');
    expect(() => run().attempt(0, 0, status).attempt(0, 1, status).score(0, { unscored: 'lost' })).not.toThrow();
  });
});

describe('createLedger() on a long run', () => {
  it('forgets an item once all its repeats are scored', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const size = 3000;
    const ledger = createLedger(planWith({ size, repeats: 2 }));
    const items: WeakRef<object>[] = [];
    let seq = 0;
    for (let index = 0; index < size; index++) {
      for (const repeat of [0, 1]) {
        const of = seq++;
        const item = ledger.intent({
          k: 'intent',
          seq: of,
          at: AT,
          attempt: 0,
          index,
          repeat,
          item: itemOf(index),
          request: itemOf(0),
        });
        if (repeat === 0) items.push(new WeakRef(item));
        ledger.outcome({ k: 'outcome', seq: seq++, of, status: 'ok' });
        ledger.score({ k: 'score', seq, index, repeat, of: seq - 1, num: 1, den: 1 });
        seq++;
      }
    }
    // A weak reference holds its object until the task that made it has ended.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    ledger.close();
    expect(items.filter((item) => item.deref() !== undefined).length).toBeLessThan(10);
  });
});
