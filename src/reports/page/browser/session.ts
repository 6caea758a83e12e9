/**
 * The verifying half of a page: takes transcripts, says what became of each, and has the figures over those that verified.
 *
 * Runs in a worker. What it hands out as figures is made from `VerifiedTranscript`s alone.
 */
import { openBundleBytes } from '../../../archive/bundle-bytes.ts';
import { tryDecodeBase64 } from '../../../core/bytes.ts';
import { isTouchstoneError, VerificationError } from '../../../core/errors.ts';
import { parsePublicKeys, type PublicKey } from '../../../core/key.ts';
import { bundleError } from '../../../transcript/publication.ts';
import { axisOfFault } from '../../../verifier/axes.ts';
import type { VerifiedTranscript } from '../../../verifier/verified-transcript.ts';
import { verifyRun } from '../../../verifier/verify.ts';
import { comparedRun } from '../../comparison/compared-run.ts';
import { disclosedSamples } from '../../disclosure.ts';
import { lazyItems } from '../items-data.ts';
import { pageView } from '../view.ts';
import { carriedItems, createItemIndex, type ItemIndex } from './item-index.ts';
import type { Outcome } from '../proof.ts';
import type { GivenBundle, PageRequest, PageTitle, WorkerReport } from './messages.ts';

/** What a transcript may show is decided by whoever published it: everything it opens. */
const EVERYTHING = { level: 'D3' } as const;

/** Most that a transcript may unpack to, so that a page stays within the memory of a phone. */
const MAX_UNPACKED_BYTES = 2 ** 30;

/** What a session needs from where it runs. */
export interface SessionHost {
  readonly report: (report: WorkerReport) => void;
  /** Milliseconds from any moment. */
  readonly now: () => number;
}

interface Bundle {
  readonly id: number;
  readonly name: string;
  readonly bytes: Uint8Array | null;
  /** Null until it is verified. */
  checked: VerifiedTranscript | 'failed' | null;
}

/** A session without transcripts; requests are handled one after the other. */
export function createSession(host: SessionHost): (request: PageRequest) => Promise<void> {
  const bundles: Bundle[] = [];
  let keys: readonly PublicKey[] = [];
  let index: ItemIndex = createItemIndex([]);

  const showItems = (next: ItemIndex): void => {
    index = next;
    host.report({ kind: 'lists', lists: index.lists });
  };
  const check = async (title: PageTitle): Promise<void> => {
    const startedMs = host.now();
    for (const bundle of bundles.filter(({ checked }) => checked === null)) {
      host.report({ kind: 'checked', id: bundle.id, outcome: await checkBundle(bundle, bundles, { keys, host }) });
    }
    const runs = distinctRuns(bundles);
    const { title: text, createdAt } = title;
    const options = { title: text, ...(createdAt === null ? {} : { createdAt }), disclosure: EVERYTHING };
    const compared = runs.map((run) => comparedRun(run, EVERYTHING));
    const view = runs.length === 0 ? null : pageView(runs, compared, options);
    host.report({ kind: 'view', view, tookMs: host.now() - startedMs });
    if (view === null) return;
    const byId = new Map(runs.map((run) => [run.runId, disclosedSamples(run, EVERYTHING)]));
    showItems(createItemIndex(lazyItems(view.model, (runId) => byId.get(runId) ?? [])));
  };

  return async (request) => {
    switch (request.kind) {
      case 'add':
        bundles.push(...request.bundles.map(newBundle));
        return await check(request.title);
      case 'trust': {
        const read = readKeys(request.keys);
        if ('refused' in read) return host.report({ kind: 'refused', message: read.refused });
        ({ keys } = read);
        for (const bundle of bundles) bundle.checked = null;
        return await check(request.title);
      }
      case 'stated':
        return showItems(createItemIndex(carriedItems(request.items)));
      case 'find':
        return host.report({ kind: 'found', ticket: request.ticket, positions: index.find(request.query) });
      case 'open': {
        const item = index.open(request.suite, request.position);
        return host.report({ kind: 'opened', ticket: request.ticket, item });
      }
    }
  };
}

function newBundle({ id, name, content }: GivenBundle): Bundle {
  const bytes = 'bytes' in content ? new Uint8Array(content.bytes) : tryDecodeBase64(content.base64);
  return { id, name, bytes, checked: null };
}

function readKeys(text: string): { readonly keys: readonly PublicKey[] } | { readonly refused: string } {
  if (text.trim() === '') return { keys: [] };
  try {
    return { keys: parsePublicKeys(text) };
  } catch (cause) {
    if (isTouchstoneError(cause)) return { refused: cause.message };
    throw cause;
  }
}

interface CheckContext {
  readonly keys: readonly PublicKey[];
  readonly host: SessionHost;
}

async function checkBundle(bundle: Bundle, all: readonly Bundle[], { keys, host }: CheckContext): Promise<Outcome> {
  const { id, name, bytes } = bundle;
  bundle.checked = 'failed';
  try {
    if (bytes === null) throw bundleError('it is not in base64');
    const onProgress = (share: number): void => host.report({ kind: 'progress', id, share });
    const source = await openBundleBytes(name, bytes, { onProgress, maxTotalBytes: MAX_UNPACKED_BYTES });
    const verification = await verifyRun(source, { trusted: keys, keepSamples: true });
    if (!verification.verified) throw verification.fault;
    const { transcript } = verification;
    const duplicate = all.some(({ checked }) => isRun(checked) && checked.planDigest === transcript.planDigest);
    bundle.checked = transcript;
    const { runId, level, signer, plan } = transcript;
    return { verified: true, runId, level, signer, duplicate, endpoint: plan.endpoint.name, suite: plan.suite.id };
  } catch (cause) {
    return failure(cause);
  }
}

function failure(cause: unknown): Outcome {
  if (cause instanceof VerificationError) {
    return { verified: false, code: cause.code, axis: axisOfFault(cause), message: cause.message };
  }
  // Fails closed: what the verifier cannot get through is not verified.
  const message = `the verifier could not finish: ${cause instanceof Error ? cause.message : String(cause)}`;
  return {
    verified: false,
    code: isTouchstoneError(cause) ? cause.code : 'ERR_UNEXPECTED',
    axis: 'integrity',
    message,
  };
}

// Of several transcripts of one run, the one that discloses most.
function distinctRuns(bundles: readonly Bundle[]): readonly VerifiedTranscript[] {
  const best = new Map<string, VerifiedTranscript>();
  for (const { checked } of bundles) {
    if (!isRun(checked)) continue;
    const known = best.get(checked.planDigest);
    if (known === undefined || (known.level ?? 'D0') < (checked.level ?? 'D0')) best.set(checked.planDigest, checked);
  }
  return [...best.values()];
}

function isRun(checked: Bundle['checked']): checked is VerifiedTranscript {
  return checked !== null && checked !== 'failed';
}
