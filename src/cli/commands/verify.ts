/** `touchstone verify`: check runs and bundles, and say what they prove. */
import type { Argv } from 'yargs';
import { UsageError } from '../../core/errors.ts';
import { ENDPOINT_LEVELS, type EndpointLevel } from '../../core/evidence-names.ts';
import type { PublicKey } from '../../core/key.ts';
import type { ReportRun } from '../../reports/model.ts';
import { summarizeRun } from '../../reports/run-summary.ts';
import { levelCell } from '../../reports/standing.ts';
import { AXES, type Axis, type AxisVerdict, type Verdict } from '../../verifier/verdict.ts';
import { verifyRun } from '../../verifier/verify.ts';
import { defineCommand, oneOfWords, type Command } from '../command.ts';
import {
  EVIDENCE_OPTIONS,
  evidenceOptions,
  readEvidenceChoice,
  unmetRequirements,
  type EvidenceChoice,
} from '../evidence-check.ts';
import { EXIT, exitCodeOf, worstOf, type ExitCode } from '../exit.ts';
import { openSource } from '../../archive/open-source.ts';
import { HINTS } from '../hints.ts';
import { programSandbox } from '../program-sandbox.ts';
import { describe, print, printJson, say, sayError } from '../say.ts';
import { readTrust } from '../trust.ts';
import { failedLines, verifiedLines } from '../verdict-text.ts';

const RANKS: Readonly<Record<Verdict, number>> = { failed: 0, 'not evaluated': 1, declared: 2, proven: 3 };

/** The least that an axis must reach. */
interface Bar {
  readonly axis: Axis;
  readonly verdict: Verdict;
}

/** What was found out about one source, as `--json` prints it. */
type Finding =
  | { readonly source: string; readonly verified: true; readonly refusals: readonly string[]; readonly run: ReportRun }
  | {
      readonly source: string;
      readonly verified: false;
      readonly code: string;
      readonly message: string;
      readonly axes: readonly AxisVerdict[];
    };

/** The command. */
export const verify: Command = defineCommand({
  usage: 'verify <source..>',
  describe: 'check transcripts and say what they prove',
  lists: ['source', 'trust', 'require'],
  options: (parser: Argv) =>
    parser
      .positional('source', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'run folders and bundle files',
      })
      .option('trust', {
        type: 'string',
        array: true,
        default: [],
        describe: 'key you vouch for: vkey, OpenSSH public key, or a file of them; may be repeated',
        requiresArg: true,
      })
      .option('allow-unknown-signer', { type: 'boolean', default: false, describe: 'accept a sound run by anybody' })
      .option('require', {
        type: 'string',
        array: true,
        default: [],
        describe: 'least verdict of an axis, such as scoring=proven; may be repeated',
        requiresArg: true,
      })
      .option('require-level', {
        type: 'string',
        describe: 'least level of evidence about the endpoint: L1 to L6, see docs/tee.md',
        requiresArg: true,
      })
      .option('at', {
        type: 'string',
        describe: 'day or RFC 3339 time at which evidence has to be valid (default: when the run says it was fetched)',
        requiresArg: true,
      })
      .options(EVIDENCE_OPTIONS)
      .option('programs', {
        type: 'boolean',
        default: true,
        describe: 'run answers that are programs again, in the sandbox; --no-programs does not',
      })
      .option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  examples: [
    ['touchstone verify score.touchstone.jsonl.gz --trust alice.pub', 'was this really signed by alice?'],
    ['touchstone verify runs/* --allow-unknown-signer', 'are these sound, whoever signed them?'],
    ['touchstone verify runs/* --trust ci.pub --require scoring=proven --json', 'in a script'],
    ['touchstone verify run.touchstone.jsonl.gz --trust ci.pub --require-level L4', 'did an attested model answer?'],
  ],
  notes:
    'Needs no network. Without --trust the signer is unidentified and the command ends with 1, unless you allow it.\n' +
    'Axes: integrity, authorship, time, completeness, scoring, execution, reproduction.\n' +
    'Verdicts: proven, declared, not-evaluated, failed.',
  run: async ({ source, trust, allowUnknownSigner, require, requireLevel, programs, json, ...args }) => {
    const bars = require.map(parseBar);
    const level = oneOfWords('require-level', requireLevel, ENDPOINT_LEVELS) ?? null;
    const evidence = await readEvidenceChoice(args);
    const trusted = await readTrust(trust);
    const codes: ExitCode[] = [];
    const findings: Finding[] = [];
    for (const path of source) {
      try {
        const finding = await check(path, { trusted, bars, level, allowUnknownSigner, evidence, programs });
        findings.push(finding);
        codes.push(finding.verified && finding.refusals.length === 0 ? EXIT.yes : EXIT.no);
        if (!json) show(finding);
      } catch (error) {
        // The other sources still deserve their verdicts; a bug does not.
        if (exitCodeOf(error) === EXIT.bug) throw error;
        sayError(error);
        codes.push(exitCodeOf(error));
        findings.push({ source: path, verified: false, code: codeOf(error), message: describe(error), axes: [] });
      }
    }
    if (json) printJson(findings);
    return worstOf(codes);
  },
});

const UNKNOWN_SIGNER = 'the signer is not identified';

/** What a source is held against. */
interface Policy {
  readonly trusted: readonly PublicKey[];
  readonly bars: readonly Bar[];
  /** Least level of the endpoint; null if any will do. */
  readonly level: EndpointLevel | null;
  readonly allowUnknownSigner: boolean;
  readonly evidence: EvidenceChoice;
  /** Whether programs are run again. */
  readonly programs: boolean;
}

async function check(path: string, policy: Policy): Promise<Finding> {
  const { trusted, bars, level, allowUnknownSigner, evidence, programs } = policy;
  const source = await openSource(path);
  const verification = await verifyRun(source, {
    trusted,
    ...(programs ? { sandbox: programSandbox } : {}),
    ...(await evidenceOptions(source, evidence)),
  });
  if (!verification.verified) {
    const { code, message } = verification.fault;
    return { source: path, verified: false, code, message, axes: verification.axes };
  }
  const run = summarizeRun(verification.transcript);
  const unmet = evidence.policy === null ? [] : await unmetRequirements(verification.transcript, evidence.policy);
  const isKnown = run.signer.status === 'trusted' || allowUnknownSigner;
  const refusals = [
    ...(isKnown ? [] : [`${UNKNOWN_SIGNER}: ${run.signer.fingerprint}`]),
    ...bars.flatMap((bar) => refusalOf(run, bar)),
    ...(level === null ? [] : levelRefusal(run, level)),
    ...unmet.map(({ rule, reason }) => `${rule} of the policy is not met: ${reason}`),
  ];
  return { source: path, verified: true, refusals, run };
}

function refusalOf(run: ReportRun, { axis, verdict }: Bar): readonly string[] {
  const found = run.axes.find((candidate) => candidate.axis === axis)?.verdict ?? 'not evaluated';
  return RANKS[found] >= RANKS[verdict] ? [] : [`${axis} is ${found}, required is ${verdict}`];
}

function levelRefusal(run: ReportRun, wanted: EndpointLevel): readonly string[] {
  const isWhole = run.execution === null || run.execution.checked === run.execution.answers;
  if (isWhole && run.level !== null && run.level.level >= wanted) return [];
  return [`the level of the endpoint is ${levelCell(run)}, required is ${wanted}`];
}

function show(finding: Finding): void {
  if (!finding.verified) {
    for (const line of failedLines(finding.source, finding, finding.axes)) print(line);
    const hint = HINTS[finding.code];
    if (hint !== undefined) say(`hint: ${hint}`);
    return;
  }
  for (const line of verifiedLines(finding.run, finding.source)) print(line);
  for (const refusal of finding.refusals) say(`not accepted: ${finding.source}: ${refusal}`);
  const isUnknown = finding.refusals.some((refusal) => refusal.startsWith(UNKNOWN_SIGNER));
  if (isUnknown && finding.run.signer.status === 'unidentified') {
    say('hint: give the key its author published with --trust, or accept anybody with --allow-unknown-signer');
  }
}

function parseBar(text: string): Bar {
  const [name = '', wanted = ''] = text.split('=', 2);
  const axis = AXES.find((candidate) => candidate === name);
  const verdict = (['proven', 'declared', 'not evaluated'] as const).find(
    (known) => known.replace(' ', '-') === wanted,
  );
  if (axis !== undefined && verdict !== undefined) return { axis, verdict };
  const want = `want <axis>=<verdict> with one of ${AXES.join(', ')} and one of proven, declared, not-evaluated`;
  throw new UsageError('ERR_USAGE', `--require is "${text}": ${want}`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'ERR_UNKNOWN';
}
