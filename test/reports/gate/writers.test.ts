import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digest } from '../../../src/core/digest.ts';
import { encodeUtf8 } from '../../../src/core/bytes.ts';
import { openEnvelope, signEnvelope } from '../../../src/core/dsse.ts';
import { secretKey } from '../../../src/core/key.ts';
import { envelopeSigner, envelopeVerifier, localSigner } from '../../../src/core/signer.ts';
import { formatStatement, parseStatement, STATEMENT_PAYLOAD_TYPE } from '../../../src/core/statement.ts';
import { gateJunit } from '../../../src/reports/gate/junit.ts';
import { gateMarkdown } from '../../../src/reports/gate/markdown.ts';
import type { GateVerdict, RuleVerdict } from '../../../src/reports/gate/model.ts';
import { gateStatement, openVerdictPolicy, VERDICT_PREDICATE } from '../../../src/reports/gate/statement.ts';
import { GATE_FILES, writeGate } from '../../../src/reports/gate/write-gate.ts';
import { decide, decidePair, given, MARGIN, policyOf, refused, runOf, scores } from './gate-input.ts';

const SECRET = secretKey('ci', new Uint8Array(32).fill(9));
const STRANGER = secretKey('stranger', new Uint8Array(32).fill(8));
const HOSTILE = '<script>alert("x")</script> & ]]> | `a` \u202e\u0000\u001b[31m @user [x](http://e)';

const REGRESSED = decidePair(
  { metrics: MARGIN, min_items: 1000 },
  runOf('old', scores(300, 100)),
  runOf('new', scores(200, 200)),
);
const PASSED = decidePair({ metrics: MARGIN }, runOf('old', scores(300, 100)), runOf('new', scores(300, 100)));

function sign(statement: Uint8Array, secret = SECRET): string {
  return signEnvelope(STATEMENT_PAYLOAD_TYPE, statement, [envelopeSigner(localSigner(secret))]);
}

function hostile(verdict: GateVerdict): GateVerdict {
  const change = (rule: RuleVerdict): RuleVerdict => ({ ...rule, sentence: HOSTILE, items: [HOSTILE] });
  const suites = verdict.suites.map((suite) => ({ ...suite, suite: HOSTILE, rules: suite.rules.map(change) }));
  const sources = verdict.sources.map((source) => ({ ...source, name: HOSTILE }));
  return { ...verdict, suites, sources, not_gated: [HOSTILE], policy: { ...verdict.policy, name: HOSTILE } };
}

/** Names, attributes and texts of an XML document without anything but elements; throws on what is not well-formed. */
function parseXml(text: string): readonly string[] {
  const open: string[] = [];
  const seen: string[] = [];
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const token =
    /<(\/?)([a-z-]+)((?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)(\/?)>|([^<&]|&(?:amp|lt|gt|quot);)+/gy;
  let end = 0;
  for (let match = token.exec(body); match !== null; match = token.exec(body)) {
    end = token.lastIndex;
    const [, closes, name = '', , empty] = match;
    if (name === '') continue;
    seen.push(name);
    if (closes === '/') expect(open.pop()).toBe(name);
    else if (empty !== '/') open.push(name);
  }
  expect([end, open]).toEqual([body.length, []]);
  return seen;
}

describe('gateJunit()', () => {
  it('has a test case for every rule, and a failure for whatever does not hold', () => {
    const xml = gateJunit(REGRESSED);
    const names = parseXml(xml);
    const rules = REGRESSED.suites.flatMap((suite) => suite.rules);
    expect(xml).toContain(`tests="${rules.length}" failures="2" errors="0" skipped="0"`);
    expect(names.filter((name) => name === 'testcase')).toHaveLength(2 * rules.length);
    expect(xml).toMatch(
      /<testcase classname="touchstone\.sums" name="non_inferiority \(mean\/1\)">\n {6}<failure type="regressed"/,
    );
    expect(xml).toMatch(/name="min_items">\n {6}<failure type="inconclusive"/);
  });

  it('says of an error that it is one, with its code', () => {
    const xml = gateJunit(decide(policyOf({ metrics: MARGIN }), [refused('candidate', 'ERR_RESULT')]));
    parseXml(xml);
    expect(xml).toContain('<error type="ERR_RESULT" message="candidate runs/candidate: it is not">');
    expect(xml).toContain('errors="3"');
  });

  it('stays XML whatever is in it', () => {
    const xml = gateJunit(hostile(REGRESSED));
    parseXml(xml);
    // oxlint-disable-next-line no-control-regex -- controls are what must not be there
    expect(xml).not.toMatch(/<script|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202e]/);
  });

  it('is a text that its reader here would refuse if it were broken', () => {
    expect(() => parseXml(gateJunit(REGRESSED).replace('</testsuite>', ''))).toThrow();
    expect(() => parseXml(gateJunit(REGRESSED).replace('&', '<').replace('difference', '<'))).toThrow();
  });
});

describe('gateMarkdown()', () => {
  it('shows the verdict, each rule and the runs', () => {
    const text = gateMarkdown(REGRESSED);
    expect(text).toMatch(/^## ❌ Touchstone gate: regressed\n/);
    expect(text).toContain('| ❌ regressed | non\\_inferiority (mean/1) | difference -25 points');
    expect(text).toContain('| ❔ inconclusive | min\\_items | 400 items with a score in both runs');
    expect(text).toContain('item-200, item-201');
    expect(text).toContain('and 80 more in verdict.json');
    expect(text).toContain(`| candidate | runs/candidate | sums 1.0.0 × new, run`);
  });

  it('renders nothing that comes from outside', () => {
    const text = gateMarkdown(hostile(REGRESSED));
    expect(text).not.toMatch(/<script|\u202e|(?<!\\)\[x\]|@user/);
    expect(text).not.toContain('\u001b');
    for (const line of text.split('\n').filter((row) => row.startsWith('|'))) {
      expect(line.replaceAll('\\|', '').split('|').length).toBeOneOf([5, 7]);
    }
  });
});

describe('gateStatement()', () => {
  it('names the policy and both runs by digest, and carries the verdict', () => {
    const payload = gateStatement(REGRESSED) ?? new Uint8Array();
    const { subject, predicateType, predicate } = parseStatement(payload);
    expect(predicateType).toBe(VERDICT_PREDICATE);
    expect(subject).toEqual([
      { name: 'policy/gate.yaml', digest: { sha256: digest('policy') } },
      { name: 'baseline/result.dsse.json', digest: { sha256: digest('baseline') } },
      { name: 'candidate/result.dsse.json', digest: { sha256: digest('candidate') } },
    ]);
    expect(predicate).toEqual(JSON.parse(JSON.stringify(REGRESSED)));
  });

  it('tells two files of one name apart, and is none if there is nothing to name', () => {
    const same = decide(policyOf({ min_items: 1 }), [
      given('candidate', runOf('a', scores(3, 1))),
      given('candidate', runOf('b', scores(3, 1))),
    ]);
    const { subject } = parseStatement(gateStatement(same) ?? new Uint8Array());
    expect(subject.map(({ name }) => name)).toEqual([
      'policy/gate.yaml',
      'candidate/result.dsse.json',
      'candidate/result.dsse.json (2)',
    ]);
    const nothing = { ...same, policy: { name: 'gone.yaml', sha256: null, content: null }, sources: [] };
    expect(gateStatement(nothing)).toBeNull();
  });
});

describe('openVerdictPolicy()', () => {
  const envelope = sign(gateStatement(PASSED) ?? new Uint8Array());

  it('gives the policy of a verdict by a trusted key', () => {
    expect(openVerdictPolicy(encodeUtf8(envelope), [SECRET.publicKey])).toEqual(policyOf({ metrics: MARGIN }));
  });

  it.each([
    ['ERR_ENVELOPE_UNTRUSTED', envelope, STRANGER],
    ['ERR_ENVELOPE_MALFORMED', '{}', SECRET],
    ['ERR_ENVELOPE_SIGNATURE', envelope.replace(/"sig":"../, '"sig":"AA'), SECRET],
    ['ERR_STATEMENT_MALFORMED', sign(encodeUtf8('{}')), SECRET],
    ['ERR_STATEMENT_MALFORMED', sign(otherStatement('urn:touchstone:plan:v1', { format: 'touchstone/v1' })), SECRET],
    [
      'ERR_STATEMENT_MALFORMED',
      sign(otherStatement(VERDICT_PREDICATE, { format: 'touchstone/gate-verdict/v2' })),
      SECRET,
    ],
    [
      'ERR_STATEMENT_MALFORMED',
      sign(otherStatement(VERDICT_PREDICATE, { format: 'touchstone/gate-verdict/v1', policy: 7 })),
      SECRET,
    ],
    [
      'ERR_STATEMENT_MALFORMED',
      signEnvelope('text/plain', gateStatement(PASSED) ?? new Uint8Array(), [envelopeSigner(localSigner(SECRET))]),
      SECRET,
    ],
  ])('refuses with %s', (code, text, key) => {
    expect(() => openVerdictPolicy(encodeUtf8(text), [key.publicKey])).toThrow(expect.objectContaining({ code }));
  });

  function otherStatement(predicateType: string, predicate: Record<string, string | number>): Uint8Array {
    return formatStatement({ subject: [{ name: 'x', digest: { sha256: digest('x') } }], predicateType, predicate });
  }
});

describe('writeGate()', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gate-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('writes all files, whose statement is that of the verdict beside it', async () => {
    const paths = await writeGate(REGRESSED, folder, sign);
    expect((await readdir(folder)).toSorted()).toEqual([...GATE_FILES].toSorted());
    expect(paths).toHaveLength(GATE_FILES.length);
    const [json, envelope] = await Promise.all(
      ['verdict.json', 'verdict.dsse.json'].map((name) => readFile(join(folder, name), 'utf8')),
    );
    const { payload } = openEnvelope(envelope ?? '', [envelopeVerifier(SECRET.publicKey)]);
    expect(parseStatement(payload).predicate).toEqual(JSON.parse(json ?? ''));
  });

  it('leaves no signature of an earlier verdict beside one that has none', async () => {
    const nothing = { ...decide(null, []), policy: { name: 'gone.yaml', sha256: null, content: null } };
    await writeFile(join(folder, 'verdict.dsse.json'), 'old');
    await writeGate(nothing, folder, sign);
    expect((await readdir(folder)).toSorted()).toEqual(['junit.xml', 'summary.md', 'verdict.json']);
  });

  it('writes nothing if the key does not sign', async () => {
    const gone = (): string => {
      throw new Error('agent has gone');
    };
    await expect(writeGate(PASSED, join(folder, 'new'), gone)).rejects.toThrow('agent has gone');
    await expect(readdir(join(folder, 'new'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
