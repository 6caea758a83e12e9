/** Where a verifier reads a run from: a folder, a bundle, or bytes in a page. Nothing a source gives is trusted. */

/** The small files of a run, in the order in which a bundle has them. */
export const RUN_FILES = [
  'plan.json',
  'plan.dsse.json',
  'suite.json',
  'baseline.json',
  'checkpoints.jsonl',
  'result.dsse.json',
] as const;

/** The name of a small file of a run. */
export type RunFile = (typeof RUN_FILES)[number];

/**
 * How much a publication discloses: D0 the signed statements, D1 the records too, D2 also chosen openings, D3 all of
 * them.
 */
export type DisclosureLevel = 'D0' | 'D1' | 'D2' | 'D3';

/** A run as it was found. */
export interface RunSource {
  /** What a message calls it: a path or a file name. */
  readonly name: string;
  /** The level a bundle says it has; null for a folder. */
  readonly level: DisclosureLevel | null;
  readonly files: ReadonlyMap<RunFile, Uint8Array>;
  /** Files of evidence by the digest that they are said to have. */
  readonly evidence: ReadonlyMap<string, Uint8Array>;
  /**
   * Record lines in order, each followed by the opening lines that belong to it, in batches and without newlines; null
   * if the publication has no records. To be read once.
   */
  readonly lines: AsyncIterable<readonly string[]> | null;
}
