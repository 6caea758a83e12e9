/** Runs against the fake endpoint, and what they leave behind, read without the code under test. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openFolder } from '../../src/archive/folder-source.ts';
import { resumeRun, type ResumeInput } from '../../src/runner/resume.ts';
import type { RunEvent } from '../../src/runner/run-event.ts';
import { runSuite, type RunEnd, type RunInput } from '../../src/runner/run.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun, type Verification } from '../../src/verifier/verify.ts';
import { fakeCheck } from '../fake-attestation.ts';
import { sha256Hex, treeRoot } from '../transcript/oracle.ts';
import type { FakeTee } from './fake-tee.ts';
import { RUNNER, SIGNER, temporaryFolder, toyInput, toySuite } from './toy.ts';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A record as it stands in the file. */
export type RawRecord = Readonly<Record<string, never>> & {
  readonly k: string;
  readonly seq: number;
  readonly about?: string;
  readonly of?: number;
  readonly phase?: string;
  readonly size?: number;
  readonly root?: string;
  readonly unscored?: string;
  readonly files?: readonly { readonly role: string; readonly sha256: string }[];
};

/** One run folder and the endpoint it is against. */
export interface AttestedRun {
  readonly folder: string;
  readonly events: RunEvent[];
  run(more?: Partial<RunInput>): Promise<RunEnd>;
  resume(more?: Partial<ResumeInput>): Promise<RunEnd>;
  records(): Promise<readonly RawRecord[]>;
  verify(): Promise<Verification>;
  verified(): Promise<VerifiedTranscript>;
  /** The nonce that an attestation record asks for, by node:crypto over the lines of the file. */
  nonceOf(record: RawRecord): Promise<string>;
}

/** A run of some items; it is gone after the test. */
export async function attestedRun(endpoint: FakeTee, size: number, suiteYaml = ''): Promise<AttestedRun> {
  const temporary = await temporaryFolder();
  cleanUps.push(() => temporary.remove());
  const folder = join(temporary.path, 'run');
  const suiteFolder = join(temporary.path, 'suite');
  await mkdir(suiteFolder);
  const suite = await toySuite(suiteFolder, size, suiteYaml);
  const events: RunEvent[] = [];
  const parts = {
    folder,
    suite,
    endpoint,
    attestation: fakeCheck(),
    listener: (event: RunEvent) => void events.push(event),
  };
  const lines = async (): Promise<readonly string[]> =>
    (await readFile(join(folder, 'records.jsonl'), 'utf8')).trimEnd().split('\n');
  const verify = async (): Promise<Verification> =>
    await verifyRun(await openFolder(folder), { keepSamples: true, attestation: fakeCheck() });
  return {
    folder,
    events,
    run: async (more = {}) => await runSuite(toyInput({ ...parts, ...more })),
    resume: async (more = {}) => await resumeRun({ ...parts, runner: RUNNER, signer: SIGNER, ...more }),
    records: async () => (await lines()).map((line) => JSON.parse(line) as RawRecord),
    verify,
    async verified() {
      const verification = await verify();
      if (!verification.verified) throw verification.fault;
      return verification.transcript;
    },
    async nonceOf({ phase, size = 0, root }) {
      const plan = await readFile(join(folder, 'plan.json'));
      const held = treeRoot((await lines()).slice(0, size));
      if (held !== root) throw new Error(`record states root ${root}, the file has ${held}`);
      const sizeBytes = Buffer.alloc(8);
      sizeBytes.writeBigUInt64BE(BigInt(size));
      const digest = Buffer.from(sha256Hex(plan), 'hex');
      return sha256Hex(`touchstone/v1/tee-nonce\n${phase}\n`, digest, sizeBytes, Buffer.from(held, 'hex'));
    },
  };
}

/** The attestation records among others. */
export function sessionsIn(records: readonly RawRecord[]): readonly RawRecord[] {
  return records.filter(({ k, about }) => k === 'evidence' && about === 'session');
}
