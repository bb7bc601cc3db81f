import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
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

const streams = [
  'application/x-ndjson',
  'application/octet-stream',
  'application/avro',
  'application/offset+octet-stream',
];
/** A request, and what blanks and escaped text add to it. */
const bodyBytesMax = limits.requestBytesMax + 64 * 1024;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function refuseEncoding({ 'content-encoding': encoding }: Headers): void {
  if (encoding === undefined || encoding === 'identity') return;
  throw new TxlogError('MEDIA_UNSUPPORTED', `the body has the encoding ${encoding}: send it as it is`);
}

/**
 * A whole body. Errors: REQUEST_TOO_LARGE; HTTP_INVALID of one that does not end in time, or breaks off. The rest of it is
 * not read: the answer closes the connection.
 */
function readBody(payload: Readable, headers: Headers): Promise<Buffer> {
  if (Number(headers['content-length'] ?? 0) > bodyBytesMax) throw tooLarge();
  const parts: Buffer[] = [];
  let bytes = 0;
  // By events: an iterator costs as much as all else that is done with a small body.
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => refuse(late()), limits.httpBodyMs);
    const take = (part: Buffer) => {
      bytes += part.length;
      if (bytes > bodyBytesMax) refuse(tooLarge());
      else parts.push(part);
    };
    const refuse = (error: Error) => {
      clearTimeout(timer);
      payload.off('data', take).pause();
      reject(error);
    };
    payload.on('data', take);
    payload.once('end', () => {
      clearTimeout(timer);
      resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts));
    });
    payload.once('error', (error) => refuse(isBreak(error) ? brokenOff(error) : error));
    payload.once('close', () => payload.readableEnded || refuse(brokenOff()));
  });
}

function isBreak({ code = '' }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function brokenOff(cause?: Error): TxlogError {
  return new TxlogError('HTTP_INVALID', 'the body broke off', given({ cause }));
}

function late(): TxlogError {
  return new TxlogError('HTTP_INVALID', `the body did not come within ${limits.httpBodyMs / 1_000} s`);
}

function tooLarge(): TxlogError {
  return new TxlogError('REQUEST_TOO_LARGE', `the body is over the limit of ${bodyBytesMax} bytes`);
}
