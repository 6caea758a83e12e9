/** What k answers to one item would give, estimated without bias from n recorded ones. */

/** The recorded answers of one item. */
export interface Answers {
  /** Recorded answers. */
  readonly n: number;
  /** Right ones among them. */
  readonly right: number;
}

/**
 * The probability that at least one of k answers is right: pass@k.
 *
 * 1 - C(n - right, k) / C(n, k), as a product, which neither overflows nor loses digits.
 *
 * @param k - Answers drawn, at least 1.
 * @returns Null if fewer than k answers were recorded: no unbiased estimate exists.
 * @see M. Chen et al., "Evaluating Large Language Models Trained on Code", arXiv:2107.03374 (2021), equation 1
 */
export function passAtK(answers: Answers, k: number): number | null {
  checkAnswers(answers, k);
  const { n, right } = answers;
  return k > n ? null : 1 - drawn(n, n - right, k);
}

/**
 * The probability that all of k answers are right: pass^k.
 *
 * C(right, k) / C(n, k).
 *
 * @param k - Answers drawn, at least 1.
 * @returns Null if fewer than k answers were recorded.
 * @see S. Yao et al., "τ-bench: A Benchmark for Tool-Agent-User Interaction in Real-World Domains", arXiv:2406.12045 (2024)
 */
export function passAllK(answers: Answers, k: number): number | null {
  checkAnswers(answers, k);
  const { n, right } = answers;
  return k > n ? null : drawn(n, right, k);
}

/** The probability that k of n draws without replacement all come from `some` of them. */
function drawn(n: number, some: number, k: number): number {
  let probability = 1;
  for (let draw = 0; draw < k; draw++) probability *= Math.max(0, some - draw) / (n - draw);
  return probability;
}

function checkAnswers({ n, right }: Answers, k: number): void {
  const isCount = [n, right, k].every((count) => Number.isSafeInteger(count) && count >= 0);
  if (!(isCount && right <= n && k >= 1)) throw new RangeError(`no ${right} right of ${n} answers, drawn ${k} times`);
}
