/**
 * What a PCK certificate says about its platform, in Intel's SGX extension.
 *
 * @see Intel SGX PCK Certificate and CRL Profile Specification, §1.3.5
 */
import { encodeHex } from '../../core/bytes.ts';
import { VerificationError } from '../../core/errors.ts';
import { TAG, createDerReader, derOid, derSmallInteger } from '../der.ts';
import type { DerReader } from '../der.ts';
import { commonName } from '../x509.ts';
import type { Certificate } from '../x509.ts';

/** Which of Intel's two intermediate authorities certifies the platform. */
export type PckAuthority = 'platform' | 'processor';

/** A platform as its certificate has it. */
export interface PckPlatform {
  /** Version numbers of the sixteen components. */
  readonly svns: readonly number[];
  readonly pceSvn: number;
  /** Lower-case hex. */
  readonly pceId: string;
  /** Family, model, stepping, platform and custom SKU, in lower-case hex. */
  readonly fmspc: string;
}

const SGX = '1.2.840.113741.1.13.1';
const TCB = `${SGX}.2`;
const PCE_SVN = `${TCB}.17`;
const COMPONENTS = 16;

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_CHAIN_FORM', `cannot read the SGX extension of a PCK certificate: ${fault}`);
}

/**
 * The platform in a PCK certificate.
 *
 * @throws {@link VerificationError} `ERR_CHAIN_FORM` if the extension is absent or malformed.
 */
export function readPlatform(pck: Certificate): PckPlatform {
  const extension = pck.extensions.get(SGX);
  if (extension === undefined) throw malformed('there is none');
  const fields = readFields(createDerReader(extension, malformed));
  const tcb = fields.get(TCB);
  if (tcb?.tag !== TAG.sequence) throw malformed('it has no TCB');
  const levels = readFields(createDerReader(tcb.raw, malformed));
  const number = (oid: string): number => derSmallInteger(value(levels, oid, TAG.integer), malformed);
  return {
    svns: Array.from({ length: COMPONENTS }, (_, index) => number(`${TCB}.${index + 1}`)),
    pceSvn: number(PCE_SVN),
    pceId: octets(fields, `${SGX}.3`, 2),
    fmspc: octets(fields, `${SGX}.4`, 6),
  };
}

type Fields = ReadonlyMap<string, { readonly tag: number; readonly content: Uint8Array; readonly raw: Uint8Array }>;

function readFields(reader: DerReader): Fields {
  const list = reader.inside(TAG.sequence);
  reader.end();
  const fields = new Map<string, ReturnType<DerReader['element']>>();
  while (list.peek() !== null) {
    const field = list.inside(TAG.sequence);
    const oid = derOid(field.content(TAG.oid), malformed);
    if (fields.has(oid)) throw malformed(`field ${oid} is there twice`);
    fields.set(oid, field.element());
    field.end();
  }
  return fields;
}

function value(fields: Fields, oid: string, tag: number): Uint8Array {
  const field = fields.get(oid);
  if (field?.tag !== tag) throw malformed(`field ${oid} is missing or of another type`);
  return field.content;
}

function octets(fields: Fields, oid: string, length: number): string {
  const content = value(fields, oid, TAG.octetString);
  if (content.length !== length) throw malformed(`field ${oid} has ${content.length} bytes, want ${length}`);
  return encodeHex(content);
}

/**
 * The authority that a name is of.
 *
 * @param name - A name in DER: the issuer of a PCK certificate or the subject of its authority.
 * @throws {@link VerificationError} `ERR_CHAIN_LEAF` if it is neither.
 */
export function pckAuthority(name: Uint8Array): PckAuthority {
  const text = commonName(name);
  if (text.includes('SGX PCK Platform CA')) return 'platform';
  if (text.includes('SGX PCK Processor CA')) return 'processor';
  throw new VerificationError('ERR_CHAIN_LEAF', 'cannot use a PCK certificate: no PCK authority has issued it');
}
