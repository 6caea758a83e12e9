/** What went over the wire for a probe: the requests and what came back, and the one form in which both are kept. */
import {
  decodeUtf8,
  encodeBase64,
  encodeUtf8,
  isWellFormed,
  tryDecodeBase64,
  tryDecodeUtf8,
} from '../../core/bytes.ts';
import { canonicalize } from '../../core/canonical-json.ts';
import { VerificationError } from '../../core/errors.ts';
import { MAX_PROBE_EXCHANGES } from '../record-line.ts';
import { conform, integer, list, object, oneOf, text, type Shape } from '../shape.ts';

/** Most bytes of a response; of one that is longer, what came until then is kept, and it is no answer. */
export const MAX_PROBE_RESPONSE_BYTES = 65_536;

/** One request of a probe, and how it ended. */
export interface ProbeExchange {
  /** The body, as sent. */
  readonly request: string;
  readonly status: 'ok' | 'http' | 'timeout' | 'network';
  /** HTTP status, if a response began. */
  readonly http?: number;
  /** Transport error, from a fixed list. */
  readonly error?: string;
  /** The body, as received; absent if there is none, or if it may not be kept. */
  readonly response?: Uint8Array;
}

interface Kept extends Omit<ProbeExchange, 'response'> {
  readonly utf8?: string;
  readonly b64?: string;
}

const MAX_REQUEST_UNITS = 1_048_576;

const shape: Shape<readonly Kept[]> = list(
  object<Kept>(
    { request: text(MAX_REQUEST_UNITS), status: oneOf('ok', 'http', 'timeout', 'network') },
    {
      http: integer(100, 999),
      error: text(64, /^[A-Z][A-Z0-9_]*$/),
      utf8: text(MAX_PROBE_RESPONSE_BYTES),
      b64: text(4 * Math.ceil(MAX_PROBE_RESPONSE_BYTES / 3)),
    },
  ),
  MAX_PROBE_EXCHANGES,
);

/** The text that a probe record commits to: the RFC 8785 form of a list. */
export function formatProbeExchanges(exchanges: readonly ProbeExchange[]): string {
  return canonicalize(exchanges.map(({ response, ...rest }) => ({ ...rest, ...keptBytes(response) })));
}

function keptBytes(response: Uint8Array | undefined): Pick<Kept, 'utf8' | 'b64'> {
  if (response === undefined) return {};
  const utf8 = tryDecodeUtf8(response);
  return utf8 === null ? { b64: encodeBase64(response) } : { utf8 };
}

/**
 * The exchanges in bytes that were opened.
 *
 * @throws {@link VerificationError} `ERR_PROBE` if they are not the one form of them
 */
export function parseProbeExchanges(bytes: Uint8Array): readonly ProbeExchange[] {
  const kept = conform(shape, tryParseList(bytes), (complaint) => probeError(complaint));
  if (!kept.every(({ request, utf8 = '' }) => isWellFormed(request) && isWellFormed(utf8))) {
    throw probeError(': want whole characters');
  }
  const exchanges = kept.map(({ utf8, b64, ...rest }): ProbeExchange => {
    const response = utf8 === undefined ? b64 && tryDecodeBase64(b64) : encodeUtf8(utf8);
    if (response === null) throw probeError(': want base64');
    return response === undefined || response === '' ? rest : { ...rest, response };
  });
  const isOneForm = formatProbeExchanges(exchanges) === decodeUtf8(bytes);
  const isShort = exchanges.every(({ response }) => (response?.length ?? 0) <= MAX_PROBE_RESPONSE_BYTES);
  if (isOneForm && isShort) return exchanges;
  throw probeError(': want canonical JSON, and responses within their bound');
}

function tryParseList(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(tryDecodeUtf8(bytes) ?? '');
  } catch {
    return null;
  }
}

function probeError(complaint: string): VerificationError {
  return new VerificationError('ERR_PROBE', `cannot read what a probe was answered${complaint}`);
}
