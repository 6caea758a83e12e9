/**
 * What no verifier of a run folder can do without, over the same two files that the product reads.
 *
 * node verify-limit.mjs hash|parse RUN_FOLDER [records]
 *
 * `hash`: cut into lines, leaf and node hash of every record, one hash of every opening (its commitment).
 * `parse`: the same, and JSON.parse of every line. With `records`, the openings are left alone.
 */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { lines } from './lines.mjs';

const [mode, folder, only] = process.argv.slice(2);
const node = Buffer.alloc(65, 1);
let records = 0;
let parsed = 0;

function read(line) {
  if (mode === 'parse' && typeof JSON.parse(line.utf8Slice()) === 'object') parsed++;
}

for (const line of lines(join(folder, 'records.jsonl'))) {
  node.set(hash('sha256', line, 'buffer'), 1);
  hash('sha256', node, 'buffer');
  read(line);
  records++;
}
if (only === undefined) {
  for (const line of lines(join(folder, 'content.jsonl'))) {
    hash('sha256', line, 'buffer');
    read(line);
  }
}
console.log(JSON.stringify({ records, parsed }));
