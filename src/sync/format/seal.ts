import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { tailBytes } from '../../layout/dump-entry.ts';

/** Bytes of a seal, the last ones of every block. */
export const sealBytes = 32;
const signatureBytes = 64;

/** The seal before the first block: it covers the header. */
export function firstSeal(header: Uint8Array): Buffer {
  return createHash('sha256').update('txlog-dump-v1').update(header).digest();
}

/** The seal of a block, from the one before and the raw bytes of the block without their last `sealBytes`. */
export function nextSeal(previous: Uint8Array, raw: Buffer): Buffer {
  return createHash('sha256').update(previous).update(raw.subarray(0, -sealBytes)).digest();
}

/** The seal that a block carries. */
export function sealOf(raw: Buffer): Buffer {
  return raw.subarray(-sealBytes);
}

/** Signs a block whose signature and seal are still zero: all before them, and all blocks before it. */
export function signBlock(key: KeyObject, previous: Uint8Array, raw: Buffer): void {
  const end = raw.length - tailBytes(true);
  const signature = sign(null, Buffer.concat([previous, raw.subarray(0, end)]), key);
  signature.copy(raw, end + 1);
}

/** Whether the last entry of a block has a signature by the key, over it and all blocks before it. */
export function isSignedBy(key: KeyObject, previous: Uint8Array, raw: Buffer): boolean {
  const end = raw.length - tailBytes(true);
  // Branch 1 of the union, and behind the signature branch 1 of the seal's.
  if (end < 0 || raw[end] !== 2 || raw[end + 1 + signatureBytes] !== 2) return false;
  const signature = raw.subarray(end + 1, end + 1 + signatureBytes);
  return verify(null, Buffer.concat([previous, raw.subarray(0, end)]), key, signature);
}
