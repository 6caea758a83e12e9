/**
 * The integrity part of a verification, made of the verifier's own parts: cut into lines, leaf hashes, tree, digest of
 * the file. Form, completeness and scores are left out.
 *
 * node integrity.mjs RUN_FOLDER
 */
import { join } from 'node:path';
import { readLines } from '../dist/archive/read-lines.js';
import { createCompactRange } from '../dist/core/compact-range.js';
import { MAX_LINE_BYTES } from '../dist/core/line-form.js';
import { leafHash } from '../dist/core/merkle.js';
import { createSha256 } from '../dist/core/sha256.js';

const range = createCompactRange();
const fileHash = createSha256();
for await (const batch of readLines(join(process.argv[2], 'records.jsonl'), { maxLineBytes: MAX_LINE_BYTES })) {
  for (const line of batch) {
    range.append(leafHash(line));
    fileHash.update(`${line}\n`);
  }
}
fileHash.digest();
range.root();
console.log(JSON.stringify({ records: range.size }));
