import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../src/core/canonical-json.ts';
import { formatRecord, parseRecord } from '../../src/transcript/record-line.ts';
import { ANSWER_FACTS, KNOWN_FEATURES, UNSCORED_REASONS, type TranscriptRecord } from '../../src/transcript/record.ts';
import { expectCode } from '../vectors.ts';
import { ALL_RECORDS, AT, RECORDS } from './examples.ts';

type Loose = Readonly<Record<string, unknown>>;

/** The canonical line of a value, whatever it is. */
function parse(value: object): TranscriptRecord {
  return parseRecord(canonicalize(value));
}

function without(record: object, field: string): Loose {
  const { [field]: _gone, ...rest } = record as Loose;
  return rest;
}

const REQUIRED: Readonly<Record<TranscriptRecord['k'], readonly string[]>> = {
  header: ['seq', 'at', 'features', 'format', 'plan', 'run_nonce'],
  probe: ['seq', 'at', 'capability', 'verdict', 'exchanges', 'content'],
  intent: ['seq', 'at', 'attempt', 'index', 'repeat', 'item', 'request'],
  outcome: ['seq', 'of', 'status'],
  evidence: ['seq', 'about'],
  score: ['seq', 'index', 'repeat'],
  mark: ['seq', 'size', 'root'],
  resume: ['seq', 'at', 'torn_bytes', 'torn_content_bytes', 'version'],
  aggregate: ['seq', 'function', 'result'],
  end: ['seq', 'at', 'reason', 'counts'],
};

const DIGESTS = ['', 'a1', 'A1'.repeat(32), 'g1'.repeat(32), 0];
const TIMES = ['', '2026-01-02', '2026-01-02T03:04:05Z', 0];
const COUNTS = [-1, 0.5, 2 ** 53, '0', null];
const NAMES = ['', ' a', 'a"b', 'é', 0];

/** Values that a field of a kind must not have. */
const OUT_OF_BOUNDS: readonly [TranscriptRecord['k'], string, readonly unknown[]][] = [
  ['header', 'seq', [...COUNTS, 1]],
  ['header', 'at', TIMES],
  ['header', 'features', ['a', {}, [''], [0], Array.from({ length: 65 }, () => 'a')]],
  ['header', 'format', ['touchstone/v2', '', 1]],
  ['header', 'plan', DIGESTS],
  ['header', 'run_nonce', ['', '0f', '0F'.repeat(16), '0f'.repeat(17), 0]],
  ['probe', 'seq', COUNTS],
  ['probe', 'at', TIMES],
  ['probe', 'capability', ['', 'vision', 0]],
  ['probe', 'verdict', ['', 'maybe', true]],
  ['probe', 'exchanges', [...COUNTS, 9]],
  ['probe', 'content', DIGESTS],
  ['intent', 'seq', COUNTS],
  ['intent', 'at', TIMES],
  ['intent', 'attempt', COUNTS],
  ['intent', 'index', COUNTS],
  ['intent', 'repeat', COUNTS],
  ['intent', 'item', DIGESTS],
  ['intent', 'request', DIGESTS],
  ['outcome', 'seq', COUNTS],
  ['outcome', 'of', COUNTS],
  ['outcome', 'status', ['OK', 'wrong', '', 200]],
  ['outcome', 'http', [99, 1000, 200.5, '200']],
  ['outcome', 'error', ['', 'econnreset', '1ERR', 'ERR BODY', `E${'R'.repeat(64)}`, 1]],
  ['outcome', 'response', DIGESTS],
  ['outcome', 'finish', [...NAMES, 'a'.repeat(129)]],
  ['outcome', 'model', [...NAMES, 'a'.repeat(129)]],
  ['outcome', 'fingerprint', [...NAMES, 'a'.repeat(129)]],
  ['outcome', 'prompt_tokens', COUNTS],
  ['outcome', 'completion_tokens', COUNTS],
  ['outcome', 'latency_us', COUNTS],
  ['outcome', 'first_byte_us', COUNTS],
  ['score', 'seq', COUNTS],
  ['score', 'index', COUNTS],
  ['score', 'repeat', COUNTS],
  ['score', 'of', COUNTS],
  ['score', 'num', [...COUNTS, 1001]],
  ['score', 'den', [0, 1001, ...COUNTS]],
  ['score', 'extracted', DIGESTS],
  ['score', 'rule', [...NAMES, 'a'.repeat(129)]],
  ['evidence', 'seq', COUNTS],
  ['evidence', 'about', ['', 'run', 0]],
  ['evidence', 'at', TIMES],
  ['evidence', 'phase', ['', 'later', 0]],
  ['evidence', 'size', [0, ...COUNTS]],
  ['evidence', 'root', DIGESTS],
  ['evidence', 'algo', ['', 'rsa', 0]],
  ['evidence', 'url', ['', 'ftp://a', 'https://a b', `https://${'a'.repeat(4096)}`, 0]],
  ['evidence', 'of', COUNTS],
  ['evidence', 'evidence', DIGESTS],
  ['evidence', 'peer_spki', DIGESTS],
  ['evidence', 'files', ['a', {}, [0], [{ role: 'report' }], [{ role: 'other', sha256: 'a1'.repeat(32) }]]],
  ['mark', 'seq', COUNTS],
  ['mark', 'size', COUNTS],
  ['mark', 'root', DIGESTS],
  ['resume', 'seq', COUNTS],
  ['resume', 'at', TIMES],
  ['resume', 'torn_bytes', COUNTS],
  ['resume', 'torn_content_bytes', COUNTS],
  ['resume', 'version', [...NAMES, 'a'.repeat(65)]],
  ['aggregate', 'seq', COUNTS],
  ['aggregate', 'function', [...NAMES, 'a'.repeat(65)]],
  ['aggregate', 'result', [[], 'a', 1, true]],
  ['end', 'seq', COUNTS],
  ['end', 'at', TIMES],
  ['end', 'reason', ['cancelled', '', 0]],
  ['end', 'counts', [[], 1, { a: -1 }, { a: '1' }]],
];

describe('parseRecord() and formatRecord()', () => {
  it.each(ALL_RECORDS)('give back the $name $kind record', ({ record }) => {
    expect(parseRecord(formatRecord(record))).toEqual(record);
  });

  it('write keys in order and nothing else', () => {
    expect(formatRecord(RECORDS.mark.minimal)).toBe(`{"k":"mark","root":"${'a1'.repeat(32)}","seq":256,"size":256}`);
  });
});

describe('parseRecord()', () => {
  const required = Object.entries(REQUIRED).flatMap(([kind, fields]) => fields.map((field) => [kind, field] as const));
  it.each(required)('refuses a %s record without %s', (kind, field) => {
    for (const record of Object.values(RECORDS[kind as TranscriptRecord['k']])) {
      expectCode(() => parse(without(record, field)), 'ERR_RECORD_FIELD');
    }
  });

  it.each(ALL_RECORDS)(
    'refuses an unknown field in the $name $kind record, and does not repeat its name',
    ({ record }) => {
      const line = canonicalize({ ...record, secret_claim: 1 });
      expectCode(() => parseRecord(line), 'ERR_RECORD_FIELD');
      expect(() => parseRecord(line)).not.toThrow('secret_claim');
    },
  );

  it.each(OUT_OF_BOUNDS)('refuses a %s record whose %s is out of bounds', (kind, field, values) => {
    const records: readonly object[] = Object.values(RECORDS[kind]);
    const record = records.find((example) => Object.hasOwn(example, field));
    for (const value of values) {
      const code =
        value === null || value === 0.5 || value === 200.5 || value === 2 ** 53 ? 'ERR_LINE_FORM' : 'ERR_RECORD_FIELD';
      expectCode(() => parse({ ...record, [field]: value }), code);
    }
  });

  it('has a case out of bounds for every field of every kind', () => {
    const fields = new Set(
      ALL_RECORDS.flatMap(({ kind, record }) => Object.keys(record).map((field) => `${kind}.${field}`)),
    );
    const covered = new Set(OUT_OF_BOUNDS.map(([kind, field]) => `${kind}.${field}`));
    expect([...fields].filter((field) => !covered.has(field) && !/\.(?:k|unscored|item)$/.test(field))).toEqual([]);
  });

  it.each(['', 'Header', 'constructor', '__proto__', 'toString', 'header '])('refuses the kind %j', (kind) => {
    expectCode(() => parse({ k: kind, seq: 0 }), 'ERR_RECORD_KIND');
  });

  it.each([[{}], [{ k: 1 }], [{ k: ['header'] }], [{ k: true, seq: 0 }]])('refuses %j, which has no kind', (value) => {
    expectCode(() => parse(value), 'ERR_RECORD_KIND');
  });

  const mark = `"root":"${'a1'.repeat(32)}"`;
  it.each([
    ['negative zero', `{"k":"mark",${mark},"seq":-0,"size":0}`],
    ['a number beyond all bounds', `{"k":"mark",${mark},"seq":1e400,"size":0}`],
    ['an exponent', `{"k":"mark",${mark},"seq":1e2,"size":0}`],
    ['a float', `{"k":"mark",${mark},"seq":1.5,"size":0}`],
    ['a float that is an integer', `{"k":"mark",${mark},"seq":1.0,"size":0}`],
    ['a leading zero', `{"k":"mark",${mark},"seq":01,"size":0}`],
    ['a key twice', `{"k":"mark",${mark},"seq":1,"seq":1,"size":0}`],
    ['another order', `{${mark},"k":"mark","seq":1,"size":0}`],
    ['a space', `{"k": "mark",${mark},"seq":1,"size":0}`],
    ['a newline at its end', `{"k":"mark",${mark},"seq":1,"size":0}\n`],
    ['null', `{"k":"mark",${mark},"seq":null,"size":0}`],
    ['an escaped letter', String.raw`{"k":"\u006dark",${mark},"seq":1,"size":0}`],
    ['half a surrogate pair', String.raw`{"function":"\ud800","k":"aggregate","result":{},"seq":1}`],
    ['a raw half of a surrogate pair', `{"function":"\ud800","k":"aggregate","result":{},"seq":1}`],
    ['a float inside', `{"function":"mean/1","k":"aggregate","result":{"mean":0.5},"seq":1}`],
    ['null inside', `{"function":"mean/1","k":"aggregate","result":{"mean":null},"seq":1}`],
    ['an odd key inside', `{"function":"mean/1","k":"aggregate","result":{"A":1},"seq":1}`],
    ['too many bytes', `{"function":"mean/1","k":"aggregate","result":{"a":"${'x'.repeat(65_535)}"},"seq":1}`],
    ['a list', '[]'],
    ['no JSON', 'k'],
    ['nothing', ''],
  ])('refuses a line with %s', (_name, line) => {
    expectCode(() => parseRecord(line), 'ERR_LINE_FORM');
  });

  it('refuses names of counts that no line may hold', () => {
    expectCode(() => parse({ ...RECORDS.end.minimal, counts: { Bad: 1 } }), 'ERR_LINE_FORM');
  });

  it('refuses more than 64 counts', () => {
    const counts = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, 1]));
    expectCode(() => parse({ ...RECORDS.end.minimal, counts }), 'ERR_RECORD_FIELD');
  });

  it('never takes a line with a changed character for the same record', () => {
    const lines = ALL_RECORDS.map(({ record }) => formatRecord(record));
    fc.assert(
      fc.property(fc.constantFrom(...lines), fc.nat(), fc.integer({ min: 32, max: 126 }), (line, at, code) => {
        const place = at % line.length;
        const changed = line.slice(0, place) + String.fromCharCode(code) + line.slice(place + 1);
        if (changed === line) return;
        try {
          expect(formatRecord(parseRecord(changed))).toBe(changed);
        } catch (error) {
          expect(error).toHaveProperty('code', expect.stringMatching(/^ERR_(?:LINE_FORM|RECORD_KIND|RECORD_FIELD)$/));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseRecord() on an outcome', () => {
  const { maximal, refused, error, minimal } = RECORDS.outcome;

  it.each(['http', 'timeout', 'network', 'cancelled'])('refuses facts of an answer for "%s"', (status) => {
    for (const fact of ANSWER_FACTS) {
      const value = fact.endsWith('tokens') ? 1 : 'a';
      expectCode(() => parse({ ...refused, status, [fact]: value }), 'ERR_RECORD_FIELD');
    }
  });

  it.each([100, 199, 300, 404, 500, 999])('refuses "ok" with status %i', (http) => {
    expectCode(() => parse({ ...maximal, http }), 'ERR_RECORD_FIELD');
  });

  it.each(['http', 'response'])('refuses "ok" without %s', (field) => {
    expectCode(() => parse(without(maximal, field)), 'ERR_RECORD_FIELD');
  });

  it('refuses "ok" with an error', () => {
    expectCode(() => parse({ ...maximal, error: 'ERR_BODY_ERROR' }), 'ERR_RECORD_FIELD');
  });

  it('refuses "http" without a status', () => {
    expectCode(() => parse(without(refused, 'http')), 'ERR_RECORD_FIELD');
  });

  it('refuses "http" with a good status unless the body says error', () => {
    expectCode(() => parse(without(error, 'error')), 'ERR_RECORD_FIELD');
    expectCode(() => parse({ ...error, error: 'ERR_BODY_NOT_JSON' }), 'ERR_RECORD_FIELD');
  });

  it.each([
    ['http', 200],
    ['error', 'ERR_TIMEOUT'],
    ['response', 'a1'.repeat(32)],
    ['latency_us', 1],
    ['first_byte_us', 1],
  ])('refuses "lost" with %s', (field, value) => {
    expectCode(() => parse({ ...minimal, [field]: value }), 'ERR_RECORD_FIELD');
  });
});

describe('parseRecord() on a score', () => {
  const { minimal, maximal, unscored, skipped } = RECORDS.score;

  it.each(UNSCORED_REASONS)('accepts the reason "%s"', (reason) => {
    expect(parse({ ...unscored, unscored: reason })).toMatchObject({ unscored: reason });
  });

  it.each([
    ['another reason', { ...unscored, unscored: 'wrong' }],
    ['a reason that is no text', { ...unscored, unscored: 1 }],
    ['neither fraction nor reason', without(without(minimal, 'num'), 'den')],
    ['both fraction and reason', { ...minimal, unscored: 'truncated' }],
    ['a reason and half a fraction', { ...unscored, num: 0 }],
    ['a reason and the other half', { ...unscored, den: 1 }],
    ['half a fraction', without(minimal, 'den')],
    ['the other half', without(minimal, 'num')],
    ['more than everything', { ...minimal, num: 2, den: 1 }],
    ['a fraction and no outcome', { ...without(minimal, 'of'), item: 'a1'.repeat(32) }],
    ['a reason and something extracted', { ...unscored, extracted: 'a1'.repeat(32), rule: 'whole' }],
    ['a reason and a rule', { ...unscored, rule: 'whole' }],
    ['outcome and item', { ...unscored, item: 'a1'.repeat(32) }],
    ['neither outcome nor item', without(skipped, 'item')],
    ['an item that is no digest', { ...skipped, item: 'a' }],
    ['something extracted without a rule', without(maximal, 'rule')],
    ['a rule that extracted nothing', without(maximal, 'extracted')],
  ])('refuses %s', (_name, value) => {
    expectCode(() => parse(value), 'ERR_RECORD_FIELD');
  });
});

describe('formatRecord()', () => {
  it('refuses a float, which a record cannot hold', () => {
    const record: TranscriptRecord = { k: 'aggregate', seq: 1, function: 'mean/1', result: { mean: 0.5 } };
    expectCode(() => formatRecord(record), 'ERR_LINE_FORM');
  });

  it('writes negative zero as zero', () => {
    expect(formatRecord({ k: 'mark', seq: -0, size: 0, root: 'a1'.repeat(32) })).toContain('"seq":0');
  });
});

describe('KNOWN_FEATURES', () => {
  it('names what a run may use', () => {
    expect(KNOWN_FEATURES).toEqual(['evidence/1', 'probe/1', 'stop/1', 'turns/1']);
  });
});

describe('the time of a record', () => {
  it('is one of those that a clock gives', () => {
    expect(new Date(AT).toISOString()).toBe(AT);
  });
});
