/**
 * Multiple choice without an answer in words: the model rates each choice as the continuation of the prompt, and the most
 * likely one is its answer.
 *
 * The server is asked to echo prompt and choice with the log probability of every token. Those of the choice are added up, by
 * themselves, per byte or per token.
 *
 * @see lm-evaluation-harness, output type multiple_choice: acc and acc_norm
 */
import type { JsonObject } from '../core/canonical-json.ts';
import { encodeUtf8 } from '../core/bytes.ts';
import { LETTERS } from '../suites/letters.ts';
import { nameText, object, oneOf, text } from '../transcript/shape.ts';
import type { Answer, Token } from '../transcript/wire/answer.ts';
import type { Question } from '../transcript/wire/dialogue.ts';
import { readHarnessOptions, type HarnessKind } from './harness.ts';

interface LikelihoodOptions {
  /** Input field with the list of choices. */
  readonly choices: string;
  /** By what the log probability of a choice is divided. */
  readonly normalise?: 'none' | 'bytes' | 'tokens';
  /** What stands between prompt and choice, and is rated with the choice; a blank by default. */
  readonly prefix?: string;
}

const options = object<LikelihoodOptions>(
  { choices: nameText(64) },
  { normalise: oneOf('none', 'bytes', 'tokens'), prefix: text(64) },
);

// Servers differ on whether nothing may be asked for; the one token that they add is not read.
const PARAMETERS: Question['parameters'] = { max_tokens: 1, temperature: '0' };

/** Version 1. The answer is a letter. */
export const logLikelihood1: HarnessKind = {
  id: 'log-likelihood',
  version: 1,
  prepare(config) {
    const { choices: field, normalise = 'none', prefix = ' ' } = readHarnessOptions('log-likelihood', options, config);
    return {
      runsTools: false,
      check: (input) => (choicesIn(input, field).length > 0 ? null : `field "${field}": want a list of 1 to 26 texts`),
      begin({ input, messages }) {
        const choices = choicesIn(input, field);
        const context = messages.map(({ content }) => content).join('\n\n');
        const ratings: (number | null)[] = [];
        const question = (choice: string): Question => ({
          api: 'completions',
          members: { prompt: context + prefix + choice, echo: true, logprobs: 1 },
          parameters: PARAMETERS,
        });
        return {
          next(last) {
            const rated = choices[ratings.length];
            if (last !== null && rated !== undefined) {
              ratings.push(rate(last, { context, continuation: prefix + rated, choice: rated, normalise }));
            }
            // Without choices there is nothing to rate, which one question has to show.
            const choice = choices[ratings.length] ?? (last === null ? '' : undefined);
            return choice === undefined ? { done: likeliest(last, ratings) } : { ask: question(choice) };
          },
        };
      },
    };
  },
};

// A suite of a stranger may say anything; without choices there is nothing to ask.
function choicesIn(input: JsonObject, field: string): readonly string[] {
  const value = input[field];
  const choices = Array.isArray(value) ? value : [];
  const isUsable =
    choices.length <= LETTERS.length && choices.every((choice) => typeof choice === 'string' && choice !== '');
  return isUsable ? (choices as readonly string[]) : [];
}

interface Rated {
  readonly context: string;
  /** What follows the context. */
  readonly continuation: string;
  readonly choice: string;
  readonly normalise: NonNullable<LikelihoodOptions['normalise']>;
}

/** The log probability of a choice, or null if the server does not say it. */
function rate({ tokens = [] }: Answer, { context, continuation, choice, normalise }: Rated): number | null {
  const [begin, end] = [characters(context), characters(context + continuation)];
  const own = tokens.filter((token, place) => isWithin(token, tokens[place + 1], [begin, end]));
  if (own.length === 0 || own.some(({ logprob }) => logprob === undefined)) return null;
  const sum = own.reduce((total, { logprob = 0 }) => total + logprob, 0);
  if (normalise === 'none') return sum;
  return sum / (normalise === 'tokens' ? own.length : encodeUtf8(choice).length);
}

// A token that reaches from the context into the choice is rated with the choice.
function isWithin({ offset = -1 }: Token, after: Token | undefined, [begin, end]: readonly [number, number]): boolean {
  return offset < end && (offset >= begin || (after?.offset ?? end) > begin);
}

// Servers count code points.
function characters(value: string): number {
  return [...value].length;
}

// The first of equals; no answer to score unless every choice was rated.
function likeliest(last: Answer | null, ratings: readonly (number | null)[]): Answer | null {
  const known = ratings.filter((rating) => rating !== null);
  if (last === null || known.length === 0 || known.length < ratings.length) return null;
  const best = known.indexOf(Math.max(...known));
  return { text: LETTERS[best] ?? '', refused: false };
}
