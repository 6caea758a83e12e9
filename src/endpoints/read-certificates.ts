/** Reads certificates that a user trusts beside those of Node. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InputError } from '../core/errors.ts';

const MAX_BYTES = 1024 * 1024;

/**
 * The text of a file of PEM certificates.
 *
 * @throws {@link InputError} `ERR_ENDPOINT_CONFIG` if it has none, or is longer than 1 MiB; system errors of the file.
 */
export async function readCertificates(path: string): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.length > MAX_BYTES || !isCertificate(bytes)) {
    throw new InputError('ERR_ENDPOINT_CONFIG', `cannot read "${path}": want certificates in PEM, at most 1 MiB`, {
      path,
    });
  }
  return bytes.toString('latin1');
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return bytes.includes('-----BEGIN CERTIFICATE-----') && new X509Certificate(bytes).subject !== undefined;
  } catch {
    return false;
  }
}
