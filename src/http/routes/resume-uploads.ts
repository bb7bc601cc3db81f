import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import type { UploadProgress } from '../../index.ts';
import { text } from '../../shapes/schema/schema-terms.ts';
import type { Frontend } from '../frontend/frontend.ts';
import { digestField, readDigestField } from '../route/digest-field.ts';
import type { Route } from '../route/route.ts';
import { checkVersion, newUploadId, readBytesHeader, readChecksum, tus, uploadOf } from '../route/upload-terms.ts';
import { problemAnswer } from './request-terms.ts';

const partType = 'application/offset+octet-stream';
const version = { 'Tus-Resumable': { ...text, description: `${tus.version}: the version of the protocol.` } };
const parameters = { id: { ...text, description: 'As `Location` of the answer had it that made the upload.' } };
const refusals: Route['answers'] = {
  400: problemAnswer('A header is wrong, or all bytes came and have another digest.'),
  404: problemAnswer('There is no such upload.'),
  412: problemAnswer('Another version of the protocol: `Tus-Version` says which.'),
  423: problemAnswer('Another request adds to it just now.'),
};
const progress = 'bytes are here; `Repr-Digest` and `Content-Location`, once it is whole.';

const optionsRoute: Route = {
  method: 'OPTIONS',
  path: '/v1/uploads',
  operation: 'describeUploads',
  summary: 'Which version of the protocol is spoken here (tus), and what of it.',
  isOpen: true,
  answers: { 204: { description: '`Tus-Version`, `Tus-Extension`, `Tus-Max-Size`, `Tus-Checksum-Algorithm`.' } },
  handle: async (_, __, reply) =>
    reply
      .code(204)
      .header('tus-resumable', tus.version)
      .header('tus-version', tus.version)
      .header('tus-extension', tus.extensions)
      .header('tus-max-size', String(limits.httpUploadBytesMax))
      .header('tus-checksum-algorithm', tus.algorithms)
      .send(),
};

const createRoute: Route = {
  method: 'POST',
  path: '/v1/uploads',
  operation: 'createUpload',
  summary: 'Begins an upload that goes on where it broke off (tus 1.0). It becomes an attachment.',
  headers: {
    ...version,
    'Upload-Length': { ...text, description: 'All bytes that will come.' },
    'Repr-Digest': { ...text, description: 'sha-256=:BASE64: of all bytes. Others are refused at the end.' },
  },
  answers: {
    201: { description: 'Begun: `Location` says where the bytes go.' },
    400: problemAnswer('A header is wrong.'),
    412: problemAnswer('Another version of the protocol: `Tus-Version` says which.'),
    413: problemAnswer('It is too large.'),
  },
  handle: async (frontend, request, reply) => {
    checkVersion(request, reply);
    const bytes = readBytesHeader(request, 'upload-length');
    if (bytes > limits.httpUploadBytesMax)
      throw new TxlogError('REQUEST_TOO_LARGE', `an upload has ${limits.httpUploadBytesMax} bytes at most`);
    const id = newUploadId(bytes, readDigestField(request.headers['repr-digest']));
    // Nothing more will come of one without bytes.
    const made = bytes === 0 ? await frontend.env.attachments.readUpload(uploadOf(request, id)) : { offset: 0 };
    Object.assign(request.told, { upload: id, bytes });
    return tell(frontend, reply, made).code(201).header('location', `/v1/uploads/${id}`).send();
  },
};

const progressRoute: Route = {
  method: 'HEAD',
  path: '/v1/uploads/:id',
  operation: 'readUpload',
  summary: 'How far an upload has come.',
  parameters,
  headers: version,
  answers: { 200: { description: `\`Upload-Offset\` ${progress}` }, ...refusals },
  handle: async (frontend, request, reply) => {
    checkVersion(request, reply);
    const upload = uploadOf(request, idIn(request));
    const found = await frontend.env.attachments.readUpload(upload);
    return tell(frontend, reply, found).header('upload-length', String(upload.bytes)).send();
  },
};

const addRoute: Route = {
  method: 'PATCH',
  path: '/v1/uploads/:id',
  operation: 'addToUpload',
  summary: 'Adds bytes to an upload. The last ones make it an attachment.',
  parameters,
  headers: {
    ...version,
    'Upload-Offset': { ...text, description: 'The place of the first of these bytes.' },
    'Upload-Checksum': { ...text, description: 'sha256 or sha1, and the checksum of these bytes in base64.' },
  },
  body: { [partType]: { type: 'string', format: 'binary' } },
  answers: {
    204: { description: `\`Upload-Offset\` ${progress}` },
    ...refusals,
    409: problemAnswer('It goes on at another offset: ask for it.'),
    413: problemAnswer('More bytes came than it has.'),
    415: problemAnswer(`The body is of another type than ${partType}.`),
    460: problemAnswer('The bytes have another checksum, and none was kept.'),
    507: problemAnswer('The disk has no room.'),
  },
  handle: async (frontend, request, reply) => {
    checkVersion(request, reply);
    const upload = uploadOf(request, idIn(request));
    const { body: source } = request;
    if (!(source instanceof Readable) || !request.headers['content-type']?.startsWith(partType))
      throw new TxlogError('MEDIA_UNSUPPORTED', `the body is of the type ${partType}`);
    const offset = readBytesHeader(request, 'upload-offset');
    const added = await frontend.env.attachments.addToUpload(upload, {
      offset,
      source,
      checksum: readChecksum(request),
    });
    Object.assign(request.told, { upload: upload.name, offset: added.offset, attachment: added.digest });
    return tell(frontend, reply, added).code(204).send();
  },
};

/** Uploads that go on where they broke off. Source: tus 1.0.0. */
export const uploadRoutes: readonly Route[] = [optionsRoute, createRoute, progressRoute, addRoute];

function idIn({ params }: FastifyRequest): string {
  return (params as { readonly id: string }).id;
}

function tell({ env }: Frontend, reply: FastifyReply, { offset, digest }: UploadProgress): FastifyReply {
  reply.header('upload-offset', String(offset));
  if (digest === undefined) {
    const until = new Date(env.clock.now() + limits.httpUploadKeptMs);
    return reply.header('upload-expires', until.toUTCString());
  }
  return reply.header('repr-digest', digestField(digest)).header('content-location', `/v1/attachments/${digest}`);
}
