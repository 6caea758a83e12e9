/**
 * The samples that the page carries: grouped by suite and item, so that the answers of all endpoints stand side by side.
 *
 * The page has a bound, samples.csv has none; what was left out is counted and said.
 */
import { encodeUtf8 } from '../../core/bytes.ts';
import type { VerifiedSample } from '../../verifier/verified-transcript.ts';
import { count } from '../figures.ts';
import { askedName } from '../harness.ts';
import { printable } from '../printable.ts';
import type { ReportModel, ReportRun } from '../model.ts';
import { embeddedJson } from './markup.ts';

/** Most transcripts; in a page without them, most samples of one run, bytes of all samples (each suite has an equal share), and characters of one text in a page. */
export interface PageLimits {
  /** Most bytes of all transcripts together; a page carries all of them or none. */
  readonly bundleBytes: number;
  readonly samplesPerRun: number;
  readonly totalBytes: number;
  readonly textCharacters: number;
}

/** The limits of a page that opens quickly on a phone. */
export const PAGE_LIMITS: PageLimits = {
  bundleBytes: 20_000_000,
  samplesPerRun: 2000,
  totalBytes: 20_000_000,
  textCharacters: 20_000,
};

/** What the script of the page reads. Texts are printable already. */
export interface ItemsData {
  readonly suites: readonly ItemsSuite[];
  /** Samples in the page and in all. */
  readonly shown: number;
  readonly total: number;
}

/** The items of one suite definition. */
interface ItemsSuite extends SuiteHead {
  readonly items: readonly ItemView[];
}

/** A suite definition with the runs of it. */
export interface SuiteHead {
  readonly name: string;
  readonly runs: readonly { readonly name: string; readonly labels: readonly string[]; readonly run: string }[];
}

/** The items of a suite, each made when it is asked for. */
export interface LazySuite extends SuiteHead {
  readonly size: number;
  readonly view: (position: number) => ItemView;
}

/** An item with every answer to it. */
export interface ItemView {
  readonly index: number;
  readonly id?: string;
  readonly tags?: readonly string[];
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly target?: string;
  /** Per run of the suite, per repeat. */
  readonly samples: readonly (readonly SampleView[])[];
}

/** One answer and what became of it. */
export interface SampleView {
  readonly repeat: number;
  readonly verdict: 'right' | 'wrong' | 'partial' | 'unscored';
  /** The fraction of a partial score, or the reason for having none. */
  readonly why?: string;
  readonly answer?: string;
  readonly extracted?: string | null;
  readonly rule?: string;
  readonly foot: string;
}

/** The samples of a run, or the first of them, and how many it has. */
export interface RunSamples {
  readonly samples: readonly VerifiedSample[];
  readonly sampleCount: number;
}

/** The samples of a page, as far as its limits go. */
export function itemsData(
  model: ReportModel,
  samplesOf: (runId: string) => RunSamples,
  limits: PageLimits = PAGE_LIMITS,
): ItemsData {
  const definitions = groupByDefinition(model.runs);
  const suiteBytes = limits.totalBytes / definitions.length;
  const groups = definitions.map((runs) => {
    const all = runs.map(({ run_id: id }) => samplesOf(id));
    const kept = all.map(({ samples }) => samples.slice(0, limits.samplesPerRun));
    const suite = withinBytes(lazySuite(runs, kept, limits.textCharacters), suiteBytes);
    return { total: all.reduce((sum, { sampleCount }) => sum + sampleCount, 0), suite };
  });
  const suites = groups.map(({ suite }) => suite);
  const shown = suites.flatMap(({ items }) => items).flatMap(({ samples }) => samples.flat()).length;
  return { suites, shown, total: groups.reduce((sum, { total }) => sum + total, 0) };
}

/** The samples of a report without any limit, made item by item. */
export function lazyItems(
  model: ReportModel,
  samplesOf: (runId: string) => readonly VerifiedSample[],
): readonly LazySuite[] {
  return groupByDefinition(model.runs).map((runs) =>
    lazySuite(
      runs,
      runs.map(({ run_id: id }) => samplesOf(id)),
      Infinity,
    ),
  );
}

// Runs of one suite definition have the same items and prompts.
function groupByDefinition(runs: readonly ReportRun[]): readonly (readonly ReportRun[])[] {
  const digests = [...new Set(runs.map(({ suite }) => suite.digest))];
  return digests.map((digest) => runs.filter(({ suite }) => suite.digest === digest));
}

function lazySuite(
  runs: readonly ReportRun[],
  samples: readonly (readonly VerifiedSample[])[],
  textCharacters: number,
): LazySuite {
  const byItem = new Map<number, VerifiedSample[][]>();
  for (const [run, list] of samples.entries()) {
    for (const sample of list) {
      const found = byItem.get(sample.index) ?? runs.map(() => []);
      found[run]?.push(sample);
      byItem.set(sample.index, found);
    }
  }
  const indices = [...byItem.keys()].toSorted((a, b) => a - b);
  const [first] = runs;
  return {
    name: first === undefined ? '' : printable(`${first.suite.id} ${first.suite.version}`),
    runs: runs.map((run) => ({ name: printable(askedName(run)), labels: run.labels, run: run.run_id })),
    size: indices.length,
    view(position) {
      const index = indices[position] ?? 0;
      return itemView(index, byItem.get(index) ?? [], textCharacters);
    },
  };
}

function withinBytes({ name, runs, size, view }: LazySuite, bytes: number): ItemsSuite {
  const items: ItemView[] = [];
  let left = bytes;
  for (let position = 0; position < size; position++) {
    const item = view(position);
    left -= encodeUtf8(embeddedJson(item)).length;
    if (left < 0) break;
    items.push(item);
  }
  return { name, runs, items };
}

function itemView(index: number, samples: readonly (readonly VerifiedSample[])[], textCharacters: number): ItemView {
  const opened = samples.flat().find(({ messages }) => messages !== undefined) ?? samples.flat()[0];
  const cut = (text: string): string => cutText(text, textCharacters);
  return {
    index,
    ...(opened?.id === undefined ? {} : { id: cut(opened.id) }),
    ...(opened?.tags === undefined ? {} : { tags: opened.tags.map(cut) }),
    ...(opened?.messages === undefined
      ? {}
      : { messages: opened.messages.map(({ role, content }) => ({ role, content: cut(content) })) }),
    ...(opened?.target === undefined ? {} : { target: cut(targetText(opened.target)) }),
    samples: samples.map((list) => list.map((sample) => sampleView(sample, cut))),
  };
}

function sampleView(sample: VerifiedSample, cut: (text: string) => string): SampleView {
  const { extracted } = sample;
  return {
    repeat: sample.repeat,
    ...verdictView(sample),
    ...(sample.answer === undefined ? {} : { answer: cut(sample.answer) }),
    ...(extracted === undefined ? {} : { extracted: extracted === null ? null : cut(extracted) }),
    ...(sample.rule === undefined ? {} : { rule: printable(sample.rule) }),
    foot: footText(sample),
  };
}

function verdictView({ score, unscored }: VerifiedSample): Pick<SampleView, 'verdict' | 'why'> {
  if (score === null) return { verdict: 'unscored', why: unscored ?? 'no reason' };
  if (score.num === score.den) return { verdict: 'right' };
  return score.num === 0 ? { verdict: 'wrong' } : { verdict: 'partial', why: `${score.num}/${score.den}` };
}

function footText(sample: VerifiedSample): string {
  const failed = sample.attempts.filter((status) => status !== 'ok');
  const parts = [
    sample.latencyUs === null ? '' : `${count(Math.round(sample.latencyUs / 1000))} ms`,
    sample.completionTokens === null ? '' : `${count(sample.completionTokens)} tokens`,
    failed.length === 0 ? '' : `attempts: ${sample.attempts.join(', ')}`,
    sample.score === null || sample.rescored ? '' : 'verdict declared, not re-scored',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

// A text target is shown as that text, any other as its JSON.
function targetText(target: string): string {
  const value: unknown = JSON.parse(target);
  return typeof value === 'string' ? value : target;
}

function cutText(text: string, characters: number): string {
  if (text.length <= characters) return printable(text);
  return `${printable(text.slice(0, characters))}\n⟨${count(text.length - characters)} more characters, see samples.csv⟩`;
}
