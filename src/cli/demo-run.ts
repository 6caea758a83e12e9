/**
 * The demo, step by step: a key, runs over a socket, bundles, a verification in a process of its own that knows only
 * bundles and the public key, and a report.
 */
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SecretKey } from '../core/key.ts';
import { localSigner } from '../core/signer.ts';
import { parseEndpointSpec, type EndpointConfig } from '../endpoints/config.ts';
import { openEndpoint } from '../endpoints/open.ts';
import { readEmbeddedModels } from '../endpoints/embedded/models.ts';
import type { ReportRun } from '../reports/model.ts';
import { writeReport } from '../reports/write-report.ts';
import { loadSuite, type LoadedSuite } from '../suites/load.ts';
import { BUNDLE_SUFFIX } from '../transcript/publication.ts';
import { createBundleFile } from './bundle-file.ts';
import { prepareDemoFolder, type DemoFolder } from './demo-folder.ts';
import { cloudPlace, teePlace, type DemoPlace } from './demo-places.ts';
import { inapplicable, isPlain, type LeftOut } from './demo-suites.ts';
import { axesTable, placesTable, scoreTable } from './demo-tables.ts';
import { loadEvidenceCheck, type EvidenceChoice } from './evidence-check.ts';
import { EXIT, worstOf, type ExitCode } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import { newKey, writeKeyFile } from './key-file.ts';
import { newRunFolder } from './run-folder-name.ts';
import { runPair, type PairInput, type PairResult } from './run-pair.ts';
import { runnerIdentity } from './runner-identity.ts';
import { paint, print, say } from './say.ts';
import { findSuite, shippedSuites } from './suite-path.ts';
import { verifyApart } from './verify-apart.ts';
import { verifySources } from './verify-sources.ts';

const CONCURRENCY = 8;
const TITLE = 'Touchstone demo: two tiny models, every suite, and one of them in three places';

/** The suite that is asked in every place. */
const SHARED_SUITE = 'arithmetic';

/** The demo has a simulator of its own, and says so wherever it is named. */
const EVIDENCE: EvidenceChoice = { allowSimulated: true, atMs: null, policy: null };

/**
 * Run the demo in a folder of its own.
 *
 * @param isFull - Every suite that the models can do, instead of those alone that ask one question per item.
 */
export async function runDemo(path: string, isFull: boolean): Promise<ExitCode> {
  const folder = await prepareDemoFolder(path);
  const key = await makeKey(folder);
  const { runs, leftOut } = await runEverything(folder, key, isFull);
  const code = worstOf(runs.map((run) => run.code));
  if (code !== EXIT.yes) return code;
  const bundles: string[] = [];
  for (const run of runs) bundles.push(await bundleOf(run, folder));
  say(`verifying ${bundles.length} bundles in a process of its own, which trusts ${folder.publicKey} and nothing else`);
  const apart = await verifyApart(bundles, folder.publicKey);
  if (apart.code !== EXIT.yes) return apart.code;
  const { runs: verified, codes } = await verifySources(bundles, [key.publicKey], EVIDENCE);
  if (codes.length > 0) return worstOf(codes);
  const paths = new Map(verified.map(({ runId, name }) => [runId, name]));
  await writeReport(verified, folder.report, { title: TITLE, createdAt: new Date().toISOString(), paths });
  showResults(apart.runs, leftOut, folder);
  return EXIT.yes;
}

async function makeKey(folder: DemoFolder): Promise<SecretKey> {
  const key = newKey('demo');
  await writeKeyFile(folder.secretKey, key);
  await writeFile(folder.publicKey, `${key.publicKey.vkey}\n`);
  say(`made a key for this demo: ${key.publicKey.fingerprint} in ${folder.secretKey}`);
  return key;
}

// Every model answers every suite, then one of them one suite in other places; what follows a run that fails is left out.
async function runEverything(
  folder: DemoFolder,
  key: SecretKey,
  isFull: boolean,
): Promise<{ readonly runs: readonly PairResult[]; readonly leftOut: readonly LeftOut[] }> {
  const [models, shipped, runner] = await Promise.all([readEmbeddedModels(), loadShipped(), runnerIdentity()]);
  const leftOut = isFull
    ? await inapplicable(
        shipped,
        models.map(({ name }) => parseEndpointSpec(`embedded:${name}`)),
      )
    : [];
  const suites = shipped.filter((suite) =>
    isFull ? !leftOut.some((each) => each.suite === suite.definition.id) : isPlain(suite),
  );
  say(`${models.length} models × ${suites.length} suites, over HTTP on this machine`);
  const interrupt = onInterrupt();
  const signer = { kind: 'ed25519', signer: localSigner(key) } as const;
  const session: DemoSession = { folder: folder.runs, signer, runner, signal: interrupt.signal };
  const results: PairResult[] = [];
  const isFine = (): boolean => results.every(({ code }) => code === EXIT.yes);
  try {
    for (const { name } of models) {
      if (isFine()) results.push(...(await askAll(session, parseEndpointSpec(`embedded:${name}`), suites)));
    }
    const shared = suites.filter(({ definition }) => definition.id === SHARED_SUITE);
    const model = models.at(-1)?.name ?? '';
    for (const place of [() => cloudPlace(model), () => teePlace(model, folder.certificate)]) {
      if (isFine()) results.push(...(await askIn(session, await place(), shared)));
    }
  } finally {
    interrupt.dispose();
  }
  return { runs: results, leftOut };
}

async function loadShipped(): Promise<readonly LoadedSuite[]> {
  const names = await shippedSuites();
  return await Promise.all(names.map(async (name) => await loadSuite(await findSuite(name))));
}

type DemoSession = Pick<PairInput, 'folder' | 'signer' | 'runner' | 'signal'>;

async function askIn(
  session: DemoSession,
  place: DemoPlace,
  suites: readonly LoadedSuite[],
): Promise<readonly PairResult[]> {
  try {
    return await askAll(session, place.config, suites);
  } finally {
    await place.close();
  }
}

async function askAll(
  { folder, ...session }: DemoSession,
  config: EndpointConfig,
  suites: readonly LoadedSuite[],
): Promise<readonly PairResult[]> {
  const results: PairResult[] = [];
  const attestation = config.kind === 'tee' ? { attestation: await loadEvidenceCheck(EVIDENCE) } : {};
  const endpoint = await openEndpoint(config, { connections: CONCURRENCY });
  try {
    for (const suite of suites) {
      const result = await runPair({
        ...session,
        ...attestation,
        suite,
        endpoint,
        harness: null,
        folder: await newRunFolder(
          folder,
          { suite: suite.definition.id, endpoint: config.name.replace('embedded:', ''), harness: null },
          Date.now(),
        ),
        options: { concurrency: CONCURRENCY },
        allowVersionChange: false,
        maxUnscored: null,
      });
      results.push(result);
      if (result.code !== EXIT.yes) return results;
    }
  } finally {
    await endpoint.close();
  }
  return results;
}

async function bundleOf(run: PairResult, folder: DemoFolder): Promise<string> {
  const { path } = await createBundleFile(run.folder, {
    out: join(folder.bundles, `${basename(run.folder)}${BUNDLE_SUFFIX}`),
  });
  return path;
}

function showResults(runs: readonly ReportRun[], leftOut: readonly LeftOut[], folder: DemoFolder): void {
  for (const line of scoreTable(runs)) print(line);
  for (const { suite, why } of leftOut) print(`${suite}: not applicable: ${why}`);
  print('');
  print(
    `The same model in three places, on ${SHARED_SUITE}. The cloud is a stand-in on this machine, the TEE a simulator:`,
  );
  for (const line of placesTable(runs, SHARED_SUITE)) print(line);
  print('');
  for (const line of axesTable(runs)) print(line);
  print('');
  print(
    `Authorship is proven under the key that this demo just made (${folder.publicKey}): it stands for nobody else.`,
  );
  print(`${paint('strong', 'open')} ${pathToFileURL(resolve(folder.report, 'report.html')).href}`);
  say(`verify one yourself: touchstone verify ${folder.bundles}/<bundle> --trust ${folder.publicKey}`);
  say('the runs of the simulated TEE verify only with --allow-simulated');
}
