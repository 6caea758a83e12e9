/** Serves the simulator of attested providers with an embedded model behind it, and says how to ask it. */
import { UsageError } from '../core/errors.ts';
import { TEE_PROVIDERS, type TeeProvider } from '../core/evidence-names.ts';
import { readEmbeddedModels } from '../endpoints/embedded/models.ts';
import { simulatedEmbedded } from '../endpoints/tee/simulator/answer.ts';
import { SIMULATOR_FAULTS, type SimulatorFaultName } from '../endpoints/tee/simulator/faults.ts';
import { startTeeSimulator, type TeeSimulator } from '../endpoints/tee/simulator/server.ts';
import { isNear } from '../schema/spelling.ts';
import { writeAtomic } from '../archive/write-atomic.ts';
import { oneOfWords } from './command.ts';
import { paint, print, say, withHint } from './say.ts';
import { alignColumns } from './table.ts';
import { untilInterrupted } from './until-interrupted.ts';

/** What to serve. */
export interface SimulatorRequest {
  readonly mode: string;
  /** Name of an embedded model. */
  readonly model: string;
  readonly fault: readonly string[];
  /** File for the certificate; plain HTTP without. */
  readonly tls?: string | undefined;
  readonly port: number;
  readonly host: string;
}

/** Every fault with what refuses it and where it shows. */
export function faultLines(): readonly string[] {
  const rows = SIMULATOR_FAULTS.map(({ name, code, modes, about }) => [
    name,
    code ?? 'not refused: noted, capped or handled',
    about === 'session' ? 'attestation' : 'answers',
    modes.length === TEE_PROVIDERS.length ? 'all modes' : modes.join(', '),
  ]);
  return alignColumns([['fault', 'refused with', 'shows in', 'modes'], ...rows]);
}

/**
 * Serve until Ctrl-C.
 *
 * @throws {@link UsageError} `ERR_USAGE` for a mode or a fault that does not exist, or that does not go with the other
 */
export async function serveSimulator({ fault, model, tls, host, port, ...request }: SimulatorRequest): Promise<void> {
  const mode = oneOfWords('mode', request.mode, TEE_PROVIDERS) ?? 'near-direct';
  const faults = fault.map((name) => findFault(name, mode));
  const embedded = await simulatedEmbedded({ models: await readEmbeddedModels([model]) });
  try {
    const { answer } = embedded;
    const simulator = await startTeeSimulator({ mode, model, answer, faults, host, port, tls: tls !== undefined });
    if (tls !== undefined && simulator.certificate !== null) await writeAtomic(tls, simulator.certificate);
    print(simulator.url);
    for (const line of useLines(simulator, { mode, model, faults, tls })) say(line);
    await untilInterrupted();
    await simulator.close();
  } finally {
    await embedded.close();
  }
}

function findFault(name: string, mode: TeeProvider): SimulatorFaultName {
  const fault = SIMULATOR_FAULTS.find((known) => known.name === name);
  if (fault === undefined) {
    const near = SIMULATOR_FAULTS.find((known) => isNear(known.name, name));
    const error = new UsageError('ERR_USAGE', `--fault is "${name}": there is no such fault`);
    throw withHint(
      error,
      near === undefined ? 'touchstone endpoints serve tee-sim --faults' : `did you mean ${near.name}?`,
    );
  }
  if (fault.modes.includes(mode)) return fault.name;
  throw new UsageError('ERR_USAGE', `--fault ${name} does not show in mode ${mode}: want ${fault.modes.join(', ')}`);
}

interface Served {
  readonly mode: TeeProvider;
  readonly model: string;
  readonly faults: readonly SimulatorFaultName[];
  readonly tls: string | undefined;
}

function useLines({ url, vendorUrl }: TeeSimulator, { mode, model, faults, tls }: Served): readonly string[] {
  const wrong = faults.length === 0 ? '' : `, with the faults ${faults.join(', ')}`;
  const said = `${paint('warning', 'SIMULATED', process.stderr)}: ${model} as ${mode}${wrong}; it proves nothing`;
  const word = `ask it as: simulated:${mode}:${url}#${model} with --allow-simulated`;
  const tee = `tee: { provider: ${mode}, simulated: true, collateral: { pccs: ${vendorUrl} }, nras: ${vendorUrl}/v3/attest/gpu }`;
  const entry = `- url: ${url}\n    model: ${model}\n    ca_file: ${tls ?? ''}\n    ${tee}`;
  const use =
    tls === undefined ? word : `ask it with this entry in a configuration file, and --allow-simulated:\n  ${entry}`;
  return [said, use, 'end with Ctrl-C'];
}
