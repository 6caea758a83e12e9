import * as crypto from 'node:crypto';

export const utf8 = (text) => Buffer.from(text, 'utf8');
export const hex = (bytes) => Buffer.from(bytes).toString('hex');
export const base64 = (bytes) => Buffer.from(bytes).toString('base64');
export const sha256 = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest();
export const sha512 = (...parts) => crypto.createHash('sha512').update(Buffer.concat(parts)).digest();
export const flip = (bytes, at = 0) => Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)));
