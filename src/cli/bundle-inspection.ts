/** What a bundle or a run folder says about itself; none of it is verified. */
import { openSource } from '../archive/open-source.ts';
import { decodeHex, tryDecodeUtf8 } from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import { sshFingerprint } from '../core/ssh-key.ts';
import { count } from '../reports/figures.ts';
import { harnessOf, harnessText, JUDGEMENT } from '../reports/harness.ts';
import { isOpeningLine, parseOpening } from '../transcript/opening.ts';
import { planDigest, runId, type Plan } from '../transcript/plan.ts';
import { parsePlan } from '../transcript/plan-text.ts';
import { parseRecord } from '../transcript/record-line.ts';
import type { DisclosureLevel, RunSource } from '../transcript/source.ts';
import { alignColumns } from './table.ts';

/** Claims and contents of a bundle. */
export interface Inspection {
  readonly verified: false;
  readonly path: string;
  /** Null for a run folder. */
  readonly level: DisclosureLevel | null;
  readonly run_id: string;
  /** Fingerprint of the key that the plan names as its signer. */
  readonly claimed_signer: string;
  readonly plan: Plan;
  readonly file_bytes: Readonly<Record<string, number>>;
  /** Records by kind, and openings by label. */
  readonly records: Readonly<Record<string, number>>;
  readonly openings: Readonly<Record<string, number>>;
}

/**
 * Look into a bundle or a run folder.
 *
 * @throws {@link VerificationError} if it is malformed; {@link InputError} `ERR_RUN_MISSING`
 */
export async function inspectBundle(path: string): Promise<Inspection> {
  const source = await openSource(path);
  const planText = tryDecodeUtf8(source.files.get('plan.json') ?? new Uint8Array());
  if (planText === null || planText === '') {
    throw new VerificationError('ERR_FILE_MISSING', `cannot inspect ${path}: there is no plan in it`);
  }
  const plan = parsePlan(planText);
  return {
    verified: false,
    path,
    level: source.level,
    run_id: runId(planDigest(planText)),
    claimed_signer: sshFingerprint(decodeHex(plan.signer.public_key)),
    plan,
    file_bytes: Object.fromEntries([...source.files].map(([name, bytes]) => [name, bytes.length])),
    ...(await countLines(source)),
  };
}

async function countLines({ lines }: RunSource): Promise<Pick<Inspection, 'records' | 'openings'>> {
  const records: Record<string, number> = {};
  const openings: Record<string, number> = {};
  for await (const batch of lines ?? []) {
    for (const line of batch) {
      const isOpening = isOpeningLine(line);
      const [counts, kind] = isOpening ? [openings, parseOpening(line).label] : [records, parseRecord(line).k];
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  return { records, openings };
}

/** The same for people. */
export function inspectionLines(inspection: Inspection): readonly string[] {
  const { level, plan, run_id, claimed_signer, file_bytes, records, openings } = inspection;
  const { suite, endpoint, judge, selection, rules, runner, signer } = plan;
  const rows: readonly (readonly string[])[] = [
    ['run', `${run_id}, planned at ${plan.created_at}`],
    ['level', level ?? 'run folder: everything'],
    [
      'suite',
      `${suite.id} ${suite.version}, ${count(selection.size)} of ${count(suite.size)} items × ${rules.repeats}, ${suite.visibility}, licence ${suite.licence}`,
    ],
    ['endpoint', `${endpoint.name} (${endpoint.kind}), model ${endpoint.model} at ${endpoint.base_url}`],
    ['harness', harnessText(harnessOf(rules.harness))],
    ['scorer', `${rules.scorer.id} ${rules.scorer.version}`],
    ...(judge === undefined ? [] : [['judge', `${judge.name}, ${judge.model} at ${judge.base_url}: ${JUDGEMENT}`]]),
    ['signer', `calls itself ${signer.name} (${signer.kind}), ${claimed_signer}`],
    ['runner', `${runner.name} ${runner.version} on ${runner.platform}`],
    ['files', counted(file_bytes, 'bytes')],
    ['records', counted(records)],
    ['openings', counted(openings)],
  ];
  return [`${inspection.path}: nothing of this is verified`, ...alignColumns(rows)];
}

function counted(counts: Readonly<Record<string, number>>, unit = ''): string {
  const parts = Object.entries(counts).map(
    ([name, number]) => `${name} ${count(number)}${unit === '' ? '' : ` ${unit}`}`,
  );
  return parts.length === 0 ? 'none' : parts.join(', ');
}
