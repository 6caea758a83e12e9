/**
 * A verdict as JUnit XML, which every CI system shows: a suite of the policy is a test suite, a rule is a test case.
 *
 * What is not shown is a failure too: a rule that is open must not look like one that holds.
 */
import { printable } from '../printable.ts';
import type { GateVerdict, RuleVerdict } from './model.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** The text of junit.xml. */
export function gateJunit(verdict: GateVerdict): string {
  const groups = [
    { name: 'gate', rules: verdict.general },
    ...verdict.suites.map(({ suite, rules }) => ({ name: suite, rules })),
  ].filter(({ rules }) => rules.length > 0);
  const all = groups.flatMap(({ rules }) => rules);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="touchstone gate" ${counts(all)} timestamp="${text(verdict.decided_at)}">`,
    ...groups.flatMap(({ name, rules }) => suiteLines(name, rules)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteLines(name: string, rules: readonly RuleVerdict[]): readonly string[] {
  return [
    `  <testsuite name="${text(name)}" ${counts(rules)}>`,
    ...rules.flatMap((rule) => caseLines(name, rule)),
    '  </testsuite>',
  ];
}

function caseLines(suite: string, rule: RuleVerdict): readonly string[] {
  const head = `    <testcase classname="touchstone.${text(suite)}" name="${text(ruleTitle(rule))}"`;
  if (rule.verdict === 'pass') return [`${head}><system-out>${text(rule.sentence)}</system-out></testcase>`];
  const tag = rule.verdict === 'error' ? 'error' : 'failure';
  const type = rule.code ?? rule.verdict;
  const body = [rule.sentence, ...rule.items].map(text).join('\n');
  return [
    `${head}>`,
    `      <${tag} type="${text(type)}" message="${text(rule.sentence)}">${body}</${tag}>`,
    '    </testcase>',
  ];
}

/** A rule by name, with the metric it is about. */
export function ruleTitle({ rule, metric }: Pick<RuleVerdict, 'rule' | 'metric'>): string {
  return metric === null ? rule : `${rule} (${metric})`;
}

function counts(rules: readonly RuleVerdict[]): string {
  const errors = rules.filter(({ verdict }) => verdict === 'error').length;
  const failures = rules.filter(({ verdict }) => verdict === 'regressed' || verdict === 'inconclusive').length;
  return `tests="${rules.length}" failures="${failures}" errors="${errors}" skipped="0" time="0"`;
}

// XML 1.0 has no way at all to write most control characters and noncharacters.
function text(value: string): string {
  return printable(value)
    .replace(/[\ufffe\uffff]/g, '⟨U+FFFF⟩')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}
