/** What evidence shows about an endpoint, in lines that the terminal, the Markdown file and the page share. */
import { count } from './figures.ts';
import type { ReportedName, ReportExecution, ReportLevel, ReportMachine, ReportRun } from './model.ts';

/** One line: what it is about, and what is to be said. Parts come from outside, so a writer escapes them. */
export interface EvidenceLine {
  readonly term: string;
  readonly text: string;
}

/** What no evidence of this kind can show, whatever its level. */
export const HARDWARE_LIMIT =
  'that nobody with physical access took a key out of the hardware: a quote shows that a genuine key signed';

/** What has to be said of a simulated endpoint. */
export const SIMULATED = 'the evidence is of a simulator, whose keys anybody can derive: it proves nothing';

/** Most lines of one kind; a report says how many there are beyond. */
const MAX_LINES = 8;

/** Shown of a key or a measurement. */
const SHORT_HEX = 16;

/** A level with its suffixes, such as `L4 ~req ~time`. */
export function levelText(level: ReportLevel): string {
  return [level.level, ...level.suffixes].join(' ');
}

/** What the evidence of a run shows, and what its endpoint was found to do, one thing a line; nothing if there is none. */
export function evidenceLines({ probes = [], ...run }: EvidencedRun): readonly EvidenceLine[] {
  return [...attestedLines(run), ...(probes.length === 0 ? [] : [line('probed', probesText(probes))])];
}

type EvidencedRun = Pick<ReportRun, 'execution' | 'model' | 'probes'>;

function attestedLines({ execution, model }: Omit<EvidencedRun, 'probes'>): readonly EvidenceLine[] {
  if (execution === null) return [];
  return [
    ...(execution.simulated ? [line('simulated', SIMULATED)] : []),
    line('level', runLevelText(execution)),
    ...atMost(execution.levels.map((each) => line('answers', countText(each)))),
    line('attested', attestationsText(execution)),
    ...atMost(execution.machines.map((machine) => line('machine', machineText(machine)))),
    line('requested', model.requested),
    line('reported', namesText(model.reported)),
    line('signed name', namesText(model.attested)),
    line('checkpoint', checkpointText(model.declared_checkpoints)),
    ...atMost(execution.signers.map((signer) => line('key', signerText(signer)))),
    ...execution.request_hash.map((each) => line('request hash', requestHashText(each))),
    line('valid', windowText(execution.window)),
  ];
}

function line(term: string, text: string): EvidenceLine {
  return { term, text };
}

/** What an endpoint was found to do, such as `yes: seed, n · no: tools`, and what of it is only said. */
function probesText(probes: NonNullable<ReportRun['probes']>): string {
  const declared = probes.filter((probe) => probe.declared === true).length;
  const rest = declared < probes.length ? `${count(declared)} of ${count(probes.length)} ` : '';
  const groups = (['yes', 'no', 'unknown'] as const).map((verdict) => {
    const names = probes.filter((probe) => probe.verdict === verdict).map(({ capability }) => capability);
    return names.length === 0 ? null : `${verdict}: ${names.join(', ')}`;
  });
  const text = groups.filter((group) => group !== null).join(' · ');
  return declared === 0 ? text : `${text} (${rest}declared: what was asked and answered is not disclosed)`;
}

function atMost(lines: readonly EvidenceLine[]): readonly EvidenceLine[] {
  const [first] = lines;
  if (first === undefined || lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), line(first.term, `and ${count(lines.length - MAX_LINES)} more`)];
}

function runLevelText(execution: ReportExecution): string {
  const { answers, checked, required_level: required } = execution;
  if (checked === 0)
    return `not checked: of ${count(answers)} counted answers, none has all that its evidence is about`;
  const over = `the lowest over ${count(answers)} counted answers, ${count(checked)} of them checked`;
  const asked = required === null ? '' : `; answers below ${required} count as unscored`;
  return `${levelText(execution)}, ${over}${asked}`;
}

function countText(level: ReportExecution['levels'][number]): string {
  return `${count(level.answers)} at ${levelText(level)}: ${level.reasons.join('; ')}`;
}

const PHASES = { before: 'before the first request', resume: 'at a resume', rotation: 'when a key changed' } as const;

function attestationsText({ attestations, provider }: ReportExecution): string {
  const phases = attestations.map(
    ({ phase, count: number }) => `${count(number)} ${phase === 'after' ? 'after the last score' : PHASES[phase]}`,
  );
  return `${provider}: ${phases.length === 0 ? 'no attestation' : phases.join(', ')}`;
}

/** A machine with the status of its firmware, such as `model tdx-v4: TCB UpToDate, no advisories`. */
function machineText({ role, platform, tcb }: ReportMachine): string {
  if (tcb === null) return `${role} ${platform}: TCB not known`;
  const advisories = tcb.advisories.length === 0 ? 'no advisories' : tcb.advisories.join(', ');
  const data = `TCB data ${tcb.evaluation_data_number}, FMSPC ${tcb.fmspc}`;
  return `${role} ${platform}: TCB ${tcb.status}, ${advisories} (${data})`;
}

function namesText(names: readonly ReportedName[]): string {
  if (names.length === 0) return 'none';
  return names.map(({ name, answers }) => `${name} (${count(answers)} answers)`).join(', ');
}

function checkpointText(checkpoints: readonly string[]): string {
  if (checkpoints.length === 0) return 'none is named; which weights were loaded is not known';
  return `${checkpoints.join(', ')}, declared by the application, not measured`;
}

function signerText({ role, algo, address, model, answers }: ReportExecution['signers'][number]): string {
  const name = model === null ? '' : ` for ${model}`;
  return `${role} ${algo} ${shortHex(address)}${name}: signed ${count(answers)} answers`;
}

function shortHex(hex: string): string {
  return hex.length > SHORT_HEX ? `${hex.slice(0, SHORT_HEX)}…` : hex;
}

function requestHashText({ status, reason }: ReportExecution['request_hash'][number]): string {
  return status === 'asserted' ? reason : `not proven: ${reason}`;
}

function windowText(window: ReportExecution['window']): string {
  if (window === null) return 'no collateral was used, or it was never valid all at once';
  return `all collateral from ${window.from} to ${window.to}; that the run was then is declared by its clock`;
}
