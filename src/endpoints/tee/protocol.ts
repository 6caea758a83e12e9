/** What differs between providers: which headers and paths evidence is asked for with, and what it is. */
import type { ChatAlgorithm } from '../../core/evidence-names.ts';

/** The server that is asked. */
export interface TeeServer {
  /** Path of the base URL, without a slash at the end; empty for the root. */
  readonly basePath: string;
  readonly model: string;
}

/** What an attestation is asked for. */
export interface ReportQuery {
  /** 64 hex digits. */
  readonly nonce: string;
  /** Null where a provider has no choice. */
  readonly algo: ChatAlgorithm | null;
}

/** Where the evidence of an answer is: signatures by chat id, a receipt by receipt id, or in the connection alone. */
type AnswerProtocol =
  | { readonly kind: 'signatures'; readonly path: (server: TeeServer, id: string, algo: ChatAlgorithm) => string }
  | { readonly kind: 'receipt'; readonly path: (server: TeeServer, id: string) => string }
  | { readonly kind: 'channel' };

/** How a provider is asked. */
export interface TeeProtocol {
  /** Algorithms with which answers are signed; empty where none are. */
  readonly algorithms: readonly ChatAlgorithm[];
  /** What attestations are asked for, one by one. */
  readonly attested: readonly (ChatAlgorithm | null)[];
  /** Sent with every request, those to the model included. */
  readonly headers: Readonly<Record<string, string>>;
  /** Path and query. */
  readonly reportPath: (server: TeeServer, query: ReportQuery) => string;
  readonly answer: AnswerProtocol;
}

/** A query string with its question mark. */
export function queryText(fields: Readonly<Record<string, string>>): string {
  return `?${new URLSearchParams(fields).toString()}`;
}
