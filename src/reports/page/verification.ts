/** Verification: the seven verdicts of every run, what follows from them, and each run's identity. */
import { AXES, type Axis, type Verdict } from '../../verifier/verdict.ts';
import { sharedClaims, type SharedClaim } from '../claims.ts';
import { count, NONE } from '../figures.ts';
import { harnessText, judgeName } from '../harness.ts';
import type { ReportedName, ReportModel, ReportRun } from '../model.ts';
import { evidenceFacts } from './evidence.ts';
import { html, type Markup, type Value } from './markup.ts';
import { runTitle } from './results.ts';
import { axesTable, section, verdictClass, verdictMark } from './sections.ts';

const VERDICTS: readonly Verdict[] = ['failed', 'not evaluated', 'declared', 'proven'];

/** A transcript that did not verify: no figure of it is shown, only that. */
export interface FailedTranscript {
  readonly name: string;
  readonly axis: Axis;
  readonly code: string;
}

/** The seven questions over all runs, for the head of the page: the weakest verdict gives the mark. */
export function verdictSummary({ runs }: ReportModel, failed: readonly FailedTranscript[] = []): Markup {
  const cells = AXES.map((axis) => {
    const found = VERDICTS.map((verdict) => ({
      verdict,
      runs:
        runs.filter((run) => verdictOf(run, axis) === verdict).length +
        (verdict === 'failed' ? failed.filter((each) => each.axis === axis).length : 0),
    }));
    const present = found.filter((each) => each.runs > 0);
    const weakest = present[0]?.verdict ?? 'not evaluated';
    const text = present
      .map((each) => (present.length === 1 ? each.verdict : `${each.runs} ${each.verdict}`))
      .join(', ');
    return html`<div class="${verdictClass(weakest)}">
      <dt>${axis}</dt>
      <dd>${verdictMark(weakest)} ${text}</dd>
    </div>`;
  });
  return html`<dl id="verdicts" class="verdicts" aria-label="Verdicts over all runs">${cells}</dl>`;
}

/** The matrix of verdicts, and what the runs together prove, declare and do not prove. */
export function verificationSection(model: ReportModel, failed: readonly FailedTranscript[] = []): Markup {
  const claims = sharedClaims(model.runs);
  const total = model.runs.length;
  return section('verification', 'Verification', [
    matrix(model.runs, failed),
    html`<ul class="signers">${signers(model.runs).map((line) => html`<li>${line}</li>`)}</ul>`,
    html`<div class="claims">
      ${claimColumn('Proves', claims.proves, total)} ${claimColumn('Declares', claims.declares, total)}
      ${claimColumn('Does not prove', claims.does_not_prove, total)}
    </div>`,
    html`<p class="legend">
      The head of this page says what of this your browser has verified itself. <code>touchstone verify</code> on a transcript
      says the same, and evaluates evidence about endpoints too.
    </p>`,
  ]);
}

/** One card per run: the answers in full, its claims, and everything that identifies it. */
export function runsSection({ runs }: ReportModel): Markup {
  return section('runs', 'Runs', runs.map(runCard));
}

function matrix(runs: readonly ReportRun[], failed: readonly FailedTranscript[]): Markup {
  const failures = failed.map(
    ({ name, axis: failedAxis, code }) => html`<tr>
      <th scope="row"><bdi>${name}</bdi> <code>${code}</code></th>
      ${AXES.map((axis) => {
        const verdict = axis === failedAxis ? 'failed' : 'not evaluated';
        return html`<td title="${axis}: ${verdict}">${verdictMark(verdict)}<span class="unseen">${verdict}</span></td>`;
      })}
    </tr>`,
  );
  const rows = runs.map(
    (run) => html`<tr>
      <th scope="row">${runTitle(run)}</th>
      ${AXES.map((axis) => {
        const verdict = verdictOf(run, axis);
        return html`<td title="${axis}: ${verdict}">${verdictMark(verdict)}<span class="unseen">${verdict}</span></td>`;
      })}
    </tr>`,
  );
  return html`<table class="matrix">
      <caption class="unseen">Verdicts by run</caption>
      <thead><tr><th scope="col">Run</th>${AXES.map((axis) => html`<th scope="col"><span>${axis}</span></th>`)}</tr></thead>
      <tbody>${failures}${rows}</tbody>
    </table>
    <p class="legend key">
      ${VERDICTS.toReversed().map((verdict) => html`<span>${verdictMark(verdict)} ${verdict}</span> `)}
    </p>`;
}

function signers(runs: readonly ReportRun[]): readonly Value[] {
  const sentences = [...new Set(runs.map(({ signer }) => signer.sentence))];
  return sentences.map((sentence) => {
    const signed = runs.filter(({ signer }) => signer.sentence === sentence).length;
    return html`${share(signed, runs.length)} signed ${sentence}.`;
  });
}

function claimColumn(title: string, claims: readonly SharedClaim[], total: number): Markup {
  const lines = claims.map(
    ({ sentence, runs }) =>
      html`<li>${sentence}${runs < total && html` <span class="muted">${runs} of ${total} runs</span>`}</li>`,
  );
  return html`<div><h3>${title}</h3><ul>${lines.length === 0 ? html`<li>nothing</li>` : lines}</ul></div>`;
}

function runCard(run: ReportRun): Markup {
  const facts = identity(run).map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`);
  return html`<details class="run">
    <summary>${runTitle(run)} <code class="id">${run.run_id}</code></summary>
    ${axesTable(run)} ${evidenceFacts(run)}
    <dl class="facts">${facts}</dl>
  </details>`;
}

function identity(run: ReportRun): readonly (readonly [string, Value])[] {
  const { suite, endpoint, model, harness, judge, runner, tree, cost } = run;
  return [
    ['signed', run.signer.sentence],
    ['requested model', html`<bdi>${model.requested}</bdi>`],
    ['reported model', names(model.reported)],
    ['fingerprint', names(model.fingerprints)],
    [
      'weights',
      model.weights === null ? NONE : html`<code>${model.weights}</code> <span class="muted">declared</span>`,
    ],
    ['harness', html`${harnessText(harness)}${harness.digest !== null && html` <code>${harness.digest}</code>`}`],
    ...(judge === null ? [] : [['judge', judgeFact(judge)] as const]),
    ['endpoint', html`<bdi>${endpoint.base_url}</bdi> <span class="muted">${endpoint.kind}</span>`],
    ['suite', html`${suite.id} ${suite.version}, ${suite.licence}, ${suite.visibility} <code>${suite.digest}</code>`],
    ...(suite.accepted.length === 0 ? [] : [['not pinned', acceptedFact(suite)] as const]),
    ['planned', `${run.created_at} by the clock of the runner`],
    ['ended', run.ended === null ? NONE : `${run.ended.at}, ${run.ended.reason}`],
    ['runner', `${runner.name} ${runner.version} on ${runner.platform}${runner.dirty ? ', uncommitted changes' : ''}`],
    ['commit', runner.commit === undefined ? NONE : html`<code>${runner.commit}</code>`],
    ['lock file', runner.lock === undefined ? NONE : html`<code>${runner.lock}</code>`],
    ['plan digest', html`<code>${run.plan_digest}</code>`],
    ['rules digest', html`<code>${run.rules_digest}</code>`],
    ['record tree', html`${count(tree.size)} records <code>${tree.root}</code>`],
    ['score', run.score === null ? NONE : scoreSource(run.score)],
    ['prices', cost === null ? NONE : pricesText(cost.prices)],
    ['disclosed', run.disclosure.sentence],
    ['read from', html`<bdi>${run.source}</bdi>`],
  ];
}

function judgeFact(judge: NonNullable<ReportRun['judge']>): Markup {
  const answers = judge.judgements === null ? '' : `, ${count(judge.judgements)} judgements, not re-derivable`;
  const others = judge.reported.filter(({ name }) => name !== judge.model);
  return html`<bdi>${judgeName(judge)}</bdi>${answers}${others.length > 0 && html`; it calls itself ${names(others)}`}`;
}

function acceptedFact({ accepted }: ReportRun['suite']): Markup {
  return html`items from files accepted by digest ${accepted.map((digest) => html`<code>${digest}</code> `)}`;
}

function scoreSource({ function: name, status, interval }: NonNullable<ReportRun['score']>): string {
  return `${name}, ${status}${interval === null ? '' : `; interval by ${interval.method}`}`;
}

function pricesText(prices: NonNullable<ReportRun['cost']>['prices']): string {
  const { prompt_usd_per_mtok: prompt, completion_usd_per_mtok: completion, dated } = prices;
  return `$${prompt} and $${completion} per million prompt and completion tokens, as configured on ${dated}`;
}

function names(list: readonly ReportedName[]): Value {
  if (list.length === 0) return NONE;
  return list.map(
    ({ name, answers }) => html`<bdi>${name}</bdi> <span class="muted">${count(answers)} answers</span> `,
  );
}

function verdictOf(run: ReportRun, axis: Axis): Verdict {
  return run.axes.find((found) => found.axis === axis)?.verdict ?? 'not evaluated';
}

function share(part: number, total: number): string {
  return part === total ? 'All runs are' : `${part} of ${total} runs are`;
}
