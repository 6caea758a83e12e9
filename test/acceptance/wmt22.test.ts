/** WMT22 on recorded translations: 8 systems, BLEU and chrF by sentence and by corpus; one system through the whole path. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findMetrics } from '../../src/scoring/registry.ts';
import { describeRealData } from '../testdata.ts';
import { readLines, readRows, scored, scorerOf } from './recorded-data.ts';
import { runRecorded } from './recorded-run.ts';

interface Expected {
  readonly pair: string;
  readonly system: string;
  readonly line: number;
  readonly sentence_bleu: number;
  readonly sentence_chrf: number;
}

interface Score {
  readonly model: string;
  readonly metric: string;
  readonly published: number;
}

const SYSTEMS = [
  ['liv-en', 'HuaweiTSC'],
  ['liv-en', 'Liv4ever'],
  ['liv-en', 'NiuTrans'],
  ['liv-en', 'TAL-SJTU'],
  ['liv-en', 'TartuNLP'],
  ['uk-en', 'ALMAnaCH-Inria'],
  ['uk-en', 'GTCOM'],
  ['uk-en', 'Lan-Bridge'],
] as const;

describeRealData('WMT22', 'data/wmt22', (data) => {
  const expected = readRows<Expected>(join(data, 'expected.jsonl.gz'));
  const scores: readonly Score[] = JSON.parse(readFileSync(join(data, 'scores.json'), 'utf8'));
  const linesOf = (pair: string, kind: string): readonly string[] =>
    readLines(join(data, `generaltest2022.${pair}.${kind}.en`));
  const published = (pair: string, system: string, metric: string): number =>
    scores.find((row) => row.model === system && row.metric.startsWith(`${pair} corpus ${metric} `))?.published ?? 0;

  it.each(SYSTEMS)(
    '%s %s: every sentence, and the corpus to 1e-6',
    (pair, system) => {
      const references = linesOf(pair, 'ref.A');
      const answers = linesOf(pair, `hyp.${system}`);
      const rows = expected.filter((row) => row.pair === pair && row.system === system);
      expect(answers).toHaveLength(rows.length);
      for (const name of ['bleu', 'chrf'] as const) {
        const scorer = scorerOf({ id: name, version: 1 });
        const [corpus] = findMetrics({ id: name, version: 1, config: {} });
        const values = answers.map((answer, line) => {
          corpus?.add(answer, references[line] ?? '');
          const { num, den } = scored(scorer, answer, references[line] ?? '');
          return (100 * num) / den;
        });
        // A score is in thousandths, so it is right to half of one.
        for (const { line, [`sentence_${name}` as const]: wanted } of rows)
          expect(Math.abs((values[line] ?? 0) - wanted), `${name} line ${line}`).toBeLessThanOrEqual(0.050001);
        const value = Number(corpus?.result()['value']);
        expect(Math.abs(value - published(pair, system, name))).toBeLessThanOrEqual(1e-6);
      }
    },
    20_000,
  );

  it.each(['bleu', 'chrf'])('corpus %s of a run is recomputed by the verifier', async (name) => {
    const references = linesOf('liv-en', 'ref.A');
    const { transcript } = await runRecorded({
      name: 'wmt22-liv-en',
      model: 'TAL-SJTU',
      scorer: { id: name, version: 1 },
      items: linesOf('liv-en', 'hyp.TAL-SJTU').map((output, line) => ({
        id: `${line}`,
        question: `Translate line ${line}.`,
        target: references[line] ?? '',
        output,
      })),
    });
    const metric = transcript.metrics.find((entry) => entry.function === `corpus-${name}/1`);
    expect(metric?.status).toBe('recomputed');
    expect(metric?.result['segments']).toBe(420);
    const value = Number(metric?.result['value']);
    expect(Math.abs(value - published('liv-en', 'TAL-SJTU', name))).toBeLessThanOrEqual(1e-6);
  });
});
