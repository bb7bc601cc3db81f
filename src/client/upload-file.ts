import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { pauseAfter } from '../core/base/back-off.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { limits } from '../core/base/limits.ts';
import { systemReason } from '../core/base/system-error.ts';
import type { FrontendCall, FrontendCaller } from './call-frontend.ts';
import { isTemporary, statusIn } from './problem-error.ts';

/** A file that is there as an attachment. */
export interface UploadedFile {
  readonly digest: string;
  readonly bytes: number;
  /** Whether it was there before. */
  readonly duplicate: boolean;
}

/** How a file is uploaded. */
export interface UploadOptions {
  /** Tells how many bytes are there, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const version = { 'tus-resumable': '1.0.0' };
const pauses = { first: 0.1, factor: 2, max: 5 };
const attemptsMax = 10;

/**
 * Uploads a file, part by part, each to whatever frontend answers, and goes on where it broke off. One that is there is not sent.
 *
 * Errors: INPUT_UNREADABLE; those of `FrontendCaller.send`, once nothing came on for ten tries.
 */
export async function uploadFile(caller: FrontendCaller, file: string, options: UploadOptions): Promise<UploadedFile> {
  const handle = await open(file).catch((cause) => {
    throw new TxlogError('INPUT_UNREADABLE', `${file} cannot be read: ${systemReason(cause)}`, { cause });
  });
  try {
    return await new FileUpload(caller, handle, options).run();
  } finally {
    await handle.close();
  }
}

class FileUpload {
  private readonly caller: FrontendCaller;
  private readonly handle: FileHandle;
  private readonly options: UploadOptions;
  private readonly buffer = Buffer.allocUnsafeSlow(limits.uploadPartBytes);
  private failed = 0;

  constructor(caller: FrontendCaller, handle: FileHandle, options: UploadOptions) {
    this.caller = caller;
    this.handle = handle;
    this.options = options;
  }

  async run(): Promise<UploadedFile> {
    const { digest, bytes } = await this.read();
    if (await this.isThere(digest)) return { digest, bytes, duplicate: true };
    const path = await this.begin(digest, bytes);
    for (let offset = bytes === 0 ? 0 : await this.offsetOf(path); offset < bytes; ) {
      const piece = await this.pieceAt(offset, bytes);
      const headers = {
        ...version,
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
      };
      const answer = await this.tryOnce({ method: 'PATCH', path, headers, body: piece });
      offset = answer ? Number(answer['upload-offset']) : await this.offsetOf(path);
      if (answer) this.failed = 0;
      this.options.onProgress?.(offset, bytes);
    }
    return { digest, bytes, duplicate: false };
  }

  /** Reads the file once, for its name. */
  private async read(): Promise<{ readonly digest: string; readonly bytes: number }> {
    const hash = createHash('sha256');
    let bytes = 0;
    for (;;) {
      this.options.signal?.throwIfAborted();
      const { bytesRead } = await this.handle.read(this.buffer, 0, this.buffer.length, bytes);
      if (bytesRead === 0) return { digest: hash.digest('hex'), bytes };
      hash.update(this.buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  }

  private async isThere(digest: string): Promise<boolean> {
    try {
      await this.until({ method: 'HEAD', path: `/v1/attachments/${digest}` });
      return true;
    } catch (error) {
      // The answer to HEAD has no body that could have a code.
      if (error instanceof TxlogError && statusIn(error) === 404) return false;
      throw error;
    }
  }

  private async begin(digest: string, bytes: number): Promise<string> {
    const repr = `sha-256=:${Buffer.from(digest, 'hex').toString('base64')}:`;
    const headers = { ...version, 'upload-length': String(bytes), 'repr-digest': repr };
    const location = (await this.until({ method: 'POST', path: '/v1/uploads', headers })).location;
    if (location !== undefined) return location;
    throw new TxlogError('SERVICE_FAILED', 'the frontend did not say where the upload goes');
  }

  private async offsetOf(path: string): Promise<number> {
    return Number((await this.until({ method: 'HEAD', path, headers: version }))['upload-offset']);
  }

  private async pieceAt(offset: number, bytes: number): Promise<Uint8Array> {
    const wanted = Math.min(this.buffer.length, bytes - offset);
    const { bytesRead } = await this.handle.read(this.buffer, 0, wanted, offset);
    if (bytesRead === wanted) return this.buffer.subarray(0, wanted);
    throw new TxlogError('INPUT_UNREADABLE', 'the file was changed while it was uploaded');
  }

  /** Tries until there is an answer. */
  private async until(call: FrontendCall): Promise<IncomingHttpHeaders> {
    for (;;) {
      const answer = await this.tryOnce(call);
      if (answer) return answer;
    }
  }

  /** The headers of an answer; undefined, after a pause, of one that may be another next time. */
  private async tryOnce(call: FrontendCall): Promise<IncomingHttpHeaders | undefined> {
    const { signal } = this.options;
    try {
      return await this.caller.send({ ...call, ...given({ signal }) });
    } catch (error) {
      this.failed += 1;
      if (!(error instanceof TxlogError) || !mayPass(error) || this.failed >= attemptsMax) throw error;
      await pause(pauseAfter(pauses, this.failed, Math.random()) * 1_000, undefined, given({ signal }));
      return undefined;
    }
  }
}

/** A part that another request holds, or that goes on elsewhere, is asked for again. */
function mayPass(error: TxlogError): boolean {
  const status = statusIn(error);
  return isTemporary(error) || status === 423 || status === 409;
}
