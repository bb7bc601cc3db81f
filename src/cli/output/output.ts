import { PassThrough, type Writable } from 'node:stream';
import { TxlogError } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { systemReason } from '../../core/base/system-error.ts';
import { jsonText } from '../../text/printable.ts';

/** The reader of stdout has enough and went away: the command ends quietly, with exit code 0. */
export class OutputEnded extends Error {
  override readonly name = 'OutputEnded';
}

const chunkChars = 64 * 1024;

/**
 * A command's data output: buffered, and no faster than its reader, so that output of any length needs little memory.
 *
 * Errors: when the reader goes away (EPIPE), OutputEnded, or OUTPUT_FAILED where a short output would be taken for
 * a whole one (`mustArrive`); OUTPUT_FAILED for a full disk and the like.
 */
export class Output {
  private readonly stream: Writable;
  private buffered = '';
  private failure: Error | undefined;
  /** Whether output that nobody reads to its end is a failure. */
  mustArrive = false;

  constructor(stream: Writable) {
    this.stream = stream;
    stream.on('error', (error) => {
      this.failure ??= error;
    });
  }

  /** Adds text; passes it on in chunks. Wait for it before adding more. */
  async add(text: string): Promise<void> {
    this.buffered += text;
    if (this.buffered.length >= chunkChars) await this.flush();
  }

  /** Adds a line. */
  async line(text: string): Promise<void> {
    await this.add(`${text}\n`);
  }

  /** Adds one JSON value in one line. */
  async json(value: JsonValue): Promise<void> {
    await this.line(jsonText(value));
  }

  /** Passes on all that was added, and waits until the reader took it. */
  async flush(): Promise<void> {
    const text = this.buffered;
    this.buffered = '';
    if (text !== '' && !this.failure) await this.pass(text);
    if (this.failure) throw this.named(this.failure as NodeJS.ErrnoException);
  }

  private pass(text: string): Promise<void> {
    return new Promise((resolve) => {
      const done = (error?: Error | null) => {
        if (error) this.failure ??= error;
        resolve();
      };
      try {
        this.stream.write(text, done);
      } catch (error) {
        // A stream on a file throws what one on a pipe passes on.
        done(error as Error);
      }
    });
  }

  private named(cause: NodeJS.ErrnoException): Error {
    if (cause.code === 'EPIPE' && !this.mustArrive) return new OutputEnded('the reader of stdout went away', { cause });
    const reason = cause.code === 'EPIPE' ? 'its reader went away' : systemReason(cause);
    return new TxlogError('OUTPUT_FAILED', `stdout failed: ${reason}`, { cause });
  }
}

/** Output that nobody gets. */
export function nowhere(): Output {
  return new Output(new PassThrough().resume());
}
