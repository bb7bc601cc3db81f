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
    return readJsonBody(await readBody(payload, app.initialConfig.bodyLimit ?? limits.requestBytesMax));
  });
  app.addContentTypeParser('application/x-ndjson', async (request: { headers: Headers }, payload: Readable) => {
    refuseEncoding(request.headers);
    return payload;
  });
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function refuseEncoding({ 'content-encoding': encoding }: Headers): void {
  if (encoding === undefined || encoding === 'identity') return;
  throw new TxlogError('MEDIA_UNSUPPORTED', `the body has the encoding ${encoding}: send it as it is`);
}

/** A whole body. Errors: REQUEST_TOO_LARGE; HTTP_INVALID of one that does not end in time, or breaks off. */
async function readBody(payload: Readable, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  const late = new TxlogError('HTTP_INVALID', `the body did not come within ${limits.httpBodyMs / 1_000} s`);
  const timer = setTimeout(() => payload.destroy(late), limits.httpBodyMs);
  try {
    for await (const part of payload) {
      bytes += (part as Buffer).length;
      if (bytes > bytesMax)
        throw new TxlogError('REQUEST_TOO_LARGE', `the body is over the limit of ${bytesMax} bytes`);
      parts.push(part as Buffer);
    }
  } catch (error) {
    if (error instanceof TxlogError) throw error;
    throw new TxlogError('HTTP_INVALID', 'the body broke off', { cause: error });
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(parts);
}
