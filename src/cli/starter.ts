/** The files that `touchstone init` writes: small, working, and meant to be changed. */

/** Endpoint of a new configuration: it needs no server, no key and no network. */
export const STARTER_ENDPOINT = 'embedded:tiny-1.3m';

const ITEMS: readonly (readonly [question: string, answer: string])[] = [
  ['12 + 34 = ?', '46'],
  ['57 + 68 = ?', '125'],
  ['91 - 45 = ?', '46'],
  ['230 + 415 = ?', '645'],
  ['Which is larger, 48 or 84?', '84'],
  ['Which is larger, 701 or 699?', '701'],
  ['Which number is smaller: 350 or 305?', '305'],
  ['Which number is smaller: 19 or 91?', '19'],
  ['Repeat: KLMAB', 'KLMAB'],
  ['Repeat: ZQXVB', 'ZQXVB'],
  ['Reverse: ABCD', 'DCBA'],
  ['Reverse: TRACE', 'ECART'],
];

const SUITE = `# The questions of this suite are in items.jsonl, one per line: change both as you like.
# touchstone suites lint first-suite   says what is wrong, and where
id: first-suite
version: 1.0.0
title: A first suite
description: Sums, comparisons and letters; small enough to read every answer.
licence: CC0-1.0
redistributable: true
items:
  file: items.jsonl
  id: id
  input: [question]
  target: answer
prompt: '{{ question }}'
parameters: { max_tokens: 32, temperature: 0 }
scorer: { id: exact, version: 1, take: first-line }
`;

/** The text of touchstone.yaml. */
function configText(endpoints: readonly string[]): string {
  return `# touchstone run touchstone.yaml   runs every suite against every endpoint
suites:
  - first-suite # a folder with a suite.yaml, or the name of a suite that comes along: touchstone suites list
endpoints:
${endpoints.map((endpoint) => `  - ${JSON.stringify(endpoint)}`).join('\n')}
  # - ollama:llama3.2
  # - preset: openai # its key is read from OPENAI_API_KEY, never from a file
  #   model: gpt-4o-mini
  #   prices: { prompt_usd_per_mtok: 0.15, completion_usd_per_mtok: 0.60, dated: 2026-11-01 }
  # - url: http://127.0.0.1:8000/v1
  #   model: my-model
# judge: openai:gpt-4o-mini    for suites whose answers a model judges
# harnesses: [whole-file]      for suites that can be asked in several ways
out: runs
concurrency: 4
# max_cost_usd: 1     stop before a run costs more
# max_unscored: 0     end with exit code 5 if an answer is missing
# key_env: TOUCHSTONE_SIGNING_KEY    sign with the key in this variable instead of your own
`;
}

/** All starter files by path. */
export function starterFiles(endpoints: readonly string[]): ReadonlyMap<string, string> {
  const items = ITEMS.map(([question, answer], index) => JSON.stringify({ id: `q${index + 1}`, question, answer }));
  return new Map([
    ['touchstone.yaml', configText(endpoints)],
    ['first-suite/suite.yaml', SUITE],
    ['first-suite/items.jsonl', `${items.join('\n')}\n`],
  ]);
}
