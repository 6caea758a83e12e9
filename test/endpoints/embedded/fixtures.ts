/** Weight files and servers for the tests of the embedded models. */
import { readEmbeddedModels } from '../../../src/endpoints/embedded/models.ts';
import { startEmbeddedServer } from '../../../src/endpoints/embedded/server.ts';
import type { LocalServer } from '../../../src/endpoints/listen.ts';

/** A safetensors file from a header and data, with the length the header really has. */
export function packFile(header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return new Uint8Array(Buffer.concat([length, json, data]));
}

/** The parts of a complete model of random-looking numbers, to be packed after a test has spoiled one of them. */
export interface ModelParts {
  config: Record<string, unknown>;
  tokenizer: Record<string, unknown>;
  tensors: Map<string, { shape: number[]; values: Float32Array }>;
}

/** A model of one block that is complete and means nothing. */
export function smallModel(): ModelParts {
  const config = { vocab: 264, dim: 32, layers: 1, heads: 2, ffn: 48, ctx: 24, theta: 10000, eps: 1e-5 };
  const special = ['<unk>', '<s>', '</s>', '<|user|>', '<|assistant|>', '<|system|>'];
  const tensors: ModelParts['tensors'] = new Map();
  let state = 1;
  const add = (name: string, ...shape: number[]): void => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647 - 0.5;
    });
    tensors.set(`${name}.weight`, { shape, values });
  };
  add('token_embd', 264, 32);
  add('output_norm', 32);
  for (const name of ['attn_norm', 'ffn_norm']) add(`blk.0.${name}`, 32);
  for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) add(`blk.0.${name}`, 32, 32);
  for (const name of ['ffn_gate', 'ffn_up']) add(`blk.0.${name}`, 48, 32);
  add('blk.0.ffn_down', 32, 48);
  return { config, tokenizer: { special, pieces: ['th', 'the'] }, tensors };
}

/** The weight file of a model. */
export function packModel({ config, tokenizer, tensors }: ModelParts): Uint8Array {
  const header: Record<string, unknown> = {
    __metadata__: { config: JSON.stringify(config), tokenizer: JSON.stringify(tokenizer) },
  };
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  return packFile(header, Buffer.concat([...tensors.values()].map(({ values }) => Buffer.from(values.buffer))));
}

/** A server of the smaller shipped model that computes in this thread. */
export async function startSmallServer(): Promise<LocalServer> {
  return await startEmbeddedServer({ models: await readEmbeddedModels(['tiny-0.4m']), workers: 0 });
}
