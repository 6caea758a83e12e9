/** What stands behind the answers of an endpoint, in one row: its level, and why it is no other. */
import { levelText, SIMULATED } from './evidence-lines.ts';
import { count } from './figures.ts';
import type { ReportExecution, ReportRun } from './model.ts';

/** The rungs of the ladder, for a legend. */
export const LADDER: readonly string[] = [
  'L0 recorded: nobody signed the transcript.',
  'L1 signed by the runner: that the endpoint said so is its word.',
  'L2 attested channel: by the word of the runner, the connection ended in an attested machine.',
  'L3 attested gateway: it signed the exact bytes; which model answered is not proven.',
  'L4 attested model server: it signed the exact bytes.',
  'L5 identified stack: also its software, firmware and GPUs are known and accepted.',
  'L6 measured weights: also the weights are part of what was measured.',
];

/** An endpoint with what stands behind its answers, over all its runs of which the same is known. */
export interface Standing {
  readonly endpoint: string;
  readonly kind: string;
  readonly level: string;
  readonly runs: number;
  readonly reason: string;
}

/** What stands behind the answers of each endpoint. */
export function standing(runs: readonly ReportRun[]): readonly Standing[] {
  const found = new Map<string, Standing>();
  for (const run of runs) {
    const row = { endpoint: run.endpoint.name, kind: kindText(run), level: levelCell(run), reason: reasonText(run) };
    const key = Object.values(row).join('\n');
    found.set(key, { ...row, runs: (found.get(key)?.runs ?? 0) + 1 });
  }
  return [...found.values()];
}

function kindText({ endpoint, execution, labels }: ReportRun): string {
  if (labels.includes('simulated TEE')) return `simulated TEE${execution === null ? '' : ` (${execution.provider})`}`;
  if (endpoint.kind === 'tee') return `TEE${execution === null ? '' : ` (${execution.provider})`}`;
  return KINDS[endpoint.kind] ?? endpoint.kind;
}

const KINDS: Readonly<Record<string, string>> = {
  openai: 'server',
  embedded: 'local, embedded model',
  replay: 'replay of recorded answers',
};

function reasonText({ execution, axes, labels }: ReportRun): string {
  if (execution !== null) return execution.simulated ? SIMULATED : lowestReason(execution);
  const scope = axes.find(({ axis }) => axis === 'execution')?.scope ?? '';
  return labels.includes('simulated TEE') ? `${SIMULATED}; ${scope}` : scope;
}

function lowestReason({ levels }: ReportExecution): string {
  return levels[0]?.reasons.join('; ') ?? 'no answer was counted';
}

/** The level of a run for a table: what is simulated, or checked in part, says so in the same cell. */
export function levelCell({ level, execution }: Pick<ReportRun, 'level' | 'execution'>): string {
  if (level === null) return 'not checked';
  if (execution === null) return levelText(level);
  const { simulated, checked, answers } = execution;
  const text = simulated ? `${level.level} simulated` : levelText(level);
  return checked < answers ? `${text} (${count(checked)} of ${count(answers)} answers)` : text;
}
