/**
 * Negative controls: what a suite and its scorer give to answers that cannot deserve anything.
 *
 * - `null`: every answer is empty
 * - `constant`: every answer is what is right for the first sample
 * - `shuffled`: every answer is held against the target of the sample before it
 * - `canary`: every answer is held against a text that nobody could know
 *
 * A control that scores as well as the model says that the score is not about the answers.
 */
import type { JsonValue } from '../core/canonical-json.ts';
import { taggedDigest } from '../core/digest.ts';
import type { LineObject } from '../core/line-form.ts';
import type { SuiteDefinition } from '../suites/definition.ts';
import type { Plan } from '../transcript/plan.ts';
import type { AnsweredSample, AnswerMetric } from './answer-metric.ts';
import { createFractionSum, sixPlaces } from './fraction.ts';
import { goldAnswers } from './gold.ts';
import { findScorer } from './registry.ts';
import { scoreAnswer } from './score-answer.ts';
import type { Scorer } from './scorer.ts';

/** Every control, in the order in which they are stated. */
const CONTROLS = ['null', 'constant', 'shuffled', 'canary'] as const;

/** What is judged in place of a sample; null if the control has nothing to say about it. */
type Stand = { readonly text: string; readonly target: JsonValue } | null;

/** The controls of a plan; none if the scorer is not known. */
export function createControls(plan: Plan, suite: SuiteDefinition): readonly AnswerMetric[] {
  const scorer = findScorer(suite.scorer);
  // Programs are run once per answer, and judges asked about it once, not five times.
  if (scorer === null || scorer.programs !== undefined || scorer.asks !== undefined) return [];
  const stands: Readonly<Record<(typeof CONTROLS)[number], (sample: AnsweredSample) => Stand>> = {
    null: ({ target }) => ({ text: '', target }),
    constant: constantStand(scorer),
    shuffled: shuffledStand(),
    canary: canaryStand(plan),
  };
  return CONTROLS.map((name) => createControl(`control-${name}/1`, { plan, scorer, stand: stands[name] }));
}

interface ControlInput {
  readonly plan: Plan;
  readonly scorer: Scorer;
  readonly stand: (sample: AnsweredSample) => Stand;
}

function createControl(name: string, { plan, scorer, stand }: ControlInput): AnswerMetric {
  const policy = plan.rules.unscored;
  const sum = createFractionSum();
  let n = 0;
  return {
    name,
    add(sample) {
      const held = stand(sample);
      if (held === null) return;
      const verdict = scoreAnswer({ scorer, policy, answer: { text: held.text, refused: false }, target: held.target });
      // What has no score here was given nothing, whatever the suite makes of a model that gives nothing.
      if (verdict.verdict === 'scored') sum.add(verdict.num, verdict.den);
      n++;
    },
    result(): LineObject {
      const { num, den } = sum.total();
      return n === 0 ? { n } : { n, value: sixPlaces({ num, den: den * BigInt(n) }) };
    },
  };
}

function constantStand(scorer: Scorer): (sample: AnsweredSample) => Stand {
  let constant: string | null = null;
  return ({ target }) => {
    constant ??= goldAnswers(scorer, target)[0] ?? '';
    return { text: constant, target };
  };
}

function shuffledStand(): (sample: AnsweredSample) => Stand {
  let before: { readonly index: number; readonly target: JsonValue } | null = null;
  return ({ record, answer, target }) => {
    const other = before;
    before = { index: record.index, target };
    // Another repeat of the same item has the same target.
    return other === null || other.index === record.index ? null : { text: answer.text, target: other.target };
  };
}

// Only texts and numbers can be replaced: among options there is none that nobody could name.
function canaryStand({ nonce, suite }: Plan): (sample: AnsweredSample) => Stand {
  const secret = taggedDigest('canary', `${nonce}\n${suite.digest}`);
  const number = BigInt(`0x${secret.slice(0, 16)}`).toString();
  return ({ answer, target }) => {
    const text = typeof target === 'string' ? target : '';
    if (/^[A-Za-z]$/.test(text) || typeof target !== 'string') return null;
    const isNumber = /^[-+]?[\d.,/]+$/.test(text);
    return { text: answer.text, target: isNumber ? number : `canary ${secret.slice(0, 32)}` };
  };
}
