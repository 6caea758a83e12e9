/**
 * results.csv: one line per run. samples.csv: one line per sample.
 *
 * A cell that a spreadsheet would run as a formula gets an apostrophe in front; a negative number is none. Apart from
 * that, texts are exactly those of the transcript. A value that does not exist is an empty cell.
 */
import { stringify, type Options } from 'csv-stringify/sync';
import { ENDPOINT_LEVELS, type EndpointLevel } from '../core/evidence-names.ts';
import { UNSCORED_REASONS, type AttemptStatus } from '../transcript/record.ts';
import { AXES } from '../verifier/verdict.ts';
import type { ReportSample } from './disclosure.ts';
import { harnessText, judgeText } from './harness.ts';
import type { ReportExecution, ReportMachine, ReportModel, ReportRun } from './model.ts';

/** Samples per piece of text, so that a long run is written without being held as one string. */
const BATCH = 1000;

const ATTEMPT_STATUSES: readonly AttemptStatus[] = ['ok', 'http', 'timeout', 'network', 'cancelled', 'lost'];

const NEGATIVE_NUMBER = /^-\d+(?:\.\d+)?$/;

const OPTIONS: Options = {
  escape_formulas: true,
  record_delimiter: 'unix',
  cast: { string: (value) => (NEGATIVE_NUMBER.test(value) ? { value, escape_formulas: false } : value) },
};

type Cell = string | number | null | undefined;

/** A column of a table. */
export interface Column<Row> {
  readonly name: string;
  readonly of: (row: Row) => Cell;
}

/** A sample with the run it belongs to. */
interface SampleRow {
  readonly run: ReportRun;
  readonly sample: ReportSample;
}

const RESULT_COLUMNS: readonly Column<ReportRun>[] = [
  { name: 'run_id', of: (run) => run.run_id },
  { name: 'suite', of: (run) => run.suite.id },
  { name: 'suite_version', of: (run) => run.suite.version },
  { name: 'items_accepted', of: (run) => run.suite.accepted.join(' ') },
  { name: 'licence', of: (run) => run.suite.licence },
  { name: 'endpoint', of: (run) => run.endpoint.name },
  { name: 'harness', of: (run) => harnessText(run.harness) },
  { name: 'judge', of: (run) => run.judge && judgeText(run.judge) },
  { name: 'labels', of: (run) => run.labels.join('; ') },
  { name: 'model_requested', of: (run) => run.model.requested },
  { name: 'models_reported', of: (run) => run.model.reported.map(({ name }) => name).join('; ') },
  { name: 'models_signed', of: (run) => run.model.attested.map(({ name }) => name).join('; ') },
  { name: 'checkpoints_declared', of: (run) => run.model.declared_checkpoints.join('; ') },
  { name: 'fingerprints', of: (run) => run.model.fingerprints.map(({ name }) => name).join('; ') },
  { name: 'weights', of: (run) => run.model.weights },
  { name: 'metric', of: (run) => run.score?.metric },
  { name: 'n', of: (run) => run.score?.n },
  { name: 'num', of: (run) => run.score?.exact?.num },
  { name: 'den', of: (run) => run.score?.exact?.den },
  { name: 'score', of: (run) => run.score?.value },
  { name: 'low_95', of: (run) => run.score?.interval?.low },
  { name: 'high_95', of: (run) => run.score?.interval?.high },
  { name: 'method', of: (run) => run.score?.interval?.method },
  { name: 'all_unscored_wrong', of: (run) => run.score?.bounds?.all_wrong },
  { name: 'all_unscored_right', of: (run) => run.score?.bounds?.all_right },
  { name: 'planned', of: (run) => run.counts.planned },
  { name: 'scored', of: (run) => run.counts.scored },
  { name: 'unscored', of: (run) => run.counts.unscored },
  ...UNSCORED_REASONS.map((reason) => ({
    name: `unscored_${reason}`,
    of: ({ counts }: ReportRun) => counts.unscored && (counts.reasons.find((r) => r.reason === reason)?.count ?? 0),
  })),
  { name: 'prompt_tokens', of: (run) => run.tokens?.prompt },
  { name: 'completion_tokens', of: (run) => run.tokens?.completion },
  { name: 'p50_ms', of: (run) => run.latency?.p50_ms },
  { name: 'p90_ms', of: (run) => run.latency?.p90_ms },
  { name: 'p99_ms', of: (run) => run.latency?.p99_ms },
  { name: 'cost_usd', of: (run) => run.cost?.usd },
  { name: 'prices_dated', of: (run) => run.cost?.prices.dated },
  ...ATTEMPT_STATUSES.map((status) => ({
    name: `attempts_${status}`,
    of: (run: ReportRun) => run.attempts?.[status],
  })),
  { name: 'resumes', of: (run) => run.resumes },
  ...AXES.map((axis) => ({
    name: axis,
    of: (run: ReportRun) => run.axes.find((found) => found.axis === axis)?.verdict,
  })),
  { name: 'level', of: (run) => run.level?.level },
  { name: 'level_suffixes', of: (run) => run.level?.suffixes.join(' ') },
  { name: 'tee_provider', of: (run) => run.execution?.provider },
  { name: 'tee_simulated', of: (run) => run.execution && (run.execution.simulated ? 'yes' : 'no') },
  { name: 'level_required', of: (run) => run.execution?.required_level },
  { name: 'answers_checked', of: (run) => run.execution?.checked },
  ...ENDPOINT_LEVELS.map((level) => ({
    name: `answers_${level}`,
    of: ({ execution }: ReportRun) => execution && answersAt(execution, level),
  })),
  { name: 'tcb_status', of: (run) => distinct(run, ({ tcb }) => tcb?.status ?? 'not known') },
  { name: 'tcb_advisories', of: (run) => distinct(run, ({ tcb }) => tcb?.advisories.join(' ') ?? '') },
  { name: 'evidence_from', of: (run) => run.execution?.window?.from },
  { name: 'evidence_to', of: (run) => run.execution?.window?.to },
  { name: 'signed', of: (run) => run.signer.sentence },
  { name: 'created_at', of: (run) => run.created_at },
  { name: 'ended_at', of: (run) => run.ended?.at },
  { name: 'disclosed', of: (run) => run.disclosure.level },
  { name: 'rules_digest', of: (run) => run.rules_digest },
  { name: 'plan_digest', of: (run) => run.plan_digest },
];

const SAMPLE_COLUMNS: readonly Column<SampleRow>[] = [
  { name: 'run_id', of: ({ run }) => run.run_id },
  { name: 'suite', of: ({ run }) => run.suite.id },
  { name: 'endpoint', of: ({ run }) => run.endpoint.name },
  { name: 'harness', of: ({ run }) => harnessText(run.harness) },
  { name: 'labels', of: ({ run }) => run.labels.join('; ') },
  { name: 'index', of: ({ sample }) => sample.index },
  { name: 'repeat', of: ({ sample }) => sample.repeat },
  { name: 'item', of: ({ sample }) => sample.item },
  { name: 'id', of: ({ sample }) => sample.id },
  { name: 'tags', of: ({ sample }) => sample.tags?.join('; ') },
  { name: 'prompt', of: ({ sample }) => sample.messages && JSON.stringify(sample.messages) },
  { name: 'answer', of: ({ sample }) => sample.answer },
  { name: 'extracted', of: ({ sample }) => sample.extracted },
  { name: 'rule', of: ({ sample }) => sample.rule },
  { name: 'target', of: ({ sample }) => sample.target },
  { name: 'num', of: ({ sample }) => sample.score?.num },
  { name: 'den', of: ({ sample }) => sample.score?.den },
  { name: 'unscored', of: ({ sample }) => sample.unscored },
  { name: 'rescored', of: ({ sample }) => (sample.rescored ? 'yes' : 'no') },
  { name: 'attempts', of: ({ sample }) => sample.attempts.join('; ') },
  { name: 'turns', of: ({ sample }) => sample.turns },
  { name: 'latency_ms', of: ({ sample }) => milliseconds(sample.latencyUs) },
  { name: 'first_byte_ms', of: ({ sample }) => milliseconds(sample.firstByteUs) },
  { name: 'prompt_tokens', of: ({ sample }) => sample.promptTokens },
  { name: 'completion_tokens', of: ({ sample }) => sample.completionTokens },
];

/** The text of results.csv. Ratios are those of the transcript, latencies in milliseconds. */
export function resultsCsv(model: ReportModel): string {
  return csvText(RESULT_COLUMNS, model.runs);
}

/** A table as CSV, with its head. */
export function csvText<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  return headLine(columns) + lines(columns, rows);
}

/** The head of samples.csv. */
export function sampleHead(): string {
  return headLine(SAMPLE_COLUMNS);
}

/**
 * The rows of a run in samples.csv, piece by piece.
 *
 * @param samples - As far as they are disclosed; what is not leaves its cells empty.
 */
export function* sampleRows(run: ReportRun, samples: readonly ReportSample[]): Generator<string, void, undefined> {
  for (let from = 0; from < samples.length; from += BATCH) {
    const rows = samples.slice(from, from + BATCH).map((sample) => ({ run, sample }));
    yield lines(SAMPLE_COLUMNS, rows);
  }
}

function answersAt({ levels }: ReportExecution, wanted: EndpointLevel): number {
  return levels.filter(({ level }) => level === wanted).reduce((sum, { answers }) => sum + answers, 0);
}

// One value per machine, each once.
function distinct({ execution }: ReportRun, of: (machine: ReportMachine) => string): string | undefined {
  return execution === null ? undefined : [...new Set(execution.machines.map(of))].join('; ');
}

function headLine<Row>(columns: readonly Column<Row>[]): string {
  return stringify([columns.map(({ name }) => name)], OPTIONS);
}

function lines<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map(({ of }) => of(row)));
  return stringify(cells, OPTIONS);
}

function milliseconds(us: number | null): number | null {
  return us === null ? null : us / 1000;
}
