import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/endpoints/embedded/engine.ts';
import { parseModelFile } from '../../../src/endpoints/embedded/model-file.ts';
import { readEmbeddedModels } from '../../../src/endpoints/embedded/models.ts';
import { packModel, smallModel } from './fixtures.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('readEmbeddedModels()', () => {
  it('reads all models of a folder by name, with the SHA-256 of the file', async () => {
    const bytes = packModel(smallModel());
    await writeFile(join(folder, 'b.safetensors'), bytes);
    await writeFile(join(folder, 'a.safetensors'), bytes);
    const models = await readEmbeddedModels(undefined, folder);
    expect(models.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(models[0]?.digestHex).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it.each([[['none']], [['../models/tiny-0.4m']]])('refuses the unknown name %j', async (names) => {
    await expect(readEmbeddedModels(names, folder)).rejects.toMatchObject({ code: 'ERR_MODEL_UNKNOWN' });
  });

  it('refuses a folder that does not exist', async () => {
    await expect(readEmbeddedModels(undefined, join(folder, 'none'))).rejects.toMatchObject({
      code: 'ERR_MODEL_UNKNOWN',
    });
  });

  it('one flipped bit of a weight changes the digest and the answer', async () => {
    const [whole] = await readEmbeddedModels(['tiny-0.4m']);
    const bytes = Uint8Array.from(whole?.bytes ?? []);
    // The last tensor ends the file; bit 6 of its last byte is the top exponent bit of an F16 value.
    bytes.set([(bytes.at(-1) ?? 0) ^ 0x40], bytes.length - 1);
    await writeFile(join(folder, 'flipped.safetensors'), bytes);
    const [flipped] = await readEmbeddedModels(['flipped'], folder);
    expect(flipped?.digestHex).not.toBe(whole?.digestHex);
    const logits = [whole, flipped].map((model) => {
      const engine = new Engine(parseModelFile(model?.bytes ?? new Uint8Array()));
      return [...engine.feed(engine.tokenizer.encodeChat([{ role: 'user', content: 'What is 3 + 4?' }]))];
    });
    expect(logits[0]).not.toEqual(logits[1]);
  });
});
