/** From a parsed weight file to named vectors in kernel memory. */
import { Kernel } from './kernel.ts';
import { refuseWeights, type ModelFile, type Shape } from './model-file.ts';
import { decodeTensor, type Tensor } from './safetensors.ts';

/** The vectors and row-major matrices of one block. */
export interface BlockWeights {
  readonly attnNorm: Float32Array;
  readonly attnQ: Float32Array;
  readonly attnK: Float32Array;
  readonly attnV: Float32Array;
  readonly attnOutput: Float32Array;
  readonly ffnNorm: Float32Array;
  readonly ffnGate: Float32Array;
  readonly ffnUp: Float32Array;
  readonly ffnDown: Float32Array;
}

/** Every number of a network, in the memory of its kernel. */
export interface Weights {
  readonly kernel: Kernel;
  readonly parameters: number;
  readonly embedding: Float32Array;
  readonly outputNorm: Float32Array;
  readonly blocks: readonly BlockWeights[];
}

type TakeTensor = (name: string, ...size: readonly number[]) => Float32Array;

const TENSORS_PER_BLOCK = 9;
/** More vectors than one session allocates beside its caches. */
const SCRATCH_VECTORS = 16;

/**
 * Widen all tensors into a fresh kernel whose memory also has room for one session.
 *
 * @throws {@link InputError} `ERR_WEIGHTS_MALFORMED` if a tensor is missing, too many, of another shape or not finite.
 */
export function loadWeights({ shape, tensors }: ModelFile): Weights {
  const { vocab, dim, layers } = shape;
  const wanted = 2 + TENSORS_PER_BLOCK * layers;
  if (tensors.size !== wanted) refuseWeights(`got ${tensors.size} tensors, want ${wanted}`);
  const parameters = [...tensors.values()].reduce((sum, tensor) => sum + valueCount(tensor), 0);
  const kernel = new Kernel({
    count: parameters + sessionValues(shape),
    vectors: tensors.size + 2 * layers + SCRATCH_VECTORS,
  });
  const take: TakeTensor = (name, ...size) => {
    const tensor = tensors.get(`${name}.weight`);
    if (tensor?.shape.join() !== size.join()) refuseWeights(`want a tensor ${name} of shape ${size.join(' x ')}`);
    const vector = kernel.allocate(valueCount(tensor));
    decodeTensor(tensor, vector);
    if (!vector.every(Number.isFinite)) refuseWeights(`tensor ${name} has a value that is not finite`);
    return vector;
  };
  return {
    kernel,
    parameters,
    embedding: take('token_embd', vocab, dim),
    outputNorm: take('output_norm', dim),
    blocks: Array.from({ length: layers }, (_, index) =>
      takeBlock(shape, (name, ...size) => take(`blk.${index}.${name}`, ...size)),
    ),
  };
}

function valueCount(tensor: Tensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}

/** Keys and values of every layer, and the scratch of one whole context. */
function sessionValues({ vocab, dim, layers, ffn, ctx }: Shape): number {
  return ctx * (2 * layers * dim + 4 * dim + 2 * ffn + 1) + vocab;
}

function takeBlock({ dim, ffn }: Shape, take: TakeTensor): BlockWeights {
  return {
    attnNorm: take('attn_norm', dim),
    attnQ: take('attn_q', dim, dim),
    attnK: take('attn_k', dim, dim),
    attnV: take('attn_v', dim, dim),
    attnOutput: take('attn_output', dim, dim),
    ffnNorm: take('ffn_norm', dim),
    ffnGate: take('ffn_gate', ffn, dim),
    ffnUp: take('ffn_up', ffn, dim),
    ffnDown: take('ffn_down', dim, ffn),
  };
}
