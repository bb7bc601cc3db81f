import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { type Attachment, isDigest } from '../../core/log/attachment.ts';
import { toPutJson } from '../../shapes/attachment.ts';
import * as files from '../../shapes/schema/attachment-schema.ts';
import { digest as digestSchema, type Schema, text } from '../../shapes/schema/schema-terms.ts';
import { type AskedRange, readRange } from '../route/asked-range.ts';
import { isUnchanged } from '../route/conditional.ts';
import { digestField, readDigestField } from '../route/digest-field.ts';
import type { Route } from '../route/route.ts';
import { jsonAnswer, problemAnswer } from './request-terms.ts';

const bytesType = 'application/octet-stream';
const bytes: Schema = { type: 'string', format: 'binary' };

/** `POST /v1/attachments`: keeps the bytes of the body. */
export const uploadRoute: Route = {
  method: 'POST',
  path: '/v1/attachments',
  operation: 'putAttachment',
  summary: 'Keeps a file of any size, named by its SHA-256. The same bytes again are the same attachment.',
  headers: {
    'Content-Digest': {
      ...text,
      description:
        'sha-256=:BASE64: of the bytes. Others are refused. Of an upload that breaks off, what came is kept.',
    },
  },
  body: { [bytesType]: bytes },
  answers: {
    200: jsonAnswer('It was here already.', files.put),
    201: jsonAnswer('It is here, durably: `Location` says where.', files.put),
    400: problemAnswer('The bytes have another digest.'),
    507: problemAnswer('The disk has no room.'),
  },
  handle: async ({ env }, request, reply) => {
    const source = request.body;
    if (!(source instanceof Readable))
      throw new TxlogError('MEDIA_UNSUPPORTED', `the body is of the type ${bytesType}`);
    const digest = readDigestField(request.headers['content-digest'] ?? request.headers['repr-digest']);
    const put = await env.attachments.put(source, given({ digest }));
    Object.assign(request.told, { attachment: put.digest, bytes: put.bytes });
    return reply
      .code(put.duplicate ? 200 : 201)
      .header('location', `/v1/attachments/${put.digest}`)
      .send(toPutJson(put));
  },
};

/** `GET /v1/attachments/{digest}`: the bytes, or a range of them. */
export const downloadRoute: Route = {
  method: 'GET',
  path: '/v1/attachments/:digest',
  operation: 'getAttachment',
  summary: 'The bytes of an attachment, or a range of them.',
  parameters: { digest: digestSchema },
  headers: {
    Range: { ...text, description: 'One range of bytes: bytes=0-99, bytes=100-, bytes=-10.' },
    'If-Range': { ...text, description: 'Only if it is this version, which an attachment always is.' },
  },
  answers: {
    200: { description: 'All of it. Its ETag is its digest.', content: { [bytesType]: bytes } },
    206: { description: 'The range.', content: { [bytesType]: bytes } },
    304: { description: 'The client has it already: it never changes.' },
    404: problemAnswer('It is not here.'),
    416: { description: 'It has no bytes there: `Content-Range` says how many it has.' },
  },
  handle: async (frontend, request, reply) => {
    const { digest } = request.params as { readonly digest: string };
    const found = isDigest(digest) ? frontend.env.attachments.find(digest) : undefined;
    if (!found) throw new TxlogError('ATTACHMENT_NOT_FOUND', 'the attachment is not here');
    if (isUnchanged(request, reply, digest)) return reply.send();
    // Nothing that somebody uploaded is shown as a page of this site.
    reply.header('content-disposition', 'attachment').header('content-security-policy', "default-src 'none'; sandbox");
    reply.header('cache-control', 'private, max-age=31536000, immutable');
    reply.header('accept-ranges', 'bytes').header('repr-digest', digestField(digest)).type(bytesType);
    const range = rangeOf(request, found);
    if (range === 'none')
      return reply.code(416).header('content-range', `bytes */${found.bytes}`).type('text/plain').send('');
    const { start, end } = range === 'all' ? { start: 0, end: found.bytes } : range;
    if (range !== 'all') reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${found.bytes}`);
    reply.header('content-length', String(end - start));
    if (request.method === 'HEAD') return sendHead(reply);
    return reply.send(Readable.from(frontend.env.attachments.get(digest, { start, end })));
  },
};

/** A range counts only of the version that is meant. */
function rangeOf({ headers }: FastifyRequest, { digest, bytes }: Attachment): AskedRange {
  const { range, 'if-range': version } = headers;
  const isSame = version === undefined || version === `"${digest}"`;
  return readRange(isSame ? range : undefined, bytes);
}

/** The head alone: the server's library would take the length from a body that is none. */
function sendHead(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.writeHead(reply.statusCode, reply.getHeaders() as Record<string, string>).end();
  return reply;
}
