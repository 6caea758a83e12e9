/** A verdict as people read it on a terminal. */
import { ruleTitle } from '../reports/gate/junit.ts';
import type { GateVerdict, RuleOutcome, RuleVerdict, SuiteVerdict } from '../reports/gate/model.ts';
import { printableLine } from '../reports/printable.ts';
import { paint, type Tone } from './say.ts';

const TONES: Readonly<Record<RuleOutcome, Tone>> = {
  pass: 'good',
  regressed: 'bad',
  inconclusive: 'warning',
  error: 'bad',
};

const WIDTH = Math.max(...Object.keys(TONES).map((outcome) => outcome.length)) + 2;

/** Most items that a line names. */
const MAX_ITEMS = 8;

/** All lines about a verdict. */
export function gateLines(verdict: GateVerdict): readonly string[] {
  const { general, suites, exit_code: code, not_gated: rest } = verdict;
  return [
    ...general.flatMap((rule) => ruleLines(rule, '')),
    ...suites.flatMap(suiteLines),
    ...(rest.length === 0 ? [] : [`not gated, because the policy does not name them: ${rest.join(', ')}`]),
    `gate: ${paint(TONES[verdict.verdict], verdict.verdict)} (exit code ${code})`,
  ];
}

function suiteLines({ suite, verdict, counts, rules, differences }: SuiteVerdict): readonly string[] {
  const compared =
    counts === null
      ? ''
      : `, ${counts.compared} of ${counts.selected} items compared, ${counts.gained} gained, ${counts.lost} lost` +
        (counts.not_asked === 0 ? '' : `, ${counts.not_asked} not asked`);
  return [
    `${paint('strong', suite)}: ${paint(TONES[verdict], verdict)}${compared}`,
    ...rules.flatMap((rule) => ruleLines(rule, '  ')),
    ...differences.slice(1).map(({ sentence }) => `${' '.repeat(WIDTH + 2)}${printableLine(sentence)}`),
  ];
}

function ruleLines(rule: RuleVerdict, indent: string): readonly string[] {
  const { verdict, sentence, items, code } = rule;
  const outcome = paint(TONES[verdict], verdict.padEnd(WIDTH));
  const fault = code === null ? '' : ` (${code})`;
  const head = `${indent}${outcome}${ruleTitle(rule)}: ${printableLine(sentence)}${fault}`;
  if (items.length === 0 || (verdict === 'pass' && rule.rule !== 'not_weaker')) return [head];
  const more = items.length > MAX_ITEMS ? `, and ${items.length - MAX_ITEMS} more` : '';
  const shown = items.slice(0, MAX_ITEMS).map(printableLine).join(', ');
  return [head, `${indent}${' '.repeat(WIDTH)}${shown}${more}`];
}
