/** What a report says about one machine, in the form that all providers are read into; nothing of it is verified. */
import type { JsonObject, JsonValue } from '../../core/canonical-json.ts';
import type { ChatAlgorithm } from '../../core/evidence-names.ts';
import type { TinfoilStatement } from '../report-data.ts';

/** How the keys of a machine stand in its report data. */
export type KeyStatement =
  | {
      readonly layout: 'address';
      readonly algo: ChatAlgorithm;
      /** 20 bytes for ECDSA, 32 for Ed25519. */
      readonly address: Uint8Array;
      readonly publicKey: Uint8Array | null;
      /** Digest of the TLS key that the report names, or null. */
      readonly tlsKey: Uint8Array | null;
    }
  | { readonly layout: 'chutes'; readonly nonceText: string; readonly keyText: string }
  | {
      readonly layout: 'aci';
      /** Digest that the report states, and the one that its keyset has. */
      readonly statedDigest: string;
      readonly keysetDigest: string;
      /** Ed25519 keys that receipts are signed with, 32 bytes each. */
      readonly receiptKeys: readonly Uint8Array[];
      /** Digests of TLS keys. */
      readonly tlsKeys: readonly Uint8Array[];
      readonly notAfterMs: number;
    }
  | {
      readonly layout: 'tinfoil';
      readonly statement: TinfoilStatement;
      /** Digest of the GPU evidence as it stands in the report, or null if it has none. */
      readonly gpuEvidence: Uint8Array | null;
    };

/** The log of a compose manager, with a quote of its own. */
export interface ActionReport {
  readonly actions: JsonValue | undefined;
  readonly quote: Uint8Array | null;
}

/** A report on one machine. */
export interface MachineReport {
  readonly role: 'model' | 'gateway';
  /** Whether the connection that gave the report ends in this machine, if what it says is true. */
  readonly endsConnection: boolean;
  /** Null if the report has none of a kind that can be checked. */
  readonly quote: Uint8Array | null;
  readonly keys: KeyStatement | null;
  /** Model that the report names, or null. */
  readonly model: string | null;
  readonly eventLog: JsonValue | null;
  readonly appCompose: string | null;
  /** Evidence of each GPU as it stands in the report; null if there is none. */
  readonly gpus: readonly JsonObject[] | null;
  readonly actions: ActionReport | null;
}
