/** A publication without records: two signed statements. What they say about samples is declared, not derived. */
import { encodeHex, equalBytes } from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import type { JsonObject } from '../core/canonical-json.ts';
import { parseStatement, type StatementSubject } from '../core/statement.ts';
import type { Digest } from '../core/digest.ts';
import { parseRecord } from '../transcript/record-line.ts';
import type { AggregateRecord, EndRecord } from '../transcript/record.ts';
import { formatLine } from '../core/line-form.ts';
import { rulesDigest, runId } from '../transcript/plan.ts';
import { resultStatement } from '../transcript/statement.ts';
import type { RunSource } from '../transcript/source.ts';
import { authorship, execution, timeAxis } from './axes.ts';
import type { OpenedFiles } from './open.ts';
import { checkDistinct } from './pass.ts';
import { markVerified, type VerifiedTranscript } from './verified-transcript.ts';

/**
 * Verify a publication that has no records.
 *
 * The payload is read back into what it states and made again from that, so it holds nothing a full run could not state.
 *
 * @throws {@link VerificationError} `ERR_RUN_UNFINISHED`, `ERR_RESULT`, `ERR_CHECKPOINT_ROOT`
 */
export function openStatementOnly(source: RunSource, files: OpenedFiles): VerifiedTranscript {
  const { plan, resultPayload, checkpoints } = files;
  if (resultPayload === null)
    throw new VerificationError('ERR_RUN_UNFINISHED', 'cannot accept result: result.dsse.json is missing');
  const { aggregates, end, tree, records } = readResult(resultPayload);
  const digests = { plan: files.planDigest, suite: plan.suite.digest, records, checkpoints: files.checkpointsDigest };
  if (!equalBytes(resultPayload, resultStatement({ plan, digests, tree, aggregates, end }))) throw resultError();
  checkDistinct(aggregates);
  const last = checkpoints.at(-1);
  if (last?.size !== tree.size || encodeHex(last.root) !== tree.rootHex) {
    throw new VerificationError(
      'ERR_CHECKPOINT_ROOT',
      'cannot accept checkpoints: the last one is not over the signed tree',
    );
  }
  const scope = 'the records are not published; the signer says so';
  return markVerified({
    name: source.name,
    runId: runId(files.planDigest),
    planDigest: files.planDigest,
    rulesDigest: rulesDigest(plan),
    plan,
    suiteText: files.suiteText,
    level: source.level,
    signer: files.signer,
    axes: [
      { axis: 'integrity', verdict: 'proven', scope: 'the signed plan and the signed result are unaltered' },
      authorship(files),
      timeAxis(files),
      { axis: 'completeness', verdict: 'declared', scope },
      { axis: 'scoring', verdict: 'declared', scope },
      execution(files, null),
      { axis: 'reproduction', verdict: 'not evaluated', scope: 'no second run was compared' },
    ],
    execution: null,
    stop: null,
    metrics: aggregates.map((record) => ({ function: record.function, status: 'declared', result: record.result })),
    probes: null,
    end,
    totals: null,
    samples: null,
    tree,
  });
}

interface StatedResult {
  readonly aggregates: readonly AggregateRecord[];
  readonly end: EndRecord;
  readonly tree: { readonly size: number; readonly rootHex: string };
  readonly records: Digest;
}

function readResult(payload: Uint8Array): StatedResult {
  try {
    const { predicate, subject } = parseStatement(payload);
    const { metrics, evaluatedAt, reason, counts, tree } = predicate as Readonly<Record<string, JsonObject>>;
    const aggregates = (Array.isArray(metrics) ? metrics : []).map((metric: JsonObject) =>
      parseRecord(formatLine({ ...metric, k: 'aggregate', seq: 0 })),
    ) as AggregateRecord[];
    const end = parseRecord(formatLine({ at: evaluatedAt, counts, k: 'end', reason, seq: 0 })) as EndRecord;
    const { root, size } = { ...tree };
    if (typeof root !== 'string' || typeof size !== 'number') throw resultError();
    return { aggregates, end, tree: { size, rootHex: root }, records: digestOf(subject, 'records.jsonl') };
  } catch (cause) {
    throw resultError(cause);
  }
}

function digestOf(subject: readonly StatementSubject[], name: string): Digest {
  const found = subject.find((entry) => entry.name === name);
  if (found === undefined) throw resultError();
  return found.digest.sha256;
}

function resultError(cause?: unknown): VerificationError {
  return new VerificationError('ERR_RESULT', 'cannot accept result: it does not state what a result states', { cause });
}
