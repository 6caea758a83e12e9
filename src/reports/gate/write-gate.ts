/** Writes the files of a verdict; each appears whole or not at all, and none of an earlier verdict stays beside them. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../../archive/write-atomic.ts';
import { printableJson } from '../printable.ts';
import { gateJunit } from './junit.ts';
import { gateMarkdown } from './markdown.ts';
import type { GateVerdict } from './model.ts';
import { gateStatement } from './statement.ts';

/** The files of a verdict. */
export const GATE_FILES = ['verdict.json', 'verdict.dsse.json', 'junit.xml', 'summary.md'] as const;

/**
 * Write a verdict to a folder, which is made if it does not exist.
 *
 * @param sign - Signs the payload of a statement; gives the text of an envelope.
 * @returns Paths of what was written; a verdict about nothing that could be read has no statement to sign.
 * @throws errors of the file system as they are, and whatever `sign` throws, before anything is written
 */
export async function writeGate(
  verdict: GateVerdict,
  folder: string,
  sign: (statement: Uint8Array) => string,
): Promise<readonly string[]> {
  const statement = gateStatement(verdict);
  const texts: Readonly<Record<(typeof GATE_FILES)[number], string | null>> = {
    'verdict.json': `${printableJson(JSON.stringify(verdict, null, 2))}\n`,
    'verdict.dsse.json': statement === null ? null : sign(statement),
    'junit.xml': gateJunit(verdict),
    'summary.md': gateMarkdown(verdict),
  };
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const name of GATE_FILES) {
    const path = join(folder, name);
    const text = texts[name];
    if (text === null) await rm(path, { force: true });
    else {
      await writeAtomic(path, text);
      paths.push(path);
    }
  }
  return paths;
}
