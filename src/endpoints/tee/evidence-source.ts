/**
 * Evidence about an endpoint, fetched and kept as it came.
 *
 * Nothing is verified here: whether evidence proves anything is decided from the stored bytes, by the runner as by any
 * third party.
 */
import { tryParseObject } from '../../core/foreign-json.ts';
import { encodeHex, tryDecodeUtf8 } from '../../core/bytes.ts';
import { MAX_ANSWER_EVIDENCE_UNITS, type AnswerEvidence } from '../../transcript/evidence.ts';
import { isRetryable } from '../retry.ts';
import { attestationError } from './attestation-error.ts';
import { chatId } from './chat-id.ts';
import type { ChatAlgorithm, TeeProvider } from '../../core/evidence-names.ts';
import type { EvidenceSource, Exchange, FetchedAttestation } from '../endpoint.ts';
import type { EvidenceClient } from './evidence-client.ts';
import type { TeeProtocol, TeeServer } from './protocol.ts';
import type { ReportCompanions } from './report-companions.ts';

/** What an evidence source is made of. */
export interface EvidenceParts {
  readonly provider: TeeProvider;
  readonly protocol: TeeProtocol;
  readonly server: TeeServer;
  /** Scheme, host and port of the server. */
  readonly origin: string;
  readonly client: EvidenceClient;
  readonly companions: ReportCompanions;
  /** Waits between the tries for the evidence of an answer. */
  readonly answerDelaysMs: readonly number[];
}

const REPORT_DELAYS_MS = [500, 2_000];
// A quote and the evidence of eight GPUs take seconds to make.
const REPORT_TIMEOUT_MS = 60_000;
const MAX_REPORT_BYTES = 4 * 1024 * 1024;

const ANSWER_TIMEOUT_MS = 10_000;
// UTF-8 has at most three bytes for each UTF-16 unit.
const MAX_ANSWER_BYTES = 3 * MAX_ANSWER_EVIDENCE_UNITS;

const LASTING_REASONS = ['STREAM_DISCONNECTED', 'SIGNATURE_UNSUPPORTED'];

/** The evidence of an endpoint. */
export function createEvidenceSource(parts: EvidenceParts): EvidenceSource {
  const { protocol, client, companions } = parts;
  return {
    algorithms: protocol.algorithms,
    attest: async (nonce, signal) => {
      const query = encodeHex(nonce);
      return await Promise.all(protocol.attested.map((algo) => fetchReport(parts, { nonce: query, algo }, signal)));
    },
    ofAnswer: async (exchange, signal) => ({
      ...(exchange.peerSpki === null ? {} : { peer_spki: exchange.peerSpki }),
      ...(await providerEvidence(parts, exchange, signal)),
    }),
    requests: () => client.requests() + companions.requests(),
  };
}

async function fetchReport(
  { provider, protocol, server, origin, client, companions }: EvidenceParts,
  query: { readonly nonce: string; readonly algo: ChatAlgorithm | null },
  signal: AbortSignal,
): Promise<FetchedAttestation> {
  const path = protocol.reportPath(server, query);
  const exchange = await client.ask({
    path,
    signal,
    timeoutMs: REPORT_TIMEOUT_MS,
    maxResponseBytes: MAX_REPORT_BYTES,
    isWorthAgain: isRetryable,
    delaysMs: REPORT_DELAYS_MS,
  });
  if (exchange.status !== 'ok' || exchange.response === null) throw attestationError('the attestation', exchange);
  const report = exchange.response;
  return {
    provider,
    algo: query.algo,
    model: server.model,
    spki: exchange.peerSpki,
    files: [{ role: 'report', bytes: report }, ...(await companions.of({ bytes: report, nonce: query.nonce }, signal))],
    url: origin + path,
  };
}

async function providerEvidence(
  parts: EvidenceParts,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<AnswerEvidence> {
  const { server, protocol } = parts;
  const { answer } = protocol;
  if (answer.kind === 'channel') return {};
  const isReceipt = answer.kind === 'receipt';
  const id = isReceipt ? exchange.receiptId : chatIdOf(exchange);
  if (id === null) return {};
  if (isReceipt) {
    const receipt = await fetchText(parts, answer.path(server, id), signal);
    return { id, ...(receipt === null ? {} : { receipt }) };
  }
  const fetched = protocol.algorithms.map(async (algo) => {
    const body = await fetchText(parts, answer.path(server, id, algo), signal);
    return body === null ? [] : [{ algo, body }];
  });
  const signatures = (await Promise.all(fetched)).flat();
  return { id, ...(signatures.length === 0 ? {} : { signatures }) };
}

function chatIdOf({ response }: Exchange): string | null {
  return response === null ? null : chatId(response);
}

async function fetchText(
  { client, answerDelaysMs }: EvidenceParts,
  path: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { status, response } = await client.ask({
    path,
    signal,
    timeoutMs: ANSWER_TIMEOUT_MS,
    maxResponseBytes: MAX_ANSWER_BYTES,
    isWorthAgain: isNotYet,
    delaysMs: answerDelaysMs,
  });
  const text = status === 'ok' && response !== null ? tryDecodeUtf8(response) : null;
  return text === null || text.length > MAX_ANSWER_EVIDENCE_UNITS ? null : text;
}

// A provider that does not know the answer yet says 404, or gives a reason other than those that last.
function isNotYet(exchange: Exchange): boolean {
  if (exchange.httpStatus === 404 || isRetryable(exchange)) return true;
  if (exchange.status !== 'ok' || exchange.response === null) return false;
  const fields = tryParseObject(tryDecodeUtf8(exchange.response) ?? '');
  const reason = fields?.['signature'] === undefined ? fields?.['error_code'] : undefined;
  return typeof reason === 'string' && !LASTING_REASONS.includes(reason);
}
