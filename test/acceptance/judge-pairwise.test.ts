/** AlpacaEval: the recorded decisions of two judges about two models, 805 pairs each, give the published leaderboard. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findMetrics, findScorer } from '../../src/scoring/registry.ts';
import type { LineObject } from '../../src/core/line-form.ts';
import type { ScorerConfig } from '../../src/suites/definition.ts';
import type { Answer } from '../../src/transcript/wire/answer.ts';
import type { Question } from '../../src/transcript/wire/dialogue.ts';
import { describeRealData } from '../testdata.ts';
import { runJudged } from './judged-run.ts';
import { readRows } from './recorded-data.ts';

interface Annotation {
  readonly id: number;
  readonly baseline: string;
  /** 1: the baseline is better, 2: the model; 0 and 1.5: neither; null: the judge failed. */
  readonly preference: number | null;
  /** Of the first token of the judge, which names an answer. */
  readonly top_logprobs?: Readonly<Record<string, number>> | null;
  /** Whether `m` names the baseline and `M` the model, instead of the other way round. */
  readonly swapped?: boolean | null;
}

interface Published {
  readonly model: string;
  readonly metric: string;
  readonly published: number;
}

const SETS: readonly [string, string][] = [
  ['v1', 'alpaca-7b'],
  ['v1', 'claude-2'],
  ['v2', 'claude-2'],
  ['v2', 'alpaca-7b'],
];

const BASE: ScorerConfig = { prompt: '{{ id }} {{ first }} {{ second }}', labels: ['m', 'M', 'tie'] };
const CONFIGS: Readonly<Record<string, ScorerConfig>> = {
  // The answers of version 1 were words, those of version 2 the odds of one token.
  v1: { ...BASE, positions: 'drawn' },
  v2: { ...BASE, positions: 'drawn', read: 'logprobs' },
};

describeRealData('AlpacaEval', 'data/judge_pairwise', (data) => {
  const published: readonly Published[] = JSON.parse(readFileSync(join(data, 'scores.json'), 'utf8'));

  it.each(SETS)('%s %s: win rates, standard errors and counts as published, through the metric', (version, model) => {
    const rows = readRows<Annotation>(join(data, `annotations_${version}_${model}.jsonl`));
    const config = CONFIGS[version] ?? {};
    const scorer = findScorer({ id: 'pairwise', version: 1, config });
    const [metric] = findMetrics({ id: 'pairwise', version: 1, config });
    let undecided = 0;
    for (const row of rows) {
      const pair = pairOf(row);
      const [question] = scorer?.asks?.questions(pair) ?? [];
      const replies = [replyTo(row, isFirst(pair, question))];
      metric?.add(pair.answer, pair.target, replies);
      const verdict = scorer?.asks?.conclude(replies, pair) ?? null;
      if (verdict === null) undecided++;
      else expect(Math.abs(verdict.num / verdict.den - (preferenceOf(row) ?? NaN))).toBeLessThan(0.000501);
    }
    expect(undecided).toBe(rows.filter(({ preference }) => preference === null).length);
    expectPublished(metric?.result() ?? {}, `${model} (${version})`);
  });

  it.each(SETS)('%s %s: the same through the whole path, with the judge as an endpoint', async (version, model) => {
    const rows = readRows<Annotation>(join(data, `annotations_${version}_${model}.jsonl`));
    const config = CONFIGS[version] ?? {};
    const asks = findScorer({ id: 'pairwise', version: 1, config })?.asks;
    const pairs = rows.map((row) => ({ row, ...pairOf(row) }));
    const { transcript, markdown } = await runJudged({
      suite: {
        id: 'alpaca-eval',
        version: '1.0.0',
        title: 'AlpacaEval',
        items: { file: 'items.jsonl', id: 'id', input: ['id'], target: 'target' },
        prompt: '[{{ id }}]',
        scorer: { id: 'pairwise', version: 1, ...config },
      },
      items: pairs.map(({ input: { id }, target }) => ({ id, target })),
      answers: pairs.map(({ input: { id }, answer }) => ({ id, output: answer })),
      replies: pairs.map(({ row, ...pair }) => {
        const [question] = asks?.questions(pair) ?? [];
        return { messages: question?.members['messages'], response: bodyOf(replyTo(row, isFirst(pair, question))) };
      }),
    });
    expect(transcript.samples).toHaveLength(rows.length);
    expect(transcript.axes.find(({ axis }) => axis === 'scoring')).toMatchObject({
      verdict: 'proven',
      coverage: { checked: rows.length, total: rows.length },
    });
    const undecided = transcript.samples?.filter(({ unscored }) => unscored === 'scorer') ?? [];
    expect(undecided).toHaveLength(rows.filter(({ preference }) => preference === null).length);
    const metric = transcript.metrics.find(({ function: name }) => name === 'win-rate/1');
    expect(metric?.status).toBe('recomputed');
    expectPublished(metric?.result ?? {}, `${model} (${version})`);
    expect(markdown).toContain('alpaca-eval');
  });

  function expectPublished(result: LineObject, name: string): void {
    const wanted = published.filter(({ model }) => model === name);
    expect(wanted).toHaveLength(7);
    for (const { metric, published: value } of wanted) {
      expect(Math.abs(Number(result[metric]) - value), metric).toBeLessThan(1e-6);
    }
  }
});

interface Pair {
  readonly answer: string;
  readonly target: string;
  readonly input: { readonly id: string };
}

// Two equal answers are a draw that no judge was asked about.
function pairOf(row: Annotation): Pair {
  const target = `reference-${row.id}`;
  const isEqual = row.top_logprobs === null;
  return { answer: isEqual ? target : `answer-${row.id}`, target, input: { id: String(row.id) } };
}

function preferenceOf({ preference }: Annotation): number | null {
  if (preference === null) return null;
  return preference === 0 ? 0.5 : preference - 1;
}

/** Whether a question shows the answer of the model before the reference. */
function isFirst({ answer, target }: Pair, question: Question | undefined): boolean {
  const shown = JSON.stringify(question?.members);
  return shown.indexOf(answer) < shown.indexOf(target);
}

/** What the judge said, in terms of the order in which it is asked here. */
function replyTo({ preference, top_logprobs, swapped }: Annotation, shownFirst: boolean): Answer {
  const answer = { text: 'I cannot tell.', refused: false };
  if (top_logprobs === undefined) {
    if (preference === null) return answer;
    if (preference === 0 || preference === 1.5) return { ...answer, text: 'tie' };
    return { ...answer, text: (preference === 2) === shownFirst ? 'm' : 'M' };
  }
  const exchanged: Readonly<Record<string, string>> = shownFirst === swapped ? { m: 'M', M: 'm' } : {};
  const top = Object.entries(top_logprobs ?? {}).map(([text, logprob]) => ({ text: exchanged[text] ?? text, logprob }));
  const [likeliest] = top;
  return likeliest === undefined ? answer : { ...answer, text: likeliest.text, tokens: [{ ...likeliest, top }] };
}

// As a server would say it.
function bodyOf({ text, tokens }: Answer): object {
  const content = tokens?.map(({ text: token, logprob, top }) => ({
    token,
    logprob,
    top_logprobs: top.map((likely) => ({ token: likely.text, logprob: likely.logprob })),
  }));
  const choice = { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' };
  return { choices: [content === undefined ? choice : { ...choice, finish_reason: 'length', logprobs: { content } }] };
}
