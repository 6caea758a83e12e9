/**
 * GPU evidence: a measurement exchange in the shape of SPDM 1.1, signed under a chain in the shape of NVIDIA's.
 *
 * The signed bytes are the 37 of the request and the response without its signature.
 *
 * @see DMTF DSP0274 §10.11, GET_MEASUREMENTS
 */
import { concatBytes, encodeBase64, encodeUtf8 } from '../../../core/bytes.ts';
import { extension, issueCertificate, pemBytes, type Certificate } from './certificate.ts';
import { bitString, integer, octetString, oid, sequence } from './der.ts';
import { deriveBytes, deriveEcKey } from './ec-key.ts';
import type { SimulatorFaults } from './faults.ts';

const BLOCKS = 64;
const ARCHITECTURE = 'HOPPER';
const DICE_TCB_INFO = '2.23.133.5.4.1';
const VBIOS_VERSION = 6;
const DRIVER_VERSION = 3;
const FIRMWARE_ID = 20;

/** Evidence of one GPU, as it goes on the wire. */
export interface GpuEvidence {
  readonly arch: string;
  /** Base64 of a PEM chain, leaf first. */
  readonly certificate: string;
  /** Base64 of request and response. */
  readonly evidence: string;
  readonly nonce: string;
}

/** The evidence of each GPU of a machine over a nonce. */
export function buildGpuEvidence(
  names: readonly string[],
  gpus: number,
  nonce: Uint8Array,
  faults: SimulatorFaults,
): GpuEvidence[] {
  if (faults.has('gpu-missing')) return [];
  const asked = faults.has('gpu-nonce') ? deriveBytes(32, 'other GPU nonce') : nonce;
  return Array.from({ length: gpus }, (_, i) => {
    const chain = chainOf([...names, `gpu ${i}`], faults);
    return {
      arch: ARCHITECTURE,
      certificate: encodeBase64(servedChain(chain, faults)),
      evidence: encodeBase64(exchange(chain, asked, faults)),
      nonce: Buffer.from(nonce).toString('hex'),
    };
  });
}

const chains = new Map<string, readonly Certificate[]>();

// Five P-384 signatures cost ten times what the exchange does, and they never change.
function chainOf(names: readonly string[], faults: SimulatorFaults): readonly Certificate[] {
  const root = faults.has('foreign-gpu-root') ? 'foreign' : 'own';
  const key = JSON.stringify([root, ...names]);
  const chain = chains.get(key) ?? buildChain(names, root);
  chains.set(key, chain);
  return chain;
}

/** Leaf first. */
function buildChain(names: readonly string[], root: string): readonly Certificate[] {
  const ca = (commonName: string, issuer: Certificate | undefined, ...keyNames: readonly string[]): Certificate =>
    issueCertificate({
      commonName,
      key: deriveEcKey('P-384', 'nvidia', commonName, ...keyNames),
      authority: true,
      ...(issuer === undefined ? {} : { issuer }),
    });
  const device = ca('Simulated Device Identity CA', undefined, ...(root === 'own' ? [] : [root]));
  const identity = ca('Simulated GH100 Identity', device);
  const provisioner = ca('Simulated GH100 Provisioner ICA 1', identity);
  const bootRom = ca('Simulated GH100 A01 GSP BROM', provisioner, ...names);
  const leaf = issueCertificate({
    commonName: 'Simulated GH100 A01 GSP FMC LF',
    key: deriveEcKey('P-384', 'nvidia', 'leaf', ...names),
    issuer: bootRom,
    extensions: [extension(DICE_TCB_INFO, leafIdentity())],
  });
  return [leaf, bootRom, provisioner, identity, device];
}

/** The pinned certificate of the tree. */
export function gpuRoot(): Uint8Array {
  return buildChain([], 'own').at(-1)?.der ?? new Uint8Array();
}

function firmwareId(): Uint8Array {
  return deriveBytes(48, 'gpu firmware');
}

function leafIdentity(): Uint8Array {
  return sequence(
    bitString(Uint8Array.of(0)),
    integer(Uint8Array.of(1)),
    sequence(oid('2.16.840.1.101.3.4.2.2'), octetString(firmwareId())),
  );
}

function servedChain(chain: readonly Certificate[], faults: SimulatorFaults): Uint8Array {
  const ders = chain.map(({ der }) => der);
  const [leaf = new Uint8Array(), ...rest] = ders;
  // The last byte belongs to the signature on the leaf.
  const flipped = leaf.with(leaf.length - 1, (leaf.at(-1) ?? 0) ^ 1);
  return pemBytes(faults.has('flip-gpu-chain') ? flipped : leaf, ...rest);
}

function exchange(chain: readonly Certificate[], nonce: Uint8Array, faults: SimulatorFaults): Uint8Array {
  const request = concatBytes(Uint8Array.of(0x11, 0xe0, 0x01, 0xff), nonce, Uint8Array.of(0));
  const record = measurementRecord();
  const opaque = opaqueData();
  const response = concatBytes(
    Uint8Array.of(0x11, 0x60, 0, 0, BLOCKS),
    Uint8Array.of(record.length, record.length >> 8, record.length >> 16),
    record,
    deriveBytes(32, 'gpu nonce', Buffer.from(nonce).toString('hex')),
    u16(opaque.length),
    opaque,
  );
  const signed = concatBytes(request, response);
  const signature = chain[0]?.key.sign(signed) ?? new Uint8Array();
  // A byte of the first measurement.
  const at = request.length + 8 + 20;
  return concatBytes(faults.has('flip-gpu-evidence') ? signed.with(at, (signed[at] ?? 0) ^ 1) : signed, signature);
}

/** Blocks of 48-byte digests: index, specification 1, size, type, size of the value, value. */
function measurementRecord(): Uint8Array {
  const blocks = Array.from({ length: BLOCKS }, (_, i) =>
    concatBytes(Uint8Array.of(i + 1, 1, 51, 0, i === 0 ? 0 : 1, 48, 0), deriveBytes(48, 'gpu measurement', String(i))),
  );
  return concatBytes(...blocks);
}

function opaqueData(): Uint8Array {
  return concatBytes(
    field(VBIOS_VERSION, Uint8Array.of(0, 0, 0xcf, 0, 0x96, 2, 0, 0)),
    field(DRIVER_VERSION, encodeUtf8('000.00.00\0')),
    field(FIRMWARE_ID, firmwareId()),
  );
}

function field(type: number, value: Uint8Array): Uint8Array {
  return concatBytes(u16(type), u16(value.length), value);
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value, value >> 8);
}
