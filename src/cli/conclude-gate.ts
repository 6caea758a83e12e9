/** Decides a gate, signs and writes what was decided, and shows it. */
import { randomBytes } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { gateMarkdown } from '../reports/gate/markdown.ts';
import type { GateExit, GateVerdict } from '../reports/gate/model.ts';
import { decideGate, type GateInput } from '../reports/gate/verdict.ts';
import { writeGate } from '../reports/gate/write-gate.ts';
import { keysOf, type RunSigner } from '../runner/signing.ts';
import { SECRET_BYTES } from '../archive/run-folder.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { say } from './say.ts';
import { toolVersion } from './version.ts';

const EXITS: Readonly<Record<GateExit, ExitCode>> = { 0: EXIT.yes, 1: EXIT.no, 3: EXIT.input, 5: EXIT.insufficient };

/** What a verdict follows from, who signs it and where it goes. */
export interface GateRequest extends Pick<GateInput, 'policy' | 'runs' | 'previous' | 'allowWeaker'> {
  readonly signer: RunSigner;
  /** Folder of the files. */
  readonly out: string;
}

/** A verdict that was written. */
export interface ConcludedGate {
  readonly verdict: GateVerdict;
  readonly code: ExitCode;
}

/** Decide, sign and write; whatever the verdict is, its files are there. */
export async function concludeGate({ signer, out, ...given }: GateRequest): Promise<ConcludedGate> {
  const tool = { name: 'touchstone', version: toolVersion() };
  const verdict = decideGate({ ...given, decidedAt: new Date().toISOString(), tool });
  const { signStatement } = keysOf(signer, randomBytes(SECRET_BYTES));
  const paths = await writeGate(verdict, out, signStatement);
  say(`wrote ${paths.join(', ')}`);
  await appendJobSummary(verdict);
  return { verdict, code: EXITS[verdict.exit_code] };
}

// GitHub shows this file on the page of the job; several steps may add to it.
async function appendJobSummary(verdict: GateVerdict): Promise<void> {
  const { GITHUB_STEP_SUMMARY: path } = process.env;
  if (path !== undefined && path !== '') await appendFile(path, `${gateMarkdown(verdict)}\n`);
}
