/** report.md: the tables of a report for a terminal, a pull request or a paper's appendix. */
import { count, NONE, percent, usd } from './figures.ts';
import { harnessText, JUDGEMENT, judgeText } from './harness.ts';
import { printableLine } from './printable.ts';
import type { ReportedName, ReportModel, ReportRun, ReportSuite } from './model.ts';
import { coverageText } from './claims.ts';
import { evidenceLines } from './evidence-lines.ts';
import { LADDER, levelCell, standing } from './standing.ts';
import { attemptsText, comparabilityText, latencyText, runName, sizeText, unscoredText } from './wording.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The text of report.md. Everything from outside is escaped, so that none of it is markup, a link or a mention. */
export function reportMarkdown(model: ReportModel): string {
  const sections = [
    [`# ${escapeMarkdown(model.title)}`],
    model.created_at === null ? [] : [`Made at ${escapeMarkdown(model.created_at)} from verified transcripts.`],
    ...model.suites.map((suite) => suiteSection(suite, model)),
    ['## Verification', verificationTable(model.runs)],
    ['## Evidence about the endpoints', standingTable(model.runs), LADDER.map((rung) => `- ${rung}`).join('\n')],
    ...model.runs.map(claimsSection),
    ['## Runs', runsTable(model.runs)],
  ];
  return `${sections.flat().join('\n\n')}\n`;
}

/**
 * A text of any origin as inline Markdown that renders as that text.
 *
 * What would be markup, an entity, a cell border, a list, an automatic link or a mention is not one any more.
 */
export function escapeMarkdown(text: string): string {
  return printableLine(text)
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? '')
    .replace(/[\\`*_[\]|~$#]/g, '\\$&')
    .replace(/^\s*(?:[-+=]|\d+(?=[.)]))/, (start) => (/\d$/.test(start) ? `${start}\\` : start.replace(/.$/, '\\$&')))
    .replace(/:(?=\/\/)|(?<=\bwww)\./gi, '\\$&')
    .replaceAll('@', '@\u2060');
}

function suiteSection(suite: ReportSuite, model: ReportModel): string[] {
  const runs = model.runs.filter((run) => run.suite.id === suite.id);
  const title = suite.title === null ? '' : `: ${escapeMarkdown(suite.title)}`;
  return [
    `## ${escapeMarkdown(suite.id)} ${suite.versions.map(escapeMarkdown).join(', ')}${title}`,
    `Licence: ${suite.licences.map(escapeMarkdown).join(', ')}.`,
    scoreTable(runs),
    effortTable(runs),
    ...comparabilityText(suite, model).map((line) => escapeMarkdown(line)),
  ];
}

function scoreTable(runs: readonly ReportRun[]): string {
  const head = [
    'endpoint',
    'level',
    'right of n',
    'score %',
    '95 % interval',
    'unscored',
    'all unscored wrong',
    'all right',
    'run',
  ];
  const rows = runs.map((run) => {
    const { score } = run;
    return [
      escapeMarkdown(runName(run)),
      escapeMarkdown(levelCell(run)),
      sizeText(score),
      percent(score?.value ?? null),
      score?.interval ? `${percent(score.interval.low)} to ${percent(score.interval.high)}` : NONE,
      escapeMarkdown(unscoredText(run.counts)),
      percent(score?.bounds?.all_wrong ?? null),
      percent(score?.bounds?.all_right ?? null),
      run.run_id,
    ];
  });
  return table(head, rows);
}

function effortTable(runs: readonly ReportRun[]): string {
  const head = [
    'endpoint',
    'prompt tokens',
    'completion tokens',
    'latency p50 / p90 / p99',
    'cost',
    'attempts',
    'resumes',
  ];
  const rows = runs.map((run) => [
    escapeMarkdown(runName(run)),
    count(run.tokens?.prompt ?? null),
    count(run.tokens?.completion ?? null),
    escapeMarkdown(latencyText(run.latency)),
    run.cost === null ? NONE : `${escapeMarkdown(usd(run.cost.usd))} (prices of ${run.cost.prices.dated})`,
    escapeMarkdown(attemptsText(run.attempts)),
    count(run.resumes),
  ]);
  return table(head, rows);
}

function verificationTable(runs: readonly ReportRun[]): string {
  const axes = runs[0]?.axes.map(({ axis }) => axis) ?? [];
  const rows = runs.map((run) => [
    escapeMarkdown(`${run.suite.id} × ${runName(run)}`),
    ...axes.map((axis) => run.axes.find((found) => found.axis === axis)?.verdict ?? NONE),
    escapeMarkdown(run.signer.sentence),
  ]);
  return table(['run', ...axes, 'signed'], rows);
}

function claimsSection(run: ReportRun): string[] {
  const { proves, declares, does_not_prove: doesNotProve } = run.claims;
  const list = (title: string, lines: readonly string[]): string =>
    `**${title}**\n\n${lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n')}`;
  const scopes = run.axes.map((axis) => [
    axis.axis,
    axis.verdict,
    escapeMarkdown(axis.scope),
    escapeMarkdown(coverageText(axis) ?? NONE),
  ]);
  return [
    `### ${escapeMarkdown(`${run.suite.id} × ${runName(run)}`)} (run ${run.run_id})`,
    table(['axis', 'verdict', 'scope', 'coverage'], scopes),
    ...evidenceTable(run),
    list('Proves', proves),
    list('Declares', declares),
    list('Does not prove', doesNotProve),
  ];
}

function standingTable(runs: readonly ReportRun[]): string {
  const rows = standing(runs).map(({ endpoint, kind, level, runs: number, reason }) => [
    escapeMarkdown(endpoint),
    escapeMarkdown(kind),
    escapeMarkdown(level),
    count(number),
    escapeMarkdown(reason),
  ]);
  return table(['endpoint', 'kind', 'level', 'runs', 'because'], rows);
}

function evidenceTable(run: ReportRun): readonly string[] {
  const rows = evidenceLines(run).map(({ term, text }) => [term, escapeMarkdown(text)]);
  return rows.length === 0 ? [] : [table(['evidence', ''], rows)];
}

function runsTable(runs: readonly ReportRun[]): string {
  const head = [
    'run',
    'suite',
    'harness',
    'judge',
    'requested model',
    'reported',
    'signed name',
    'fingerprints',
    'weights',
    'planned',
    'runner',
    'disclosed',
  ];
  const rows = runs.map((run) => [
    run.run_id,
    escapeMarkdown(`${run.suite.id} ${run.suite.version} (${run.suite.licence})`),
    escapeMarkdown(harnessText(run.harness)),
    run.judge === null ? NONE : escapeMarkdown(`${judgeText(run.judge)}: ${JUDGEMENT}`),
    escapeMarkdown(run.model.requested),
    names(run.model.reported),
    names(run.model.attested),
    names(run.model.fingerprints),
    run.model.weights ?? NONE,
    escapeMarkdown(run.created_at),
    escapeMarkdown(`${run.runner.name} ${run.runner.version}${run.runner.dirty ? ' (dirty)' : ''}`),
    escapeMarkdown(run.disclosure.sentence),
  ]);
  return table(head, rows);
}

function names(list: readonly ReportedName[]): string {
  return list.length === 0
    ? NONE
    : list.map(({ name, answers }) => `${escapeMarkdown(name)} (${count(answers)})`).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
