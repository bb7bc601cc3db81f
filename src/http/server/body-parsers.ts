import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import { readJsonBody } from '../route/json-body.ts';

/**
 * Says which bodies are taken: JSON as a whole, within a time; a stream of lines as it comes. Nothing that is compressed is
 * taken: a small body cannot become a large one.
 */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', async (request: { headers: Headers }, payload: Readable) => {
    refuseEncoding(request.headers);
    return readJsonBody(await readBody(payload, request.headers));
  });
  for (const type of streams) {
    app.addContentTypeParser(type, async (request: { headers: Headers }, payload: Readable) => {
      refuseEncoding(request.headers);
      return payload;
    });
  }
}

const streams = ['application/x-ndjson', 'application/octet-stream'];
/** A request, and what blanks and escaped text add to it. */
const bodyBytesMax = limits.requestBytesMax + 64 * 1024;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function refuseEncoding({ 'content-encoding': encoding }: Headers): void {
  if (encoding === undefined || encoding === 'identity') return;
  throw new TxlogError('MEDIA_UNSUPPORTED', `the body has the encoding ${encoding}: send it as it is`);
}

/** A whole body. Errors: REQUEST_TOO_LARGE; HTTP_INVALID of one that does not end in time, or breaks off. */
async function readBody(payload: Readable, headers: Headers): Promise<Buffer> {
  if (Number(headers['content-length'] ?? 0) > bodyBytesMax) throw tooLarge();
  const parts: Buffer[] = [];
  let bytes = 0;
  const late = new TxlogError('HTTP_INVALID', `the body did not come within ${limits.httpBodyMs / 1_000} s`);
  const timer = setTimeout(() => payload.destroy(late), limits.httpBodyMs);
  try {
    for await (const part of payload) {
      bytes += (part as Buffer).length;
      if (bytes > bodyBytesMax) throw tooLarge();
      parts.push(part as Buffer);
    }
  } catch (error) {
    if (!breaks.has(String((error as NodeJS.ErrnoException).code))) throw error;
    throw new TxlogError('HTTP_INVALID', 'the body broke off', { cause: error });
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(parts);
}

/** Errors of a connection that ended before its body did. */
const breaks: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

function tooLarge(): TxlogError {
  return new TxlogError('REQUEST_TOO_LARGE', `the body is over the limit of ${bodyBytesMax} bytes`);
}
