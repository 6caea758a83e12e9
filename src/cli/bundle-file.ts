/** Publishes a run: checks it, writes the bundle, and looks through what the bundle now says for things nobody meant to publish. */
import { basename, resolve } from 'node:path';
import { writeBundle, type BundleOptions } from '../archive/bundle-writer.ts';
import { defaultLevel } from '../archive/disclosure.ts';
import { openFolder } from '../archive/folder-source.ts';
import { openSource } from '../archive/open-source.ts';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import type { DisclosureChoice } from '../reports/disclosure.ts';
import { isOpeningLine, parseOpening } from '../transcript/opening.ts';
import { BUNDLE_SUFFIX } from '../transcript/publication.ts';
import type { DisclosureLevel } from '../transcript/source.ts';
import { verifyRun } from '../verifier/verify.ts';
import { createSecretScan, type SecretFinding } from './secret-scan.ts';

/** What to publish, and where to. */
export interface BundleRequest extends DisclosureChoice {
  /** Path of the bundle; default: named after the folder, in the current one. */
  readonly out?: string;
}

/** A bundle that was written. */
export interface WrittenBundle {
  readonly path: string;
  readonly level: DisclosureLevel;
  readonly findings: readonly SecretFinding[];
}

/**
 * Publish the run in a folder.
 *
 * @throws {@link VerificationError} if the run does not verify: what nobody could check is not worth publishing
 * @throws {@link InputError} `ERR_RUN_MISSING`
 */
export async function createBundleFile(folder: string, request: BundleRequest = {}): Promise<WrittenBundle> {
  const verification = await verifyRun(await openFolder(folder));
  if (!verification.verified) throw verification.fault;
  const path = request.out ?? `${basename(resolve(folder))}${BUNDLE_SUFFIX}`;
  const level = request.level ?? defaultLevel(verification.transcript.plan.suite);
  const options: BundleOptions = { level, ...(request.items === undefined ? {} : { items: request.items }) };
  await writeBundle(folder, path, options);
  return { path, level, findings: await scanBundle(path) };
}

async function scanBundle(path: string): Promise<readonly SecretFinding[]> {
  const scan = createSecretScan();
  const { files, lines } = await openSource(path);
  for (const [name, bytes] of files) scan.look(tryDecodeUtf8(bytes) ?? '', name);
  for await (const batch of lines ?? []) {
    for (const line of batch) {
      if (!isOpeningLine(line)) continue;
      const { label, number, bytes } = parseOpening(line);
      const place = label === 'item' || label === 'target' ? `item ${number}` : `record ${number}`;
      scan.look(tryDecodeUtf8(bytes) ?? '', `the ${label} of ${place}`);
    }
  }
  return scan.findings();
}
