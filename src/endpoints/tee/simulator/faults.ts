/**
 * Everything that the simulator can do wrong, by name, and what a verifier has to say about it.
 *
 * A fault is what a broken or hostile provider would do, done for real: a flipped byte is flipped in the bytes that are
 * served, a forged list is signed by another key, a revoked certificate is on a list that is signed properly.
 */
import type { TeeProvider } from '../../../core/evidence-names.ts';
import type { VerificationCode } from '../../../core/errors.ts';

const ALL: readonly TeeProvider[] = ['near-direct', 'near-gateway', 'vllm-proxy', 'aci', 'tinfoil'];
const SIGNING: readonly TeeProvider[] = ['near-direct', 'near-gateway', 'vllm-proxy'];

/** Where each part of the evidence is found. */
const MODES = {
  quote: ALL,
  collateral: ALL,
  binding: ALL,
  tls: ALL.filter((mode) => mode !== 'vllm-proxy'),
  application: [...SIGNING, 'aci'],
  launcher: ['near-direct', 'near-gateway'],
  name: ['near-direct', 'near-gateway'],
  gpu: [...SIGNING, 'tinfoil'],
  verdict: [...SIGNING, 'tinfoil'],
  chat: SIGNING,
  named: ['near-direct', 'near-gateway', 'aci'],
  python: ['vllm-proxy'],
  stream: [...SIGNING, 'aci'],
  receipt: ['aci'],
} as const satisfies Readonly<Record<string, readonly TeeProvider[]>>;

/** Part of the evidence and the code that refuses it; null where it is not refused but noted, capped or handled. */
const FAULTS = {
  // The quote and its certificates.
  'truncated-quote': ['quote', 'ERR_QUOTE_FORM'],
  'flip-quote-header': ['quote', 'ERR_QUOTE_SIGNATURE'],
  'flip-quote-body': ['quote', 'ERR_QUOTE_SIGNATURE'],
  'flip-quote-signature': ['quote', 'ERR_QUOTE_SIGNATURE'],
  'flip-attestation-key': ['quote', 'ERR_QE_REPORT'],
  'flip-qe-report': ['quote', 'ERR_QE_REPORT'],
  'flip-qe-signature': ['quote', 'ERR_QE_REPORT'],
  'flip-qe-auth': ['quote', 'ERR_QE_REPORT'],
  'flip-pck': ['quote', 'ERR_CHAIN_SIGNATURE'],
  'debug-bit': ['quote', 'ERR_TD_DEBUG'],
  'sept-ve-off': ['quote', 'ERR_TD_ATTRIBUTES'],
  'quote-v5': ['quote', null],
  'quote-v5-td10': ['quote', null],
  'non-ca-intermediate': ['quote', 'ERR_CHAIN_CA'],
  'foreign-root': ['quote', 'ERR_CHAIN_ROOT'],
  'pck-expired': ['quote', 'ERR_CHAIN_TIME'],
  'qe-signer': ['quote', 'ERR_QE_IDENTITY'],
  'module-signer': ['quote', 'ERR_TDX_MODULE'],
  // The vendor's collateral.
  'crl-missing': ['collateral', 'ERR_CRL_MISSING'],
  'crl-forged': ['collateral', 'ERR_CRL_SIGNATURE'],
  'flip-crl': ['collateral', 'ERR_CRL_SIGNATURE'],
  'crl-expired': ['collateral', 'ERR_CRL_TIME'],
  'crl-revoking': ['collateral', 'ERR_CERT_REVOKED'],
  'root-crl-missing': ['collateral', 'ERR_CRL_MISSING'],
  'root-crl-revoking': ['collateral', 'ERR_CERT_REVOKED'],
  'collateral-expired': ['collateral', 'ERR_COLLATERAL_TIME'],
  'collateral-future': ['collateral', 'ERR_COLLATERAL_TIME'],
  'flip-tcb-info': ['collateral', 'ERR_COLLATERAL_SIGNATURE'],
  'flip-qe-identity': ['collateral', 'ERR_COLLATERAL_SIGNATURE'],
  'wrong-chain-leaf': ['collateral', 'ERR_CHAIN_LEAF'],
  'fmspc-mismatch': ['collateral', 'ERR_FMSPC'],
  'pceid-mismatch': ['collateral', 'ERR_FMSPC'],
  'tcb-outdated': ['collateral', null],
  'tcb-configuration': ['collateral', null],
  'tcb-revoked': ['collateral', 'ERR_TCB_REVOKED'],
  'tcb-unmatched': ['collateral', 'ERR_TCB_LEVEL'],
  'module-svn-low': ['collateral', 'ERR_TDX_MODULE'],
  // What the report binds.
  'wrong-nonce': ['binding', 'ERR_ATTESTATION_NONCE'],
  'foreign-address': ['binding', 'ERR_REPORT_DATA'],
  'foreign-tls-key': ['tls', 'ERR_TLS_KEY'],
  'truncated-report': ['binding', 'ERR_ATTESTATION_FORM'],
  // The measured application.
  'event-digest-swapped': ['application', 'ERR_EVENT_LOG'],
  'event-payload-swapped': ['application', 'ERR_EVENT_LOG'],
  'duplicate-compose-hash': ['application', 'ERR_EVENT_DUPLICATE'],
  'compose-mismatch': ['application', 'ERR_COMPOSE'],
  'image-unpinned': ['application', null],
  'actions-edited': ['launcher', 'ERR_REPORT_DATA'],
  'model-alias': ['name', 'ERR_MODEL_ALIAS'],
  // GPU evidence and the verdict on it.
  'gpu-missing': ['gpu', null],
  'gpu-nonce': ['gpu', 'ERR_GPU_NONCE'],
  'flip-gpu-evidence': ['gpu', 'ERR_GPU_SIGNATURE'],
  'flip-gpu-chain': ['gpu', 'ERR_GPU_CHAIN'],
  'foreign-gpu-root': ['gpu', 'ERR_GPU_CHAIN'],
  'nras-fail': ['verdict', 'ERR_NRAS_VERDICT'],
  'flip-nras': ['verdict', 'ERR_NRAS_SIGNATURE'],
  'unknown-kid': ['verdict', 'ERR_NRAS_KEY'],
  // Signatures over answers.
  'wrong-model-in-text': ['named', 'ERR_CHAT_MODEL'],
  'foreign-request-hash': ['chat', 'ERR_CHAT_TEXT'],
  'foreign-response-hash': ['chat', 'ERR_CHAT_TEXT'],
  'flip-chat-signature': ['chat', 'ERR_CHAT_SIGNATURE'],
  'signature-v01': ['chat', 'ERR_CHAT_FORM'],
  'signature-high-s': ['chat', 'ERR_CHAT_FORM'],
  'signature-missing': ['chat', null],
  'key-rotated': ['chat', null],
  'key-unattested': ['chat', 'ERR_CHAT_SIGNER'],
  'gateway-kind': ['chat', 'ERR_CHAT_KIND'],
  'answer-rewritten': ['python', 'ERR_CHAT_TEXT'],
  'stream-cut': ['stream', 'ERR_STREAM_CUT'],
  // Receipts.
  'flip-receipt': ['receipt', 'ERR_RECEIPT_SIGNATURE'],
  'receipt-response-hash': ['receipt', 'ERR_CHAT_TEXT'],
  'receipt-unattested': ['receipt', 'ERR_RECEIPT_SIGNATURE'],
} as const;

/** Name of a fault. */
export type SimulatorFaultName = keyof typeof FAULTS;

/** One thing that the simulator can do wrong. */
export interface SimulatorFault {
  readonly name: SimulatorFaultName;
  /** What a verifier refuses it with; null where it is not refused but noted, capped or handled. */
  readonly code: VerificationCode | null;
  /** Modes in which the fault shows. */
  readonly modes: readonly TeeProvider[];
  /** Whether it shows in the attestation or only in the evidence of answers. */
  readonly about: 'session' | 'response';
}

/** The faults that are on. */
export type SimulatorFaults = ReadonlySet<SimulatorFaultName>;

const ABOUT_ANSWERS: readonly string[] = ['chat', 'named', 'python', 'stream', 'receipt'];

/** Every fault, in the order of the evidence. */
export const SIMULATOR_FAULTS: readonly SimulatorFault[] = Object.entries(FAULTS).map(([name, [part, code]]) => ({
  name: name as SimulatorFaultName,
  code,
  modes: MODES[part],
  about: ABOUT_ANSWERS.includes(part) ? 'response' : 'session',
}));
