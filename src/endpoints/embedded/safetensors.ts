/**
 * A strict, bounded parser of the safetensors container: 8-byte length, JSON header, tensor bytes.
 *
 * Stricter than the format: only F16 and F32, and the tensors must cover the data without gap or overlap, so no byte of
 * a file is without meaning.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
import { tryDecodeUtf8 } from '../../core/bytes.ts';
import { InputError } from '../../core/errors.ts';

const LENGTH_BYTES = 8;
const MAX_HEADER_BYTES = 1_048_576;
const MAX_TENSORS = 4096;
const VALUE_BYTES = { F16: 2, F32: 4 } as const;

/** One tensor as stored: little-endian values in row-major order. */
export interface Tensor {
  readonly type: keyof typeof VALUE_BYTES;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The content of a file: free-form text metadata, and tensors by name. */
export interface TensorFile {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

interface Entry {
  readonly type: keyof typeof VALUE_BYTES;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function refuse(what: string): never {
  throw new InputError('ERR_WEIGHTS_MALFORMED', `cannot read safetensors: ${what}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/**
 * Parse a whole file.
 *
 * @param file - The bytes of the file; tensors are views into it.
 * @throws {@link InputError} `ERR_WEIGHTS_MALFORMED` on anything but a complete, gapless F16/F32 container.
 */
export function parseSafetensors(file: Uint8Array): TensorFile {
  if (file.length < LENGTH_BYTES) refuse(`got ${file.length} bytes, want at least ${LENGTH_BYTES}`);
  const headerBytes = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const dataStart = LENGTH_BYTES + headerBytes;
  if (headerBytes > MAX_HEADER_BYTES || dataStart > file.length) refuse('the header is longer than the file or 1 MiB');
  const header = parseHeader(file.subarray(LENGTH_BYTES, dataStart));
  const data = file.subarray(dataStart);
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  if (entries.length > MAX_TENSORS) refuse(`got ${entries.length} tensors, want at most ${MAX_TENSORS}`);
  const parsed = entries.map(([name, entry]) => ({ name, entry: parseEntry(name, entry) }));
  checkCoverage(
    parsed.map(({ entry }) => entry),
    data.length,
  );
  const tensors = parsed.map(({ name, entry }): [string, Tensor] => [
    name,
    { type: entry.type, shape: entry.shape, bytes: data.subarray(entry.begin, entry.end) },
  ]);
  return { metadata: parseMetadata(header['__metadata__']), tensors: new Map(tensors) };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  const text = tryDecodeUtf8(bytes);
  if (text === null || !text.startsWith('{')) refuse('the header is not a UTF-8 JSON object');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new InputError('ERR_WEIGHTS_MALFORMED', 'cannot read safetensors: the header is not JSON', { cause });
  }
  return isRecord(header) ? header : refuse('the header is not a JSON object');
}

function parseMetadata(value: unknown): Map<string, string> {
  if (value === undefined) return new Map();
  if (!isRecord(value)) refuse('__metadata__ is not an object');
  return new Map(
    Object.entries(value).map(([name, text]) =>
      typeof text === 'string' ? [name, text] : refuse(`metadata ${JSON.stringify(name)} is not a string`),
    ),
  );
}

function parseEntry(name: string, value: unknown): Entry {
  const where = `tensor ${JSON.stringify(name)}`;
  if (!isRecord(value)) refuse(`${where} is not an object`);
  const { dtype: type, shape, data_offsets: offsets } = value;
  if (type !== 'F16' && type !== 'F32') refuse(`${where} has a type other than F16 and F32`);
  if (!isSizes(shape) || shape.length > 2) refuse(`${where} has no shape of at most two sizes`);
  if (!isSizes(offsets) || offsets.length !== 2) refuse(`${where} has no pair of offsets`);
  const [begin = 0, end = 0] = offsets;
  const sizeBytes = shape.reduce((product, size) => product * size, 1) * VALUE_BYTES[type];
  if (end - begin !== sizeBytes) refuse(`${where} has ${end - begin} bytes, want ${sizeBytes} for its shape`);
  return { type, shape, begin, end };
}

/** Duplicate names, which JSON.parse folds silently, show up here as a gap. */
function checkCoverage(entries: readonly Entry[], sizeBytes: number): void {
  let covered = 0;
  for (const { begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) refuse(`the data has a gap or an overlap at byte ${Math.min(begin, covered)}`);
    covered = end;
  }
  if (covered !== sizeBytes) refuse(`the tensors end at byte ${covered}, want ${sizeBytes}`);
}

/** Every binary16 bit pattern widened once; a model has a million of them. */
const halves = Float32Array.from({ length: 65_536 }, (_, bits) => widenHalf(bits));

/** Write the values of a tensor, F16 widened exactly, into a vector of as many values. */
export function decodeTensor(tensor: Tensor, into: Float32Array): void {
  const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.byteLength);
  for (let i = 0; i < into.length; i++) {
    into[i] = tensor.type === 'F32' ? view.getFloat32(4 * i, true) : (halves[view.getUint16(2 * i, true)] ?? 0);
  }
}

/** The value of an IEEE 754 binary16 bit pattern. */
function widenHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
