import { TxlogError } from '../../core/base/errors.ts';

/** The SHA-256 in hex that a field `Content-Digest` or `Repr-Digest` names; other algorithms are passed over. Source: RFC 9530. */
export function readDigestField(field: string | readonly string[] | undefined): string | undefined {
  if (field === undefined) return undefined;
  const named = String(field)
    .split(',')
    .map((one) => /^\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*$/.exec(one)?.[1]);
  const base64 = named.find((one) => one !== undefined);
  if (base64 !== undefined) return Buffer.from(base64, 'base64').toString('hex');
  if (!/\bsha-256\b/.test(String(field))) return undefined;
  throw new TxlogError('HTTP_INVALID', 'the digest of the body is no sha-256=:BASE64:');
}

/** The field of a digest. */
export function digestField(digest: string): string {
  return `sha-256=:${Buffer.from(digest, 'hex').toString('base64')}:`;
}
