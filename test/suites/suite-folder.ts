/** Makes suite folders for tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A good suite file; tests change a part of it. */
export const SUITE_YAML: string = `id: sums
version: 1.0.0
title: Sums
licence: CC0-1.0
items:
  file: items.jsonl
  input: [question]
  target: answer
prompt: '{{ question }}'
scorer: {id: number, version: 1}
`;

/** Three good items. */
export const ITEMS: readonly { readonly question: string; readonly answer: string }[] = [
  { question: '1 + 1?', answer: '2' },
  { question: '1 + 2?', answer: '3' },
  { question: '2 + 2?', answer: '4' },
];

/** Objects as JSON lines. */
export function jsonl(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** A folder with these files, removed after the test; `suite.yaml` and `items.jsonl` are good unless given. */
export function suiteFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-suite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const all = { 'suite.yaml': SUITE_YAML, 'items.jsonl': jsonl(ITEMS), ...files };
  for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, name), content);
  return folder;
}
