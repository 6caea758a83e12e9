/** A verdict for a pull request or a job summary. Everything from outside is escaped, so that none of it is markup. */
import { escapeMarkdown } from '../markdown.ts';
import { ruleTitle } from './junit.ts';
import type { GateVerdict, RuleOutcome, RuleVerdict, SuiteVerdict, VerdictSource } from './model.ts';

const SIGNS: Readonly<Record<RuleOutcome, string>> = { pass: '✅', regressed: '❌', inconclusive: '❔', error: '⛔' };

const HEADLINES: Readonly<Record<RuleOutcome, string>> = {
  pass: 'every rule of the policy holds',
  regressed: 'a rule of the policy is broken, beyond noise',
  inconclusive: 'not enough is known to let it pass',
  error: 'the question could not be asked, so nothing passes',
};

/** Most items that a summary names under a rule. */
const MAX_ITEMS = 20;

/** The text of summary.md. */
export function gateMarkdown(verdict: GateVerdict): string {
  const { general, suites, sources, policy, not_gated: rest } = verdict;
  const sections = [
    `## ${SIGNS[verdict.verdict]} Touchstone gate: ${verdict.verdict}`,
    `${HEADLINES[verdict.verdict]} (exit code ${verdict.exit_code})`,
    ...(general.length === 0 ? [] : [ruleTable(general)]),
    ...general.flatMap(itemLines),
    ...suites.flatMap(suiteSection),
    ...(sources.length === 0 ? [] : ['### Runs', sourceTable(sources)]),
    `Policy ${code(policy.name)}, sha256 ${code(policy.sha256 ?? 'not read')}.`,
    ...(rest.length === 0 ? [] : [`Not gated, because the policy does not name them: ${rest.map(code).join(', ')}.`]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function suiteSection({ suite, verdict, rules, counts, differences }: SuiteVerdict): readonly string[] {
  const compared =
    counts === null
      ? []
      : [
          `${counts.compared} of ${counts.selected} items compared, ${counts.gained} gained, ${counts.lost} lost` +
            (counts.not_asked === 0 ? '.' : `, ${counts.not_asked} not asked because the difference was certain.`),
        ];
  return [
    `### ${SIGNS[verdict]} ${escapeMarkdown(suite)}: ${verdict}`,
    ...compared,
    ruleTable(rules),
    ...rules.flatMap(itemLines),
    ...(differences.length < 2 ? [] : [differences.map(({ sentence }) => `- ${escapeMarkdown(sentence)}`).join('\n')]),
  ];
}

function ruleTable(rules: readonly RuleVerdict[]): string {
  const rows = rules.map((rule) => {
    const { verdict, sentence, code: fault } = rule;
    const why = fault === null ? escapeMarkdown(sentence) : `${escapeMarkdown(sentence)} (${code(fault)})`;
    return [`${SIGNS[verdict]} ${verdict}`, escapeMarkdown(ruleTitle(rule)), why];
  });
  return table(['verdict', 'rule', 'what was found'], rows);
}

function itemLines(rule: RuleVerdict): readonly string[] {
  const { items, verdict } = rule;
  if (items.length === 0 || (verdict === 'pass' && rule.rule !== 'not_weaker')) return [];
  const shown = items.slice(0, MAX_ITEMS).map(escapeMarkdown).join(', ');
  const more = items.length > MAX_ITEMS ? `, and ${items.length - MAX_ITEMS} more in verdict.json` : '';
  return [`${escapeMarkdown(ruleTitle(rule))}: ${shown}${more}`];
}

function sourceTable(sources: readonly VerdictSource[]): string {
  const rows = sources.map(({ role, name, run, fault, sha256 }) => {
    if (run === null) return [role, escapeMarkdown(name), code(fault?.code ?? 'not verified'), '', digestCell(sha256)];
    const labels = run.labels.length === 0 ? '' : ` (${run.labels.join(', ')})`;
    const what = `${run.suite} ${run.suite_version} × ${run.endpoint}${labels}, run ${run.run_id}`;
    return [
      role,
      escapeMarkdown(name),
      escapeMarkdown(what),
      escapeMarkdown(signerText(run.signer)),
      digestCell(sha256),
    ];
  });
  return table(['role', 'source', 'verified run', 'signed by', 'sha256'], rows);
}

function signerText({ status, name, fingerprint }: NonNullable<VerdictSource['run']>['signer']): string {
  if (status === 'ephemeral') return 'nobody: a key made for this run';
  return status === 'trusted' ? name : `unidentified: ${fingerprint}`;
}

function digestCell(sha256: string | null): string {
  return sha256 === null ? '' : code(sha256.slice(0, 16));
}

// A name of a file or a code; no backtick can end it early.
function code(text: string): string {
  return /^[\w./:-]+$/.test(text) ? `\`${text}\`` : escapeMarkdown(text);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
