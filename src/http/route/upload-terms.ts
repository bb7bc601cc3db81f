import { createHash, randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { limits } from '../../core/base/limits.ts';
import type { Upload, UploadPart } from '../../index.ts';
import { uploadPrefix } from '../frontend/upload-expiry.ts';

/** The version of the protocol, and what it has here. Source: tus 1.0.0. */
export const tus = {
  version: '1.0.0',
  extensions: 'creation,expiration,checksum',
  algorithms: 'sha256,sha1',
} as const;

/**
 * A new id of an upload: all that a frontend has to know of it, so that any of them goes on.
 *
 * Shape: its bytes in base 36, a random UUID, and its SHA-256 where that is known, with - between.
 */
export function newUploadId(bytes: number, digest: string | undefined): string {
  return [bytes.toString(36), randomUUID(), ...(digest === undefined ? [] : [digest])].join('-');
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const shape = new RegExp(`^([0-9a-z]{1,8})-${uuid}(?:-([0-9a-f]{64}))?$`);

/** The upload of an id, of whoever asks: nobody goes on with that of another one. Errors: UPLOAD_NOT_FOUND. */
export function uploadOf({ actor }: FastifyRequest, id: string): Upload {
  const [, length = '', digest] = shape.exec(id) ?? [];
  const bytes = Number.parseInt(length, 36);
  if (!(bytes <= limits.httpUploadBytesMax)) throw new TxlogError('UPLOAD_NOT_FOUND', 'there is no such upload');
  const owner = createHash('sha256')
    .update(actor ?? '')
    .digest('hex')
    .slice(0, 16);
  return { name: `${uploadPrefix}${owner}-${id}`, bytes, ...given({ digest }) };
}

/** Says in each answer which version it is of, and refuses another one. Errors: HTTP_INVALID. */
export function checkVersion({ headers }: FastifyRequest, reply: FastifyReply): void {
  reply.header('tus-resumable', tus.version);
  const asked = headers['tus-resumable'];
  if (asked === tus.version) return;
  reply.header('tus-version', tus.version);
  throw new TxlogError('UPLOAD_VERSION', `the header Tus-Resumable is ${tus.version}`);
}

/** A header that is a number of bytes. Errors: HTTP_INVALID. */
export function readBytesHeader({ headers }: FastifyRequest, name: string): number {
  const text = String(headers[name] ?? '');
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new TxlogError('HTTP_INVALID', `the header ${name} is a number of bytes`);
}

/** The checksum of a part. Errors: HTTP_INVALID of one whose algorithm is not known, or that is none. */
export function readChecksum({ headers }: FastifyRequest): UploadPart['checksum'] {
  const field = headers['upload-checksum'];
  if (field === undefined) return undefined;
  const [, name = '', base64 = ''] = /^(\w+) ([A-Za-z0-9+/]+={0,2})$/.exec(String(field)) ?? [];
  const digest = Buffer.from(base64, 'base64');
  const bytes = name === 'sha1' ? 20 : name === 'sha256' ? 32 : -1;
  if (digest.length !== bytes)
    throw new TxlogError('HTTP_INVALID', `Upload-Checksum is one of ${tus.algorithms}, then the checksum in base64`);
  return { algorithm: name as 'sha1' | 'sha256', digest };
}
