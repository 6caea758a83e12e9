/**
 * Scorer `ifeval`: which of the instructions in a prompt an answer follows, strictly and loosely.
 *
 * Loosely, an instruction is followed if one of eight variants of the answer follows it: without its first line, its last
 * line, or both, and each of these without asterisks. A score is that of the prompt; the counts of instructions go into the
 * metric `ifeval/1`.
 *
 * @see J. Zhou et al., "Instruction-Following Evaluation for Large Language Models", arXiv:2311.07911 (2023);
 *   github.com/google-research/google-research, instruction_following_eval
 */
import type { LineObject } from '../../core/line-form.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { object, oneOf } from '../../transcript/shape.ts';
import { strip } from '../python-text.ts';
import { readOptions, targetError, type ScorerKind, type ScorerMetric } from '../scorer.ts';
import { sixPlaces } from '../fraction.ts';
import { readArguments, type Arguments } from './arguments.ts';
import { CONTENT_CHECKS, type InstructionCheck } from './content-checks.ts';
import { FORMAT_CHECKS } from './format-checks.ts';

interface IfevalOptions {
  readonly level?: 'strict' | 'loose';
  readonly score?: 'prompt' | 'instructions';
}

const shape = object<IfevalOptions>({}, { level: oneOf('strict', 'loose'), score: oneOf('prompt', 'instructions') });

const CHECKS: ReadonlyMap<string, InstructionCheck> = new Map(Object.entries({ ...CONTENT_CHECKS, ...FORMAT_CHECKS }));

/** Most instructions in one prompt. */
const MAX_INSTRUCTIONS = 32;

/** The verdicts on the instructions of one prompt, in their order. */
interface Followed {
  readonly strict: readonly boolean[];
  readonly loose: readonly boolean[];
}

/** Version 1. What it extracts is the JSON of both lists of verdicts. */
export const ifeval1: ScorerKind = {
  id: 'ifeval',
  version: 1,
  prepare(config) {
    const { level = 'strict', score = 'prompt' } = readOptions('ifeval', shape, config);
    return {
      extract: (answer, target) => ({ text: JSON.stringify(follow(answer, readTarget(target))), rule: 'instructions' }),
      judge(extracted, target) {
        const instructions = readTarget(target);
        const { strict, loose } = extracted === null ? NOTHING : (JSON.parse(extracted) as Followed);
        const followed = (level === 'strict' ? strict : loose).filter(Boolean).length;
        const all = instructions.length;
        return score === 'prompt' ? { num: Number(followed === all), den: 1 } : { num: followed, den: all };
      },
      gold: () => null,
    };
  },
  metrics: () => [createIfevalMetric()],
};

/** The four official figures: prompts and single instructions that were followed, strictly and loosely. */
function createIfevalMetric(): ScorerMetric {
  const counts = { prompts: 0, instructions: 0 };
  const followed = { strict: { prompts: 0, instructions: 0 }, loose: { prompts: 0, instructions: 0 } };
  return {
    name: 'ifeval/1',
    add(answer, target) {
      const verdicts = follow(answer, readTarget(target));
      counts.prompts++;
      counts.instructions += verdicts.strict.length;
      for (const level of ['strict', 'loose'] as const) {
        followed[level].prompts += Number(verdicts[level].every(Boolean));
        followed[level].instructions += verdicts[level].filter(Boolean).length;
      }
    },
    result: () =>
      counts.prompts === 0
        ? counts
        : { ...counts, strict: shares(followed.strict, counts), loose: shares(followed.loose, counts) },
  };
}

type Counts = Readonly<Record<'prompts' | 'instructions', number>>;

function shares(followed: Counts, all: Counts): LineObject {
  const share = (unit: keyof Counts): string => sixPlaces({ num: BigInt(followed[unit]), den: BigInt(all[unit]) });
  return { ...followed, prompt_level: share('prompts'), instruction_level: share('instructions') };
}

const NOTHING: Followed = { strict: [], loose: [] };

interface Instruction {
  readonly check: InstructionCheck;
  readonly args: Arguments;
}

function readTarget(target: JsonValue): readonly Instruction[] {
  const { instruction_id_list: ids, kwargs } = isJsonObject(target) ? target : ({} as JsonObject);
  if (!Array.isArray(ids) || !Array.isArray(kwargs) || ids.length !== kwargs.length || ids.length === 0)
    throw targetError('want {"instruction_id_list": names, "kwargs": objects}, as many of each');
  if (ids.length > MAX_INSTRUCTIONS) throw targetError(`want at most ${MAX_INSTRUCTIONS} instructions`);
  return ids.map((id: JsonValue, position) => {
    const check = typeof id === 'string' ? CHECKS.get(id) : undefined;
    const held: JsonValue = kwargs[position];
    if (check === undefined || !isJsonObject(held)) throw targetError('want the 25 instructions of IFEval');
    return { check, args: readArguments(held) };
  });
}

function follow(answer: string, instructions: readonly Instruction[]): Followed {
  const variants = variantsOf(answer);
  const holds = (text: string, { check, args }: Instruction): boolean => strip(text) !== '' && check(text, args);
  return {
    strict: instructions.map((instruction) => holds(answer, instruction)),
    loose: instructions.map((instruction) => variants.some((text) => holds(text, instruction))),
  };
}

function variantsOf(answer: string): readonly string[] {
  const lines = answer.split('\n');
  const cut = [lines.slice(1), lines.slice(0, -1), lines.slice(1, -1)].map((part) => strip(part.join('\n')));
  return [answer, ...cut].flatMap((text) => [text, text.replaceAll('*', '')]);
}
