/** Addresses and citations that several benchmarks share. */
import type { OriginFile } from '../pull/benchmark.ts';

const MEBIBYTE = 1_048_576;

/** A file in a public repository at a commit. */
export interface GithubFile {
  /** `owner/name`. */
  readonly repository: string;
  readonly commit: string;
  readonly path: string;
}

/** The address of a file on GitHub. */
export function githubUrl({ repository, commit, path }: GithubFile): string {
  return `https://raw.githubusercontent.com/${repository}/${commit}/${path}`;
}

/** A file that Hugging Face keeps in Git LFS, whose object id is its SHA-256. */
export interface HubFile {
  /** Name under which `--from` looks for it. */
  readonly name: string;
  /** `owner/name` of the data set. */
  readonly dataset: string;
  readonly revision: string;
  readonly path: string;
  /** Git LFS object id at that revision. */
  readonly oid: string;
}

/** The origin file for a file on Hugging Face; its pin is the object id. */
export function hubFile({ name, dataset, revision, path, oid }: HubFile): OriginFile {
  return {
    name,
    urls: [`https://huggingface.co/datasets/${dataset}/resolve/${revision}/${path}`],
    sha256: oid,
    pinnedBy: `Git LFS object id of ${path} in the Hugging Face data set ${dataset} at revision ${revision}, quoted alike in public repositories`,
    maxBytes: 16 * MEBIBYTE,
  };
}

/** The citation of a digest that the data notes of this project state. */
export function measured({ repository, commit, path }: GithubFile): string {
  return `computed from github.com/${repository}, ${path}, at commit ${commit}`;
}

/** An origin file on GitHub whose digest this project's test data was measured against. */
export function measuredFile(name: string, file: GithubFile & { readonly sha256: string }): OriginFile {
  return { name, urls: [githubUrl(file)], sha256: file.sha256, pinnedBy: measured(file), maxBytes: 16 * MEBIBYTE };
}

/** The citation of a checksum that Hugging Face's datasets library records for an address. */
export function datasetInfos(script: string): string {
  return `download_checksums in datasets/${script}/dataset_infos.json of github.com/huggingface/datasets at commit 040102f100964a33fd334e2695f1c493fa6b92db`;
}
