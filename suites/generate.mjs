// Writes suites/<id>/items.jsonl for every shipped suite: node suites/generate.mjs [folder]
// The same bytes come out on every machine. Every problem is held out from the training of the embedded models.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { editTasks } from './edits.mjs';
import { isHeldOut, keyOf } from './keys.mjs';
import { lookupTasks } from './lookups.mjs';
import { SUITES } from './problems.mjs';
import { Random } from './random.mjs';

const SEED = 'touchstone/suites/v1';
const MAX_DRAWS = 100_000;

/** Suites that need tools, which the embedded models do not have. */
const TASKS = { 'file-edits': editTasks, lookup: lookupTasks };

/** Items of another suite, with what another harness needs beside them. */
const DERIVED = {
  'multiple-choice-likelihood': () =>
    suiteItems('multiple-choice').map((item) => ({ ...item, letters: ['A', 'B', 'C', 'D'] })),
};

/** Held-out problems of one kind, each with another key. The tag seeds the numbers, so equal kinds give equal items. */
function makeItems({ tag, make, count }) {
  const random = new Random(`${SEED}/${tag}`);
  const items = new Map();
  for (let draw = 0; items.size < count; draw++) {
    if (draw === MAX_DRAWS) throw new Error(`too few held-out problems of kind ${tag}: ${items.size}, want ${count}`);
    const { question, target } = make(random, items.size);
    const key = keyOf(question);
    if (!items.has(key) && isHeldOut(key)) items.set(key, { question, target, tag, key });
  }
  return [...items.values()];
}

/** The items of a suite, one of each tag in turn, so that the first few are a fair sample. */
export function suiteItems(id) {
  const columns = SUITES[id].map(makeItems);
  const longest = Math.max(...columns.map((column) => column.length));
  const rows = Array.from({ length: longest }, (_, row) => columns.flatMap((column) => column.slice(row, row + 1)));
  return rows.flat().map((item, i) => ({ id: `${item.tag}-${String(i + 1).padStart(3, '0')}`, ...item }));
}

/** The text of a suite's item file. */
export function itemFile(id) {
  return itemsOf(id)
    .map((item) => `${JSON.stringify(item)}\n`)
    .join('');
}

function itemsOf(id) {
  if (id in DERIVED) return DERIVED[id]();
  return id in TASKS ? TASKS[id](new Random(`${SEED}/${id}`)) : suiteItems(id);
}

function main(folder) {
  for (const id of [SUITES, TASKS, DERIVED].flatMap(Object.keys)) {
    mkdirSync(join(folder, id), { recursive: true });
    writeFileSync(join(folder, id, 'items.jsonl'), itemFile(id));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv[2] ?? import.meta.dirname);
