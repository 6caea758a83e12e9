/** The head of a page: what has been verified where, transcript by transcript, and what has not. */
import type { DisclosureLevel } from '../../transcript/source.ts';
import type { Axis, SignerVerdict } from '../../verifier/verdict.ts';
import { count, duration } from '../figures.ts';
import type { ReportModel } from '../model.ts';
import type { EmbeddedReport } from './embedded.ts';
import { html, type Markup } from './markup.ts';
import { verdictMark } from './sections.ts';
import type { Contradiction } from './stated.ts';

/** What became of a transcript. */
export type Outcome =
  | {
      readonly verified: true;
      readonly runId: string;
      readonly endpoint: string;
      readonly suite: string;
      readonly level: DisclosureLevel | null;
      readonly signer: SignerVerdict;
      /** Whether another transcript on the page is of the same run. */
      readonly duplicate: boolean;
    }
  | { readonly verified: false; readonly code: string; readonly axis: Axis; readonly message: string };

/** A transcript on the page. */
export interface ProofBundle {
  readonly name: string;
  readonly sizeBytes: number;
  /** Part that has been read, from 0 to 1. */
  readonly share: number;
  /** Null until it has been checked. */
  readonly outcome: Outcome | null;
}

/** Everything the head of a page depends on. */
export interface ProofState {
  readonly bundles: readonly ProofBundle[];
  /** Figures that were found; null until everything given has been checked, and if nothing verified. */
  readonly found: ReportModel | null;
  readonly contradictions: readonly Contradiction[];
  /** Runs of the report whose transcripts are not here. */
  readonly missing: readonly string[];
  /** What the page states to be proven and this browser has not shown, such as `execution (2 runs)`. */
  readonly statedOnly: readonly string[];
  readonly tookMs: number;
  readonly isChecking: boolean;
  /** What went wrong with the page itself. */
  readonly fault: string | null;
}

/** The one word for the state of a page. */
export type ProofWord = 'stated' | 'checking' | 'verified' | 'failed';

/** The word for a state; whatever failed outweighs everything. */
export function proofWord(state: ProofState): ProofWord {
  const hasFailed = state.bundles.some(({ outcome }) => outcome?.verified === false);
  if (hasFailed || state.fault !== null || state.contradictions.length > 0) return 'failed';
  if (state.isChecking) return 'checking';
  return state.found === null ? 'stated' : 'verified';
}

/** The frame as it is before any script runs; the script fills its parts. */
export function proofFrame(report: EmbeddedReport): Markup {
  const number = report.bundles.length;
  const files = `${number} ${number === 1 ? 'transcript' : 'transcripts'}`;
  const line = report.carried
    ? `This page carries ${files}. With JavaScript, your browser verifies them and computes every figure again.`
    : 'The figures below are as stated by whoever made this page. With JavaScript, your browser verifies their transcripts.';
  return html`<div id="proof" class="proof" data-state="stated">
    <p id="proof-line" class="proof-line" role="status">${line}</p>
    <progress id="proof-progress" max="1" value="0" aria-label="Verification" hidden></progress>
    <div id="proof-body"></div>
    <details id="proof-more" hidden>
      <summary>Transcripts and keys</summary>
      <div id="proof-bundles"></div>
      <div id="proof-controls" class="proof-controls">
        <div>
          <label class="button" for="proof-files">Add transcripts</label>
          <input id="proof-files" class="unseen" type="file" multiple accept=".gz" />
          <span class="muted">or drop them anywhere on this page. Nothing leaves your computer.</span>
        </div>
        <form id="proof-trust">
          <label class="field grow" for="proof-key">
            <span>A key you trust: a vkey, or an OpenSSH ssh-ed25519 public key</span>
            <input id="proof-key" type="text" autocomplete="off" spellcheck="false" />
          </label>
          <button type="submit">Verify against it</button>
          <p id="proof-refused" class="refused" role="alert"></p>
        </form>
      </div>
      <p class="legend">
        Whoever made this page also made its code. To depend on neither, run <code>touchstone verify</code> on the transcripts, or
        drop them on a page that you made yourself with <code>touchstone report</code>.
      </p>
    </details>
  </div>`;
}

const MARKS = { stated: 'not evaluated', checking: 'not evaluated', verified: 'proven', failed: 'failed' } as const;

/** One sentence on what has been verified. */
export function proofLine(state: ProofState, report: EmbeddedReport): Markup {
  const word = proofWord(state);
  return html`${verdictMark(MARKS[word])} ${sentence(word, state, report)}`;
}

function sentence(word: ProofWord, state: ProofState, report: EmbeddedReport): Markup {
  const { bundles, found, tookMs } = state;
  const total = bundles.length;
  const done = bundles.filter(({ outcome }) => outcome !== null).length;
  switch (word) {
    case 'stated':
      return html`<strong>Not verified here yet.</strong> The figures below are as stated by whoever made this page. Add
        ${report.bundles.length === 1 ? 'its transcript' : `its ${count(report.bundles.length)} transcripts`} and your browser verifies and
        re-scores every answer.`;
    case 'checking':
      return html`<strong>Verifying in this browser…</strong> transcript ${Math.min(done + 1, total)} of ${total}. Until then the
        figures below are as stated by whoever made this page.`;
    case 'failed':
      return failedSentence(state, report);
    case 'verified':
      return html`<strong>Verified in this browser:</strong> ${transcripts(state)}, ${count(samplesOf(found))} samples in
        ${duration(tookMs)}. Every figure below was computed again from signed records.`;
  }
}

function failedSentence({ bundles, fault, found, contradictions }: ProofState, { carried }: EmbeddedReport): Markup {
  if (fault !== null) return html`<strong>Verification broke off:</strong> ${fault}.`;
  const failed = bundles.filter(({ outcome }) => outcome?.verified === false).length;
  if (failed === 0) {
    const runs = contradictions.length === 1 ? 'a run' : `${count(contradictions.length)} runs`;
    return html`<strong>This page contradicts its transcripts:</strong> of ${runs} it states other figures than the transcripts
      give. Those below are of the transcripts.`;
  }
  const nothing = carried ? 'Nothing is verified, so nothing is shown.' : 'Nothing is verified here.';
  const rest = found === null ? nothing : 'What failed is not shown below.';
  return html`<strong>${failed} of ${bundles.length} transcripts failed verification.</strong> ${rest}`;
}

function transcripts({ bundles, missing }: ProofState): string {
  const verified = bundles.filter(({ outcome }) => outcome?.verified).length;
  return missing.length === 0 ? `${verified} of ${bundles.length} transcripts` : `${verified} transcripts`;
}

function samplesOf(model: ReportModel | null): number {
  return model?.runs.reduce((sum, { counts }) => sum + counts.planned, 0) ?? 0;
}

/** What needs saying beside the sentence: faults, contradictions, what is missing, and what is only stated. */
export function proofBody(state: ProofState): Markup {
  const faults = state.bundles.flatMap(({ name, outcome }) =>
    outcome?.verified === false
      ? [html`<li class="fault"><bdi>${name}</bdi>: <code>${outcome.code}</code> ${outcome.message}</li>`]
      : [],
  );
  const contradicted = state.contradictions.map(
    ({ name, fields }) => html`<li class="fault"><bdi>${name}</bdi>: the page states another ${fields.join(', ')}</li>`,
  );
  const lines = [...faults, ...contradicted, ...remarks(state)];
  return lines.length === 0 ? html`` : html`<ul class="proof-remarks">${lines}</ul>`;
}

function remarks({ missing, statedOnly, found }: ProofState): readonly Markup[] {
  if (found === null) return [];
  return [
    ...(missing.length === 0
      ? []
      : [html`<li>Not shown, because no transcript of them has been verified here: ${list(missing)}.</li>`]),
    ...(statedOnly.length === 0
      ? []
      : [html`<li>Stated by whoever made this page, and not evaluated here: ${list(statedOnly)}.</li>`]),
  ];
}

const MAX_NAMED = 6;

function list(names: readonly string[]): string {
  const rest = names.length - MAX_NAMED;
  return names.slice(0, MAX_NAMED).join(', ') + (rest > 0 ? ` and ${count(rest)} more` : '');
}

/** One row per transcript. */
export function bundleTable(bundles: readonly ProofBundle[], report: EmbeddedReport): Markup {
  const rows = bundles.map(
    ({ name, sizeBytes, share, outcome }) => html`<tr>
      <th scope="row"><bdi>${name}</bdi> <span class="muted">${size(sizeBytes)}</span></th>
      <td>${outcome === null ? progressText(share) : outcomeText(outcome)}</td>
    </tr>`,
  );
  const wanted = report.carried ? [] : report.bundles.filter(({ run_id: id }) => !isHere(id, bundles));
  const awaited = wanted.map(
    ({ name }) => html`<tr>
      <th scope="row"><bdi>${name}</bdi></th>
      <td class="muted">not here; drop it on this page</td>
    </tr>`,
  );
  return html`<table class="bundles">
    <caption class="unseen">Transcripts on this page</caption>
    <thead class="unseen"><tr><th scope="col">Transcript</th><th scope="col">State</th></tr></thead>
    <tbody>${rows}${awaited}</tbody>
  </table>`;
}

function isHere(runId: string, bundles: readonly ProofBundle[]): boolean {
  return bundles.some(({ outcome }) => outcome?.verified === true && outcome.runId === runId);
}

function progressText(share: number): string {
  return share === 0 ? 'waiting' : `verifying, ${Math.floor(share * 100)} % read`;
}

function outcomeText(outcome: Outcome): Markup {
  if (!outcome.verified) {
    return html`${verdictMark('failed')} <span class="failed">failed</span>, ${outcome.axis}: <code>${outcome.code}</code>`;
  }
  const { signer, endpoint, suite, level, duplicate } = outcome;
  const who = {
    trusted: 'the key you named',
    unidentified: 'an unidentified key',
    ephemeral: 'a key made for the run',
  };
  return html`${verdictMark('proven')} verified at ${level ?? 'D3'}: <bdi>${endpoint}</bdi> on <bdi>${suite}</bdi>, signed by
    ${who[signer.status]} <code>${signer.fingerprint}</code>${duplicate && ', the same run as another transcript here'}`;
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
