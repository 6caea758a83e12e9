import canonicalizeOracle from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../src/core/canonical-json.ts';
import {
  MAX_CONCURRENCY,
  MAX_SUITE_SIZE,
  planDigest,
  rulesDigest,
  runId,
  type Plan,
} from '../../src/transcript/plan.ts';
import { formatPlan, parsePlan } from '../../src/transcript/plan-text.ts';
import { SUITE_REASONS } from '../../src/transcript/record.ts';
import { expectCode } from '../vectors.ts';
import { FULL_PLAN, PLAN } from './examples.ts';
import { sha256Hex } from './oracle.ts';

/** The plan with another value at a path; undefined takes the field away. */
function withValue(plan: object, path: string, value: unknown): object {
  const [field = '', ...rest] = path.split('.');
  const { [field]: held, ...others } = plan as Readonly<Record<string, unknown>>;
  const changed = rest.length === 0 ? value : withValue(Object(held) as object, rest.join('.'), value);
  return changed === undefined ? others : { ...others, [field]: changed };
}

const longest = '9'.repeat(40);

describe('parsePlan() and formatPlan()', () => {
  it.each([
    ['the smallest', PLAN],
    ['the fullest', FULL_PLAN],
  ])('give back %s plan', (_name, plan) => {
    expect(parsePlan(formatPlan(plan))).toEqual(plan);
  });
});

describe('parsePlan()', () => {
  it.each([
    ['format', ['touchstone/v2']],
    ['created_at', ['2026-01-02', 0]],
    ['nonce', ['', '0'.repeat(31), 'A'.repeat(32)]],
    ['suite.id', ['', ' a', 'a'.repeat(129)]],
    ['suite.version', ['', 'a'.repeat(65)]],
    ['suite.licence', ['', 'a'.repeat(129)]],
    ['suite.digest', ['', 'A1'.repeat(32)]],
    ['suite.visibility', ['secret']],
    ['suite.redistributable', ['true', 1]],
    ['suite.root', ['']],
    ['suite.size', [0, -1, MAX_SUITE_SIZE + 1, '4']],
    ['selection.root', ['']],
    ['selection.size', [0]],
    ['selection.rule', [{}, { kind: 'some' }, { kind: 'all', limit: 1 }, { kind: 'seeded', limit: 1 }, 'all']],
    ['selection.rule.limit', [0, '1']],
    ['selection.rule.seed', ['', 'a\nb', 1]],
    ['endpoint.kind', ['http']],
    ['endpoint.name', ['', '<script>']],
    [
      'endpoint.base_url',
      [
        '',
        'ftp://a',
        'http://u:p@host',
        'http://host/?key=1',
        'http://host/#a',
        'http://host/a b',
        'file:///etc',
        `http://${'a'.repeat(2048)}`,
      ],
    ],
    ['endpoint.model', ['', '"', 'a'.repeat(257)]],
    ['endpoint.stream', [0]],
    ['endpoint.max_tokens_field', ['max']],
    ['endpoint.extra', [{}, 'a'.repeat(32_769)]],
    ['endpoint.weights', ['']],
    ['rules.prompt', ['']],
    ['rules.parameters.max_tokens', [0, 10_000_001]],
    ['rules.parameters.temperature', [0, '-0', '1e3', `${longest}9`]],
    ['rules.parameters.top_p', ['.5']],
    ['rules.parameters.seed', [-1, '7']],
    ['rules.parameters.stop', ['END', [1], Array.from({ length: 17 }, () => 'a'), ['a'.repeat(257)]]],
    ['rules.parameters.logprobs', [1]],
    ['rules.parameters.response_format', [{}, 'a'.repeat(32_769)]],
    ['rules.parameters.top_k', [1]],
    ['rules.scorer.id', ['']],
    ['rules.scorer.version', [0]],
    ['rules.scorer.digest', ['']],
    ['rules.harness.id', ['']],
    ['rules.harness.version', [0]],
    ['rules.repeats', [0, 100_001]],
    ['rules.limits.timeout_ms', [0]],
    ['rules.limits.max_response_bytes', [0]],
    ['rules.retry.max_attempts', [0, 1001]],
    ['rules.retry.max_lost', [-1, 1001]],
    ['rules.stop', ['early']],
    ['budget', [[]]],
    ['budget.max_requests', [0]],
    ['budget.max_cost_usd', [1, 'much']],
    ['prices.prompt_usd_per_mtok', [1]],
    ['prices.completion_usd_per_mtok', ['']],
    ['prices.dated', ['2026-1-1', '']],
    ['concurrency', [0, MAX_CONCURRENCY + 1]],
    ['runner.name', ['']],
    ['runner.version', ['']],
    ['runner.dirty', ['no']],
    ['runner.platform', ['', 'a'.repeat(129)]],
    ['runner.lock', ['']],
    ['runner.commit', ['0'.repeat(39), 'G'.repeat(40)]],
    ['signer.kind', ['rsa']],
    ['signer.name', ['', 'a'.repeat(129)]],
    ['signer.public_key', ['', 'A1'.repeat(32)]],
    ['signer.checkpoint_key', ['']],
  ])('refuses a plan whose %s is out of bounds', (path, values) => {
    for (const value of values) {
      expectCode(() => parsePlan(canonicalize(withValue(FULL_PLAN, path, value))), 'ERR_PLAN_FORM');
    }
  });

  it.each(SUITE_REASONS)('wants a treatment for "%s"', (reason) => {
    expectCode(() => parsePlan(canonicalize(withValue(PLAN, `rules.unscored.${reason}`, undefined))), 'ERR_PLAN_FORM');
    const scored = canonicalize(withValue(PLAN, `rules.unscored.${reason}`, 'scored'));
    const comesWithAnAnswer = ['truncated', 'refused', 'filtered', 'empty'].includes(reason);
    if (comesWithAnAnswer) expect(parsePlan(scored).rules.unscored[reason]).toBe('scored');
    else expectCode(() => parsePlan(scored), 'ERR_PLAN_FORM');
  });

  it.each([
    ['a space', ` ${formatPlan(PLAN)}`],
    ['a newline at its end', `${formatPlan(PLAN)}\n`],
    ['a key twice', formatPlan(PLAN).replace('"concurrency":2', '"concurrency":2,"concurrency":2')],
    ['another order', JSON.stringify(PLAN)],
    ['null', formatPlan(PLAN).replace('"concurrency":2', '"concurrency":null')],
    ['no JSON', 'plan'],
    ['a list', '[]'],
    ['nothing', ''],
  ])('refuses a text with %s', (_name, text) => {
    expectCode(() => parsePlan(text), 'ERR_PLAN_FORM');
  });

  it('names the field and never its value', () => {
    const text = canonicalize(withValue(PLAN, 'endpoint.model', 'sk-"secret"'));
    expect(() => parsePlan(text)).toThrow(/^cannot read plan\/endpoint\/model: want a text like /);
    expect(() => parsePlan(text)).not.toThrow('sk-');
  });
});

describe('planDigest(), runId() and rulesDigest()', () => {
  it('are the SHA-256 of the text, its start, and the SHA-256 of the rules', () => {
    const text = formatPlan(FULL_PLAN);
    expect(text).toBe(canonicalizeOracle(FULL_PLAN));
    expect(planDigest(text)).toBe(sha256Hex(text));
    expect(runId(planDigest(text))).toBe(sha256Hex(text).slice(0, 16));
    expect(rulesDigest(FULL_PLAN)).toBe(sha256Hex(canonicalizeOracle(FULL_PLAN.rules) ?? ''));
  });

  it('tell plans with one rule changed apart, and not plans on another endpoint', () => {
    const other = withValue(PLAN, 'rules.repeats', 2) as Plan;
    const elsewhere = withValue(PLAN, 'endpoint.model', 'other') as Plan;
    expect(rulesDigest(other)).not.toBe(rulesDigest(PLAN));
    expect(rulesDigest(elsewhere)).toBe(rulesDigest(PLAN));
  });
});
