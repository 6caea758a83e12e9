/** For each scorer with an official counterpart: a target, an answer that is right, and what its answers are made of. */
import type { JsonValue } from '../../src/core/canonical-json.ts';
import type { ScorerConfig } from '../../src/suites/definition.ts';

/** How one scorer is tried. */
export interface OfficialCase {
  readonly id: string;
  readonly config: ScorerConfig;
  readonly target: JsonValue;
  /** An answer that scores 1. */
  readonly right: string;
  /** Pieces that mean something to the scorer, for floods and random answers. */
  readonly pieces: readonly string[];
}

/** The cases, in the order of the registry. */
export const OFFICIAL_CASES: readonly OfficialCase[] = [
  {
    id: 'mmlu-pro',
    config: { no_answer: 'guess' },
    target: { answer: 'B', options: 4 },
    right: 'The answer is (B).',
    pieces: ['answer is ', 'answer:', 'Answer: ', '(', ')', 'A', 'B ', '\n', ' '],
  },
  {
    id: 'bbh',
    config: {},
    target: '(B)',
    right: 'So the answer is (B).',
    pieces: ['answer is ', '.', ' .', '\n', '(B)', '\u00a0'],
  },
  {
    id: 'ifeval',
    config: { level: 'loose', score: 'instructions' },
    target: {
      instruction_id_list: [
        'punctuation:no_comma',
        'detectable_format:title',
        'detectable_format:number_bullet_lists',
        'detectable_format:number_highlighted_sections',
        'detectable_format:json_format',
        'detectable_content:number_placeholders',
        'detectable_content:postscript',
        'length_constraints:number_sentences',
        'length_constraints:number_paragraphs',
        'change_case:capital_word_frequency',
        'language:response_language',
        'keywords:forbidden_words',
      ],
      kwargs: [
        {},
        {},
        { num_bullets: 0 },
        { num_highlights: 0 },
        {},
        { num_placeholders: 0 },
        { postscript_marker: 'P.S.' },
        { relation: 'at least', num_sentences: 0 },
        { num_paragraphs: 1 },
        { capital_relation: 'at least', capital_frequency: 0 },
        { language: 'en' },
        { forbidden_words: ['c++', 'x y'] },
      ],
    },
    right: '["<<This is the story of the house and the garden. P.S. The people there live with their children.>>"]',
    pieces: [
      '<<',
      '>>',
      '*',
      '**',
      '***',
      '[',
      ']',
      '"',
      '- ',
      'P.S.',
      'Dr. ',
      '. ',
      '!',
      ')',
      "'",
      'A',
      "I'm ",
      '\n',
      ' ',
      ':',
      ',',
    ],
  },
  {
    id: 'squad',
    config: {},
    target: ['the Denver Broncos', 'Broncos'],
    right: 'Denver Broncos!',
    pieces: ['the ', 'a', 'Denver', ' ', '!', '-', '\u00a0', 'Broncos'],
  },
  {
    id: 'bleu',
    config: {},
    target: ['The cat sat on the mat.', 'A cat sat there.'],
    right: 'The cat sat on the mat.',
    pieces: ['The ', 'cat', ' sat', '.', ',', '1', '-', '&', '<', '\n'],
  },
  {
    id: 'chrf',
    config: { lowercase: true },
    target: 'The cat sat on the mat.',
    right: 'the cat sat on the MAT.',
    pieces: ['The ', 'cat', ' sat', '.', '\ud83d\ude00', '\n'],
  },
  {
    id: 'rouge-l',
    config: {},
    target: ['The cat sat on the mat.', 'cat '.repeat(500)],
    right: 'the cat, sat on the mat',
    pieces: ['The ', 'cat ', 'sat ', '.', 'b '],
  },
  {
    id: 'pot-numeric',
    config: {},
    target: '18.0',
    right: '18',
    pieces: ['1', '.', 'e', '-', '0', 'None', 'True', 'inf', ' '],
  },
  {
    id: 'refusal',
    config: {},
    target: 'unsafe',
    right: 'As an AI, no.',
    pieces: ['sorry', 'I ', 'cannot', ' ', '\n', "it's ", 'not '],
  },
  {
    id: 'json-schema',
    config: { formats: true, find: ['whole', 'fenced', 'first', 'last'] },
    target: {
      schema: {
        anyOf: [
          { type: 'array', items: { $ref: '#' } },
          { type: 'string', format: 'uri', pattern: '^(a|b)+c' },
          { type: 'object' },
        ],
        unevaluatedProperties: { $ref: '#' },
      },
    },
    right: '{"a": []}',
    pieces: ['[', ']', '{', '}', '"', '"a":', '1', ',', '1.0', '```', '//', ':', '\\'],
  },
  {
    id: 'bfcl',
    config: { brackets: 'if-missing' },
    target: {
      category: 'simple',
      function: {
        name: 'f',
        parameters: {
          properties: { x: { type: 'array', items: { type: 'float' } }, y: { type: 'dict' } },
          required: [],
        },
      },
      ground_truth: '{"f":{"x":[[1.0,2.0],""],"y":[{"a":[1]},""]}}',
    },
    right: '[f(x=[1.0, 2.0])]',
    pieces: [
      'f(',
      'x=',
      '[',
      ']',
      '{',
      '}',
      '1',
      '1.0',
      ',',
      "'",
      '"',
      '-',
      'not ',
      ' for ',
      ' in ',
      '**',
      ')',
      'lambda:',
      ':',
      '.',
      '\\',
    ],
  },
];
