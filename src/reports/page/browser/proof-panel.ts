/** The head of the page as verification goes on. */
import type { ReportModel } from '../../model.ts';
import type { EmbeddedReport } from '../embedded.ts';
import type { Markup } from '../markup.ts';
import {
  bundleTable,
  proofBody,
  proofLine,
  proofWord,
  type Outcome,
  type ProofBundle,
  type ProofState,
} from '../proof.ts';
import type { FailedTranscript } from '../verification.ts';
import { contradictions, missingRuns, statedOnly } from '../stated.ts';
import { byId, byKind } from './by-id.ts';
import { nodesOf } from './nodes.ts';

/** The head of a page. */
export interface ProofPanel {
  /** Transcripts that are going to be verified; each gets its id. */
  given(bundles: readonly Pick<ProofBundle, 'name' | 'sizeBytes'>[]): readonly number[];
  progress(id: number, share: number): void;
  checked(id: number, outcome: Outcome): void;
  /** Everything given has been checked. */
  finished(found: ReportModel | null, tookMs: number): void;
  /** The transcripts that did not verify. */
  failures(): readonly FailedTranscript[];
  /** A key could not be read. */
  refused(message: string): void;
  /** Nothing more will be verified. */
  broken(message: string): void;
}

/** What a reader asks of the head of a page. */
export interface ProofRequests {
  readonly onTrust: (keys: string) => void;
}

const NOTHING: ProofState = {
  bundles: [],
  found: null,
  contradictions: [],
  missing: [],
  statedOnly: [],
  tookMs: 0,
  isChecking: false,
  fault: null,
};

/** The head of a page that has verified nothing yet. */
export function createProofPanel(report: EmbeddedReport, { onTrust }: ProofRequests): ProofPanel {
  let state: ProofState = NOTHING;
  const change = (part: Partial<ProofState>): void => {
    state = { ...state, ...part };
    render(state, report);
  };
  const changeBundle = (id: number, part: Partial<ProofBundle>): void =>
    change({ bundles: state.bundles.map((bundle, at) => (at === id ? { ...bundle, ...part } : bundle)) });

  byId('proof-trust').addEventListener('submit', (event) => {
    event.preventDefault();
    byId('proof-refused').textContent = '';
    change({ isChecking: true });
    onTrust(byKind('proof-key', HTMLInputElement).value);
  });
  byKind('proof-more', HTMLDetailsElement).hidden = false;
  byKind('proof-more', HTMLDetailsElement).open = !report.carried;
  change({});
  return {
    given(bundles) {
      const first = state.bundles.length;
      const waiting = bundles.map((bundle) => ({ ...bundle, share: 0, outcome: null }));
      change({ bundles: [...state.bundles, ...waiting], isChecking: true });
      return bundles.map((_, at) => first + at);
    },
    progress: (id, share) => changeBundle(id, { share }),
    checked: (id, outcome) => changeBundle(id, { share: 1, outcome }),
    finished(found, tookMs) {
      const stated = report.view.model;
      change({
        found,
        tookMs,
        isChecking: false,
        contradictions: found === null ? [] : contradictions(stated, found),
        missing: found === null ? [] : missingRuns(stated, found),
        statedOnly: found === null ? [] : statedOnly(stated, found),
      });
      if (proofWord(state) === 'failed') byKind('proof-more', HTMLDetailsElement).open = true;
    },
    failures: () =>
      state.bundles.flatMap(({ name, outcome }) =>
        outcome === null || outcome.verified ? [] : [{ name, axis: outcome.axis, code: outcome.code }],
      ),
    refused(message) {
      byId('proof-refused').textContent = message;
      change({ isChecking: false });
    },
    broken: (fault) => change({ fault, isChecking: false }),
  };
}

function render(state: ProofState, report: EmbeddedReport): void {
  const word = proofWord(state);
  byId('proof').dataset['state'] = word;
  document.documentElement.dataset['proof'] = word;
  fill('proof-line', proofLine(state, report));
  fill('proof-body', proofBody(state));
  fill('proof-bundles', bundleTable(state.bundles, report));
  const seal = byId('seal');
  seal.textContent = SEALS[word];
  seal.hidden = false;
  const progress = byKind('proof-progress', HTMLProgressElement);
  progress.hidden = !state.isChecking;
  progress.value = state.bundles.reduce((sum, { share }) => sum + share, 0) / Math.max(1, state.bundles.length);
}

const SEALS = {
  stated: 'not verified here',
  checking: 'verifying…',
  verified: 'verified here',
  failed: 'verification failed',
} as const;

// A status that says the same again is not said again.
function fill(id: string, markup: Markup): void {
  const nodes = nodesOf(markup);
  const element = byId(id);
  if (element.textContent !== nodes.textContent) element.replaceChildren(nodes);
}
