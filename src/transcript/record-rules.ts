/** Which fields of a record go together; shapes say what each may hold on its own. */
import { ANSWER_FACTS, type OutcomeRecord, type ScoreRecord, type TranscriptRecord } from './record.ts';

/** What is wrong with the fields of a record taken together, as `: what was wanted`, or null. */
export function fieldsThatDoNotFit(record: TranscriptRecord): string | null {
  if (record.k === 'outcome') return outcomeFault(record);
  if (record.k === 'score') return scoreFault(record);
  return null;
}

/** Why a response is not kept: it holds a credential, or cannot be searched for one. */
const WITHHELD: ReadonlySet<string> = new Set(['ERR_CONTENT_ENCODING', 'ERR_RESPONSE_SECRET']);

// An answer can be looked up and a failure has no facts of an answer, so that neither can be filed as the other.
function outcomeFault(outcome: OutcomeRecord): string | null {
  const { status, http = 0, error, response } = outcome;
  const isGoodStatus = http >= 200 && http <= 299;
  if (!isKept(outcome)) return `: want a status and a response, or neither, or one of ${[...WITHHELD].join(', ')}`;
  if (status === 'ok') {
    const isAnswer = isGoodStatus && response !== undefined && error === undefined;
    return isAnswer ? null : ': want a status from 200 to 299 and a response without an error for "ok"';
  }
  return failureFault(outcome, isGoodStatus);
}

function failureFault(outcome: OutcomeRecord, isGoodStatus: boolean): string | null {
  const { status, http = 0, error } = outcome;
  if (ANSWER_FACTS.some((fact) => outcome[fact] !== undefined))
    return `: want ${ANSWER_FACTS.join(', ')} for "ok" only`;
  if (status === 'http' && (http === 0 || (isGoodStatus && error !== 'ERR_BODY_ERROR'))) {
    return ': want a status for "http", and ERR_BODY_ERROR if it is from 200 to 299';
  }
  // Whoever writes that an attempt was lost has seen nothing of it.
  return status === 'lost' && Object.keys(outcome).length > 4 ? ': want nothing else for "lost"' : null;
}

// What a status said can be looked up in what came with it, unless that cannot be kept.
function isKept({ http, response, error }: OutcomeRecord): boolean {
  const isWithheld = response === undefined && error !== undefined && WITHHELD.has(error);
  return (http === undefined) === (response === undefined) || isWithheld;
}

// A score has an exact fraction or a reason for having none, never both and never neither.
function scoreFault(score: ScoreRecord): string | null {
  const { num, den, unscored } = score;
  const isScored = num !== undefined && den !== undefined && num <= den && score.of !== undefined;
  const isUnscored =
    num === undefined && den === undefined && score.extracted === undefined && score.rule === undefined;
  if (unscored === undefined ? !isScored : !isUnscored) {
    return ': want either num <= den with the outcome they follow from, or a reason for having none';
  }
  if ((score.of === undefined) !== (score.item !== undefined)) {
    return ': want the outcome it follows from, or the item if it was never asked';
  }
  return (score.extracted === undefined) === (score.rule === undefined)
    ? null
    : ': want the rule with what it extracted, or neither';
}
