/** What the page carries, read from the elements that hold it. */
import { BUNDLE_CLASS, ITEMS_ELEMENT, REPORT_ELEMENT, type EmbeddedReport } from '../embedded.ts';
import type { ItemsData } from '../items-data.ts';

/** A transcript in an element of the page. */
export interface CarriedBundle {
  readonly name: string;
  readonly sizeBytes: number;
  readonly base64: string;
}

/** The report as stated. Its maker is believed in nothing that a transcript can show. */
export function embeddedReport(): EmbeddedReport {
  return JSON.parse(textOf(REPORT_ELEMENT) ?? '') as EmbeddedReport;
}

/** The samples that a page without transcripts carries; null if it has none. */
export function embeddedItems(): ItemsData | null {
  const text = textOf(ITEMS_ELEMENT);
  return text === null ? null : (JSON.parse(text) as ItemsData);
}

/** The transcripts; their elements are emptied, because their text is wanted once. */
export function embeddedBundles({ bundles }: EmbeddedReport): readonly CarriedBundle[] {
  return [...document.getElementsByClassName(BUNDLE_CLASS)].map((element, at) => {
    const base64 = element.textContent ?? '';
    element.remove();
    return { name: bundles[at]?.name ?? 'unnamed', sizeBytes: Math.floor((base64.length / 4) * 3), base64 };
  });
}

function textOf(id: string): string | null {
  return document.getElementById(id)?.textContent ?? null;
}
