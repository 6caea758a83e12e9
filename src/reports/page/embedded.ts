/** What a page carries beside its markup: the figures as stated, the transcripts, or the samples in their place. */
import type { PageView } from './view.ts';

/** The elements that hold it, none of which a browser executes. */
export const REPORT_ELEMENT = 'report-data';
export const ITEMS_ELEMENT = 'items-data';
export const BUNDLE_CLASS = 'bundle-data';

/** A transcript that belongs to a report. */
export interface PageBundle {
  /** File name. */
  readonly name: string;
  readonly run_id: string;
}

/** The report as whoever made the page states it. */
export interface EmbeddedReport {
  readonly view: PageView;
  /** In the order of the elements that carry them, if the page carries them. */
  readonly bundles: readonly PageBundle[];
  readonly carried: boolean;
}
