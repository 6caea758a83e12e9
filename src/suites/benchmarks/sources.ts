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

/** The citation of a digest that stands in a file of a public repository. */
export function stated({ repository, commit, path }: GithubFile): string {
  return `${path} of github.com/${repository} at commit ${commit}`;
}

/** A file on Hugging Face whose digest a public repository states for it. */
export interface HubFile {
  /** Name under which `--from` looks for it. */
  readonly name: string;
  /** `owner/name` of the data set. */
  readonly dataset: string;
  readonly revision: string;
  readonly path: string;
  readonly sha256: string;
  /** Where that digest stands beside data set, revision and path. */
  readonly statedBy: GithubFile;
}

/** The origin file for a file on Hugging Face. */
export function hubFile({ name, dataset, revision, path, sha256, statedBy }: HubFile): OriginFile {
  return {
    name,
    urls: [`https://huggingface.co/datasets/${dataset}/resolve/${revision}/${path}`],
    sha256,
    pinnedBy: stated(statedBy),
    maxBytes: 16 * MEBIBYTE,
  };
}

/** Where a study of sycophancy states the digests of the data sets that it fetches, among them MMLU and ARC. */
export const SYCO_MO_TRANSFER: GithubFile = {
  repository: 'anthnguyen/syco-mo-transfer',
  commit: '3e252ad67c8ea3146dca9c998cf6739557390765',
  path: 'src/sycomo/sources.py',
};

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
  const path = `datasets/${script}/dataset_infos.json`;
  const file = { repository: 'huggingface/datasets', commit: '040102f100964a33fd334e2695f1c493fa6b92db', path };
  return `download_checksums in ${stated(file)}`;
}
