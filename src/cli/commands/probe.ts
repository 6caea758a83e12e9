/** `touchstone endpoints probe`: what an endpoint can do, found out by asking it. */
import type { Argv } from 'yargs';
import { CAPABILITIES } from '../../core/capability-names.ts';
import { encodeHex } from '../../core/bytes.ts';
import { EndpointError, UsageError } from '../../core/errors.ts';
import { parseEndpointSpec } from '../../endpoints/config.ts';
import type { Endpoint } from '../../endpoints/endpoint.ts';
import { openEndpoint, readCredentials } from '../../endpoints/open.ts';
import { systemEnvironment } from '../../runner/environment.ts';
import { RUN_DEFAULTS } from '../../runner/plan-run.ts';
import { probeEndpoint, type Probed } from '../../runner/probing.ts';
import { defineCommand, wholeNumber, type Command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { findingText } from '../probe-text.ts';
import { print, printJson, say } from '../say.ts';
import { alignColumns } from '../table.ts';

const NONCE_BYTES = 16;

const CONNECTIONS = 4;

/** The command. */
export const probe: Command = defineCommand({
  usage: 'probe <endpoint>',
  describe: 'find out what an endpoint can do, with about thirty short questions',
  options: (parser: Argv) =>
    parser
      .positional('endpoint', {
        type: 'string',
        demandOption: true,
        describe: 'ollama:llama3.2, http://host/v1#model, embedded:tiny-1.3m, …',
      })
      .option('timeout', {
        type: 'string',
        requiresArg: true,
        describe: `time limit of a question in milliseconds (default ${RUN_DEFAULTS.timeoutMs})`,
      })
      .option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  examples: [['touchstone endpoints probe ollama:llama3.2', 'does it honour seed, stop, tools, …?']],
  notes:
    'yes: it does. no: it refuses or ignores it, whatever the model. unknown: nothing can be said; a model may be too weak.\n' +
    'touchstone run probes by itself and records what it finds. See docs/endpoints.md.',
  run: async ({ endpoint: spec, timeout, json }) => {
    const config = parseEndpointSpec(spec);
    if (config.kind === 'replay') {
      throw new UsageError('ERR_USAGE', `cannot probe ${config.name}: a recording can only repeat what it holds`);
    }
    const timeoutMs = wholeNumber('timeout', timeout, 1) ?? config.timeoutMs ?? RUN_DEFAULTS.timeoutMs;
    const credentials = readCredentials(config, (name) => process.env[name]);
    const endpoint = await openEndpoint(config, { connections: CONNECTIONS, credentials });
    const interrupt = onInterrupt();
    try {
      const found = await findAll(endpoint, timeoutMs, interrupt.signal);
      if (interrupt.signal.aborted) return EXIT.interrupted;
      checkAnswered(config.name, found);
      return show(found, json);
    } finally {
      interrupt.dispose();
      await endpoint.close();
    }
  },
});

async function findAll(endpoint: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<readonly Probed[]> {
  const found: Probed[] = [];
  const nonce = encodeHex(systemEnvironment.randomBytes(NONCE_BYTES));
  const how = { timeoutMs, concurrency: CONNECTIONS, environment: systemEnvironment, signal };
  const input = { endpoint, capabilities: CAPABILITIES, nonce, ...how };
  for await (const each of probeEndpoint({ ...input, beforeSend: () => Promise.resolve() })) found.push(each);
  return found;
}

// An endpoint that answers nothing is not one that can do nothing.
function checkAnswered(name: string, found: readonly Probed[]): void {
  const exchanges = found.flatMap((each) => each.exchanges);
  if (exchanges.some(({ http = 0 }) => http >= 200 && http <= 299)) return;
  const { http = null, error, status } = exchanges.at(-1) ?? { status: 'network' };
  const last = http === null ? (error ?? status) : `HTTP status ${http}`;
  const message = `cannot probe ${name}: it gives no answer at all; the last fault was ${last}`;
  throw new EndpointError('ERR_ENDPOINT', message, { retryable: true, status: http });
}

function show(found: readonly Probed[], json: boolean): ExitCode {
  const rows = found.map(({ capability, finding, exchanges }) => ({
    capability,
    ...finding,
    requests: exchanges.length,
  }));
  if (json) printJson(rows);
  else {
    const cells = rows.map(({ capability, verdict, detail }) => [capability, verdict, findingText(detail)]);
    for (const line of alignColumns([['capability', 'verdict', 'seen'], ...cells])) print(line);
  }
  const requests = rows.reduce((sum, row) => sum + row.requests, 0);
  say(`${requests} questions; unknown means that nothing can be said, often because the model is too weak to show it`);
  return EXIT.yes;
}
