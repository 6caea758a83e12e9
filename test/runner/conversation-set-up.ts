/** Suites whose items take several questions, a scripted model for them, and tools that run in this process. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterEach } from 'vitest';
import { openSource } from '../../src/archive/open-source.ts';
import { NO_CREDENTIALS, openOpenAiCompatible } from '../../src/endpoints/openai-compatible.ts';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import type { RunInput } from '../../src/runner/run.ts';
import type { Sandbox } from '../../src/scoring/trial.ts';
import { loadSuite } from '../../src/suites/load.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun, type Verification } from '../../src/verifier/verify.ts';
import {
  startScriptedServer,
  type ScriptedQuestion,
  type ScriptedReply,
  type ScriptedServer,
} from './scripted-server.ts';
import { SIGNER, temporaryFolder, toyIdentity, toyInput } from './toy.ts';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** Sandboxed code is our own here, so it needs no sandbox; a tool that makes no end would hang the test. */
export function openVmSandbox(): Sandbox {
  return {
    ready: () => Promise.resolve(),
    run: () => Promise.reject(new Error('there are no programs')),
    evaluate({ setUp, source }) {
      const output: unknown = runInNewContext(`${setUp}\n${source}`);
      return Promise.resolve(typeof output === 'string' ? { end: 'passed', output } : { end: 'failed', output: null });
    },
    close: () => Promise.resolve(),
  };
}

/** Counts up by a tool: item k takes k + 1 questions. */
export const COUNTING = `harness:
  id: tool-loop
  version: 1
  state: start
  tools:
    - { name: add, description: Add a number., parameters: { type: object } }
  source: |
    function add(state, { by }) { return { result: state.n + by, state: { n: state.n + by } }; }
`;

/** Asks three times. */
export const DOUBTING = `harness:
  id: fixed-turns
  version: 1
  turns: ['Are you sure that it is {{ k }}?', 'Say it again.']
`;

const NUMBER = 'scorer: { id: number, version: 1 }';

/** A judge votes three times. */
const JUDGED = `scorer:
  id: rubric
  version: 1
  prompt: "Right is {{ target }}. Answer: {{ answer }}"
  grades: [GOOD, BAD]
  scores: ['1', '0']
  votes: 3
  temperature: 1
`;

/** What the model says: it counts to k, and is wrong about every fourth. Doubts do not change its mind. */
export function countingModel({ messages, last }: Pick<ScriptedQuestion, 'messages' | 'last'>): ScriptedReply | string {
  const k = Number(/count to (\d+)/.exec(messages[0]?.content ?? '')?.[1]);
  const said = k % 4 === 3 ? `it is ${k + 1}` : `it is ${k}`;
  if (messages.length > 1 && last.role === 'user') return said;
  const n = last.role === 'tool' ? Number(last.content) : 0;
  return n < k ? { calls: [['add', { by: 1 }]] } : said;
}

/** What the judge says: the text that it is shown has the right number or not. */
export function judgeModel({ last }: Pick<ScriptedQuestion, 'last'>): string {
  const [, right, given] = /Right is (\d+)\. Answer: .*it is (\d+)/s.exec(last.content) ?? [];
  return right === given ? 'Grade: GOOD' : 'Grade: BAD';
}

export interface Conversations {
  readonly input: RunInput;
  readonly server: ScriptedServer;
}

export interface ConversationOptions {
  readonly size?: number;
  /** The harness and whatever else a suite may have. */
  readonly suite: string;
  /** Asked under the model names `toy-1` and `judge-1`. */
  readonly script?: (question: ScriptedQuestion) => ScriptedReply | string;
  readonly judged?: boolean;
  /** Whether the model streams its answers. */
  readonly streamed?: boolean;
}

/** Everything that a run needs; it is gone after the test. */
export async function converse({
  size = 6,
  suite: extra,
  script,
  judged = false,
  streamed = false,
}: ConversationOptions): Promise<Conversations> {
  const { path, remove } = await temporaryFolder();
  cleanUps.push(remove);
  const usual = (question: ScriptedQuestion): ScriptedReply | string =>
    question.body['model'] === 'judge-1' ? judgeModel(question) : countingModel(question);
  const server = await startScriptedServer(script ?? usual);
  cleanUps.push(() => server.close());
  await writeSuite(path, size, extra, judged);
  const endpoint = await open(server.url, 'toy-1', streamed);
  const judge = judged ? { judge: await open(server.url, 'judge-1') } : {};
  const suite = await loadSuite(join(path, 'suite.yaml'));
  const folder = join(path, 'run');
  return { server, input: toyInput({ folder, suite, endpoint, sandbox: openVmSandbox(), ...judge }) };
}

async function writeSuite(folder: string, size: number, extra: string, judged: boolean): Promise<void> {
  const rows = Array.from({ length: size }, (_, k) => ({ id: `q${k}`, k, start: { n: 0 }, answer: String(k) }));
  await writeFile(join(folder, 'items.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const yaml = [
    'id: counting',
    'version: 1.0.0',
    'title: Count',
    'licence: CC0-1.0',
    'redistributable: true',
    'items: { file: items.jsonl, id: id, input: [k, start], target: answer }',
    "prompt: 'count to {{ k }}'",
    'parameters: { max_tokens: 16, seed: 5 }',
    judged ? JUDGED : NUMBER,
    extra,
  ];
  await writeFile(join(folder, 'suite.yaml'), `${yaml.join('\n')}\n`);
}

async function open(baseUrl: string, model: string, stream = false): Promise<Endpoint> {
  const identity = toyIdentity({ name: model, model, stream });
  const endpoint = await openOpenAiCompatible(identity, { baseUrl, connections: 16, credentials: NO_CREDENTIALS });
  cleanUps.push(() => endpoint.close());
  return endpoint;
}

/** Verify a run folder or a bundle. */
export async function verifyAt(path: string, sandbox: Sandbox | null = openVmSandbox()): Promise<Verification> {
  return await verifyRun(await openSource(path), {
    keepSamples: true,
    trusted: SIGNER.kind === 'ed25519' ? [SIGNER.signer.publicKey] : [],
    ...(sandbox === null ? {} : { sandbox }),
  });
}

/** A run that has to verify. */
export async function verifiedAt(path: string, sandbox?: Sandbox | null): Promise<VerifiedTranscript> {
  const verification = await verifyAt(path, sandbox);
  if (!verification.verified) throw verification.fault;
  return verification.transcript;
}

/** Verdict and coverage of the axis `scoring`. */
export function scoringOf({ axes }: VerifiedTranscript): unknown {
  const found = axes.find(({ axis }) => axis === 'scoring');
  return found && [found.verdict, found.coverage?.checked, found.coverage?.total];
}
