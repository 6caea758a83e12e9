/**
 * The forward pass of a small llama-style decoder: RMSNorm, rotary positions, causal attention, SwiGLU, tied embedding.
 *
 * One sequence at a time and one fixed order for every sum: the same weights and the same ids give the same bits,
 * whatever was computed before, in how many workers, and whether a prompt is fed whole or token by token.
 */
import type { Kernel } from './kernel.ts';
import type { ModelFile, Shape } from './model-file.ts';
import { Tokenizer } from './tokenizer.ts';
import { loadWeights, type BlockWeights, type Weights } from './weights.ts';

const VALUE_BYTES = 4;

/** Vectors of one whole context that the forward pass works in. */
interface Scratch {
  readonly stream: Float32Array;
  readonly normed: Float32Array;
  readonly query: Float32Array;
  readonly mixed: Float32Array;
  readonly gate: Float32Array;
  readonly up: Float32Array;
  readonly shares: Float32Array;
  readonly logits: Float32Array;
}

/** A loaded model with the key-value cache of one sequence. */
export class Engine {
  readonly shape: Shape;
  readonly tokenizer: Tokenizer;
  readonly #weights: Weights;
  readonly #keys: readonly Float32Array[];
  readonly #values: readonly Float32Array[];
  readonly #scratch: Scratch;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  #position = 0;

  /** @throws {@link InputError} `ERR_WEIGHTS_MALFORMED` if the tensors are not those of the shape. */
  constructor(file: ModelFile) {
    this.#weights = loadWeights(file);
    this.shape = file.shape;
    this.tokenizer = new Tokenizer(file.vocabulary);
    const { ctx, dim, layers, heads } = this.shape;
    const cache = (): Float32Array => this.#weights.kernel.allocate(ctx * dim);
    this.#keys = Array.from({ length: layers }, cache);
    this.#values = Array.from({ length: layers }, cache);
    this.#scratch = allocateScratch(this.#weights.kernel, this.shape);
    const angles = rotaryAngles(ctx, dim / heads, this.shape.theta);
    this.#cos = angles.map(Math.cos);
    this.#sin = angles.map(Math.sin);
  }

  /** Forget the sequence. */
  reset(): void {
    this.#position = 0;
  }

  /**
   * Append tokens to the sequence.
   *
   * @param ids - At least one token; together with what was fed before at most `shape.ctx`.
   * @returns The logits after the last of them, valid until the next call.
   * @throws RangeError if there is no token, an unknown one, or no room.
   */
  feed(ids: readonly number[]): Float32Array {
    const { dim, ctx, vocab } = this.shape;
    const { stream } = this.#scratch;
    const from = this.#position;
    if (ids.length === 0 || from + ids.length > ctx)
      throw new RangeError(`cannot feed ${ids.length} tokens at ${from}`);
    ids.forEach((id, i) => {
      if (!Number.isInteger(id) || id < 0 || id >= vocab) throw new RangeError(`token ${id} is not in the vocabulary`);
      stream.set(this.#weights.embedding.subarray(id * dim, (id + 1) * dim), i * dim);
    });
    this.#weights.blocks.forEach((block, layer) => this.#block(block, layer, from, ids.length));
    this.#position = from + ids.length;
    return this.#logits(ids.length - 1);
  }

  #block(block: BlockWeights, layer: number, from: number, count: number): void {
    const { stream, normed, query, mixed, gate, up } = this.#scratch;
    const { dim, ffn } = this.shape;
    const keys = this.#keys[layer]?.subarray(from * dim) ?? normed;
    const values = this.#values[layer]?.subarray(from * dim) ?? normed;
    this.#norm(block.attnNorm, count);
    this.#project(query, block.attnQ, normed, { rows: dim, columns: dim, count });
    this.#project(keys, block.attnK, normed, { rows: dim, columns: dim, count });
    this.#project(values, block.attnV, normed, { rows: dim, columns: dim, count });
    this.#rotate(query, from, count);
    this.#rotate(keys, from, count);
    for (let i = 0; i < count; i++) this.#attend(layer, i, from + i + 1);
    this.#project(normed, block.attnOutput, mixed, { rows: dim, columns: dim, count });
    addTo(stream, normed, count * dim);
    this.#norm(block.ffnNorm, count);
    this.#project(gate, block.ffnGate, normed, { rows: ffn, columns: dim, count });
    this.#project(up, block.ffnUp, normed, { rows: ffn, columns: dim, count });
    gateWith(gate, up, count * ffn);
    this.#project(normed, block.ffnDown, gate, { rows: dim, columns: ffn, count });
    addTo(stream, normed, count * dim);
  }

  #project(
    out: Float32Array,
    matrix: Float32Array,
    x: Float32Array,
    size: { readonly rows: number; readonly columns: number; readonly count: number },
  ): void {
    const { run } = this.#weights.kernel;
    run.project(out.byteOffset, matrix.byteOffset, x.byteOffset, size.rows, VALUE_BYTES * size.columns, size.count);
  }

  /** `normed` = RMSNorm of the first `count` vectors of `stream`. */
  #norm(weight: Float32Array, count: number): void {
    const { stream, normed } = this.#scratch;
    const { dim, eps } = this.shape;
    for (let start = 0; start < count * dim; start += dim) {
      let squares = 0;
      for (let i = 0; i < dim; i++) squares += (stream[start + i] ?? 0) ** 2;
      const scale = 1 / Math.sqrt(squares / dim + eps);
      for (let i = 0; i < dim; i++) normed[start + i] = (stream[start + i] ?? 0) * scale * (weight[i] ?? 0);
    }
  }

  /** Rotary positions on interleaved pairs, for vectors at positions `from`, `from + 1`, … */
  #rotate(vectors: Float32Array, from: number, count: number): void {
    const { dim, heads } = this.shape;
    const pairs = dim / heads / 2;
    for (let i = 0; i < (count * dim) / 2; i++) {
      const angle = (from + Math.floor((2 * i) / dim)) * pairs + (i % pairs);
      const cos = this.#cos[angle] ?? 0;
      const sin = this.#sin[angle] ?? 0;
      const even = vectors[2 * i] ?? 0;
      const odd = vectors[2 * i + 1] ?? 0;
      vectors[2 * i] = even * cos - odd * sin;
      vectors[2 * i + 1] = even * sin + odd * cos;
    }
  }

  /** Attention of the `index`-th fed token over the first `count` cached ones, head by head. */
  #attend(layer: number, index: number, count: number): void {
    const { dim, heads } = this.shape;
    const { query, mixed, shares } = this.#scratch;
    const { run } = this.#weights.kernel;
    const rowBytes = VALUE_BYTES * dim;
    const headBytes = rowBytes / heads;
    const scale = 1 / Math.sqrt(dim / heads);
    const keys = this.#keys[layer]?.byteOffset ?? 0;
    const values = this.#values[layer]?.byteOffset ?? 0;
    for (let at = 0; at < rowBytes; at += headBytes) {
      const place = index * rowBytes + at;
      run.attend(shares.byteOffset, query.byteOffset + place, keys + at, count, rowBytes, headBytes, scale);
      softmax(shares, count);
      run.mix(mixed.byteOffset + place, shares.byteOffset, values + at, count, rowBytes, headBytes);
    }
  }

  #logits(index: number): Float32Array {
    const { stream, normed, logits } = this.#scratch;
    const { dim, vocab } = this.shape;
    stream.copyWithin(0, index * dim, (index + 1) * dim);
    this.#norm(this.#weights.outputNorm, 1);
    this.#project(logits, this.#weights.embedding, normed, { rows: vocab, columns: dim, count: 1 });
    return logits;
  }
}

function allocateScratch(kernel: Kernel, { vocab, dim, ffn, ctx }: Shape): Scratch {
  return {
    stream: kernel.allocate(ctx * dim),
    normed: kernel.allocate(ctx * dim),
    query: kernel.allocate(ctx * dim),
    mixed: kernel.allocate(ctx * dim),
    gate: kernel.allocate(ctx * ffn),
    up: kernel.allocate(ctx * ffn),
    shares: kernel.allocate(ctx),
    logits: kernel.allocate(vocab),
  };
}

/** The angle of pair i at position p, at index p * pairs + i. */
function rotaryAngles(positions: number, headSize: number, theta: number): Float64Array {
  const pairs = headSize / 2;
  return Float64Array.from({ length: positions * pairs }, (_, index) => {
    const position = Math.floor(index / pairs);
    return position / theta ** ((2 * (index % pairs)) / headSize);
  });
}

function addTo(sum: Float32Array, x: Float32Array, length: number): void {
  for (let i = 0; i < length; i++) sum[i] = (sum[i] ?? 0) + (x[i] ?? 0);
}

/** `gate` = SiLU(gate) * up. */
function gateWith(gate: Float32Array, up: Float32Array, length: number): void {
  for (let i = 0; i < length; i++) {
    const x = gate[i] ?? 0;
    gate[i] = (x / (1 + Math.exp(-x))) * (up[i] ?? 0);
  }
}

function softmax(x: Float32Array, length: number): void {
  let largest = -Infinity;
  for (let i = 0; i < length; i++) largest = Math.max(largest, x[i] ?? 0);
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const power = Math.exp((x[i] ?? 0) - largest);
    x[i] = power;
    sum += power;
  }
  for (let i = 0; i < length; i++) x[i] = (x[i] ?? 0) / sum;
}
