/** A verification as people read it: who signed, the score, seven verdicts, and what follows from them. */
import { coverageText, NOT_PINNED, signerSentence } from '../reports/claims.ts';
import { evidenceLines } from '../reports/evidence-lines.ts';
import { count, percent } from '../reports/figures.ts';
import { harnessText, JUDGEMENT, judgeName } from '../reports/harness.ts';
import type { ReportRun, ReportScore } from '../reports/model.ts';
import { printableLine } from '../reports/printable.ts';
import { runName, unscoredText } from '../reports/wording.ts';
import { AXES, type AxisVerdict, type Verdict } from '../verifier/verdict.ts';
import { paint, type Tone } from './say.ts';

const TONES: Readonly<Record<Verdict, Tone>> = {
  proven: 'good',
  declared: 'warning',
  'not evaluated': 'faint',
  failed: 'bad',
};

/** A score in one phrase: `71.3 % (95 % CI 64.1 to 77.6), n 160`. */
export function scoreText(score: ReportScore | null): string {
  if (score === null || score.value === null) return 'no score';
  const { value, interval, n } = score;
  const range = interval === null ? '' : ` (95 % CI ${percent(interval.low)} to ${percent(interval.high)})`;
  return `${percent(value)} %${range}, n ${count(n)}`;
}

/** All lines about a run that verifies. */
export function verifiedLines(run: ReportRun, source: string): readonly string[] {
  const { signer, suite, endpoint, counts, claims } = run;
  // Nobody may read one of these lines alone and take an unknown key for a known one.
  const by = signer.status === 'trusted' ? '' : ` [${signerSentence(signer)}]`;
  const judged = run.judge === null ? '' : ` (${JUDGEMENT})`;
  const items = `${count(suite.selected)} of ${count(suite.size)} items × ${suite.repeats}`;
  return [
    `${paint('strong', printableLine(source))}: ${paint('good', 'verified')}${by}`,
    row('signer', signerSentence(signer)),
    row('suite', `${suite.id} ${suite.version}, ${items}, licence ${suite.licence}${by}`),
    row('endpoint', `${runName(run)}, model ${run.model.requested} at ${endpoint.base_url}${by}`),
    ...askedRows(run, by),
    row('score', `${scoreText(run.score)}${judged}, unscored ${unscoredText(counts)}${by}`),
    row('disclosed', `${run.disclosure.sentence}${by}`),
    '',
    ...run.axes.map((axis) => axisLine(axis, by)),
    '',
    ...evidenceRows(run, by),
    ...claimRows('proves', claims.proves, by),
    ...claimRows('declares', claims.declares, by),
    ...claimRows('does not prove', claims.does_not_prove, ''),
  ];
}

// A plain single turn, which is what everybody takes for granted, needs no line.
function askedRows({ harness, judge, suite }: ReportRun, by: string): readonly string[] {
  const asked = harness.digest === null && harness.name === null ? [] : [harnessText(harness)];
  const judgements = judge?.judgements ?? null;
  const times = judgements === null ? '' : `, ${count(judgements)} judgements`;
  const judged = judge === null ? [] : [`${judgeName(judge)}${times}: ${JUDGEMENT}`];
  const accepted = suite.accepted.length === 0 ? [] : [NOT_PINNED];
  return [
    ...asked.map((text) => row('harness', text + by)),
    ...judged.map((text) => row('judge', text + by)),
    ...accepted.map((text) => row('not pinned', `${text}: ${suite.accepted.join(', ')}${by}`)),
  ];
}

/** All lines about a run that does not verify. */
export function failedLines(
  source: string,
  fault: { readonly code: string; readonly message: string },
  axes: readonly AxisVerdict[],
): readonly string[] {
  return [
    `${paint('strong', printableLine(source))}: ${paint('bad', 'does not verify')}: ${fault.code}`,
    row('fault', fault.message),
    '',
    ...axes.map((axis) => axisLine(axis, '')),
  ];
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(16)}${printableLine(text)}`;
}

function axisLine(axis: AxisVerdict, by: string): string {
  const coverage = coverageText(axis);
  const verdict = paint(TONES[axis.verdict], axis.verdict.padEnd(15));
  return `  ${axis.axis.padEnd(16)}${verdict}${printableLine(axis.scope)}${coverage === null ? '' : ` (${coverage})`}${by}`;
}

function evidenceRows(run: ReportRun, by: string): readonly string[] {
  const rows = evidenceLines(run).map(({ term, text }) => row(term, text) + by);
  return rows.length === 0 ? [] : [...rows, ''];
}

// The sentences of the axes stand above already; here their names are enough.
function claimRows(title: string, claims: readonly string[], by: string): readonly string[] {
  const isAxis = (claim: string): boolean =>
    AXES.some((axis) => claim.startsWith(`${axis}:`) || claim.startsWith(`${axis} (`));
  const axes = claims.filter(isAxis).map((claim) => claim.split(/[: ]/, 1)[0]);
  const lines = [axes.join(', '), ...claims.filter((claim) => !isAxis(claim))].filter((line) => line !== '');
  const indent = ' '.repeat(title.length);
  return lines.map((line, index) => {
    const head = index === 0 ? paint('strong', title) : indent;
    return `  ${head}${' '.repeat(Math.max(1, 16 - title.length))}${printableLine(line)}${by}`;
  });
}
