/** What the attestations of a run vouch for: keys that answers are signed with, and TLS keys that they come over. */
import type { AttestedKey, SessionAssessment } from './claim.ts';

/** Keys in the order in which they were first attested, each once; both lists grow while a run goes on. */
export interface AttestedKeys {
  readonly keys: readonly AttestedKey[];
  /** Hex SHA-256 of public keys. */
  readonly channelSpkis: readonly string[];
  add(assessment: SessionAssessment): void;
}

/** The keys of a run before its first attestation. */
export function createAttestedKeys(): AttestedKeys {
  const keys: AttestedKey[] = [];
  const channelSpkis: string[] = [];
  const known = new Set<string>();
  const isNew = (...parts: readonly string[]): boolean => {
    const { size } = known;
    return known.add(parts.join(' ')).size > size;
  };
  return {
    keys,
    channelSpkis,
    add(assessment) {
      for (const key of assessment.keys) if (isNew(key.role, key.algo, key.address)) keys.push(key);
      const { channelSpki } = assessment;
      if (channelSpki !== null && isNew('channel', channelSpki)) channelSpkis.push(channelSpki);
    },
  };
}
