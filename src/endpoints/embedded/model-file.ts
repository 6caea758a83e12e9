/** What a weight file says about its model before any number is touched: shape, vocabulary, tensors as stored. */
import { InputError } from '../../core/errors.ts';
import { LANE_STEP } from './kernel.ts';
import { parseSafetensors, type Tensor, type TensorFile } from './safetensors.ts';
import type { Vocabulary } from './tokenizer.ts';

const MAX_SIZE = 65_536;

/** The numbers that describe a network. */
export interface Shape {
  readonly vocab: number;
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  readonly ffn: number;
  /** Longest prompt and answer together, in tokens. */
  readonly ctx: number;
  /** Base of the rotary frequencies. */
  readonly theta: number;
  /** Added under the root of every norm. */
  readonly eps: number;
}

/** A parsed weight file. */
export interface ModelFile {
  readonly shape: Shape;
  readonly vocabulary: Vocabulary;
  /** By name; not yet checked against the shape. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Refuse a weight file. @throws {@link InputError} `ERR_WEIGHTS_MALFORMED`, always. */
export function refuseWeights(what: string): never {
  throw new InputError('ERR_WEIGHTS_MALFORMED', `cannot load weights: ${what}`);
}

/**
 * Parse container, shape and vocabulary.
 *
 * @throws {@link InputError} `ERR_WEIGHTS_MALFORMED`
 */
export function parseModelFile(bytes: Uint8Array): ModelFile {
  const file = parseSafetensors(bytes);
  const shape = parseShape(readMetadata(file, 'config'));
  return { shape, vocabulary: parseVocabulary(readMetadata(file, 'tokenizer'), shape.vocab), tensors: file.tensors };
}

function readMetadata(file: TensorFile, name: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(file.metadata.get(name) ?? '');
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch (cause) {
    throw new InputError('ERR_WEIGHTS_MALFORMED', `cannot load weights: metadata ${name} is not JSON`, { cause });
  }
  return refuseWeights(`metadata ${name} is not a JSON object`);
}

function parseShape(config: Record<string, unknown>): Shape {
  const size = (name: string): number => {
    const value = config[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || value > MAX_SIZE) {
      refuseWeights(`config ${name} is not a whole number from 1 to ${MAX_SIZE}`);
    }
    return value;
  };
  const positive = (name: string): number => {
    const value = config[name];
    return typeof value === 'number' && value > 0 && value < Infinity
      ? value
      : refuseWeights(`config ${name} is not positive`);
  };
  const shape = {
    vocab: size('vocab'),
    dim: size('dim'),
    layers: size('layers'),
    heads: size('heads'),
    ffn: size('ffn'),
    ctx: size('ctx'),
    theta: positive('theta'),
    eps: positive('eps'),
  };
  const lengths = [shape.dim, shape.ffn, shape.dim / shape.heads];
  if (lengths.some((length) => length % LANE_STEP !== 0))
    refuseWeights(`dim, ffn and head size must be multiples of ${LANE_STEP}`);
  return shape;
}

function parseVocabulary({ special, pieces }: Record<string, unknown>, size: number): Vocabulary {
  if (!isTexts(special) || !isTexts(pieces)) refuseWeights('the tokenizer has no lists of special tokens and pieces');
  if (special.length + 256 + pieces.length !== size) refuseWeights(`the tokenizer does not have ${size} tokens`);
  const required = ['<s>', '</s>', '<|user|>', '<|assistant|>', '<|system|>'];
  if (!required.every((token) => special.includes(token))) refuseWeights('the tokenizer lacks a special token');
  return { special, pieces };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}
