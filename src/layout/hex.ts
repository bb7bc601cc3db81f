import { asBuffer } from './bytes.ts';

/** Bytes as lower-case hex. */
export const toHex = (bytes: Uint8Array): string => asBuffer(bytes).toString('hex');
/** Reads `toHex`. */
export const fromHex = (text: string): Uint8Array => Buffer.from(text, 'hex');
