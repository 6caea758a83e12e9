/** WMT22 on recorded translations: 8 systems, BLEU and chrF by sentence and by corpus, through the whole path. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeRealData } from '../testdata.ts';
import { readLines, readRows, readScores } from './recorded-data.ts';
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

const SCORERS = ['bleu', 'chrf'] as const;

describeRealData('WMT22', 'data/wmt22', (data) => {
  const expected = readRows<Expected>(join(data, 'expected.jsonl.gz'));
  const scores = readScores<Score>(data);
  const linesOf = (pair: string, kind: string): readonly string[] =>
    readLines(join(data, `generaltest2022.${pair}.${kind}.en`));
  const published = (pair: string, system: string, metric: string): number =>
    scores.find((row) => row.model === system && row.metric.startsWith(`${pair} corpus ${metric} `))?.published ?? 0;

  it.each(SYSTEMS.flatMap((system) => SCORERS.map((scorer) => [...system, scorer] as const)))(
    '%s %s: %s of every sentence, and of the corpus to 1e-6',
    async (pair, system, scorer) => {
      const references = linesOf(pair, 'ref.A');
      const sources = readLines(join(data, `generaltest2022.${pair}.src.${pair.slice(0, -3)}`));
      const { samples, report } = await runRecorded({
        name: `wmt22-${pair}`,
        model: system,
        scorer: { id: scorer, version: 1 },
        items: linesOf(pair, `hyp.${system}`).map((output, line) => ({
          id: `${line}`,
          question: sources[line] ?? '',
          target: references[line] ?? '',
          output,
        })),
      });
      const rows = expected.filter((row) => row.pair === pair && row.system === system);
      expect(samples).toHaveLength(rows.length);
      // A score is in thousandths, so it is right to half of one.
      const wrong = rows.filter(({ line, [`sentence_${scorer}` as const]: wanted }) => {
        const { num = 0, den = 1 } = samples[line]?.score ?? {};
        return Math.abs((100 * num) / den - wanted) > 0.050001;
      });
      expect(wrong).toEqual([]);
      const metric = report.metrics.find((entry) => entry.function === `corpus-${scorer}/1`);
      expect(metric?.status).toBe('recomputed');
      expect(metric?.result['segments']).toBe(rows.length);
      const value = Number(metric?.result['value']);
      expect(Math.abs(value - published(pair, system, scorer))).toBeLessThanOrEqual(1e-6);
    },
    60_000,
  );
});
