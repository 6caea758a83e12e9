/** A benchmark that is made up, for tests of pulling. */
import { createHash } from 'node:crypto';
import type { Benchmark, ConvertedRow, SuiteOutline } from '../../../src/suites/pull/benchmark.ts';

/** The one file of the made-up benchmark. */
export const SUMS_TEXT: string = Array.from(
  { length: 12 },
  (_, n) => `${JSON.stringify({ n, q: `${n} + ${n + 1} = ?`, a: String(2 * n + 1) })}\n`,
).join('');

/** The SHA-256 of a file, in hex. */
export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const SUMS: SuiteOutline = {
  id: 'sums',
  version: '1.0.0',
  title: 'Sums of neighbours',
  licence: 'CC0-1.0',
  redistributable: true,
  prompt: '{{ question }}',
  parameters: { max_tokens: 16 },
  scorer: { id: 'number', version: 1 },
};

/** The made-up benchmark; tests change a part of it. */
export function sumsBenchmark(changed: Partial<Benchmark> = {}): Benchmark {
  return {
    name: 'sums',
    title: 'Sums of neighbours',
    homepage: 'https://example.org/sums',
    licence: 'CC0-1.0',
    files: [
      {
        name: 'sums.jsonl',
        urls: ['https://example.org/sums.jsonl'],
        sha256: sha256(SUMS_TEXT),
        pinnedBy: 'this test',
        maxBytes: 10_000,
      },
    ],
    isTriedOnOriginal: true,
    async *convert(files): AsyncGenerator<ConvertedRow> {
      for await (const { n, q, a } of files.rows('sums.jsonl'))
        yield { id: `sum-${String(n)}`, input: { question: String(q) }, target: String(a), tags: ['sum'] };
    },
    suites: {
      'suite.yaml': SUMS,
      'brief.yaml': { ...SUMS, id: 'sums-brief', prompt: 'Only the number: {{ question }}' },
    },
    ...changed,
  };
}
