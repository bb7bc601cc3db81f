import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { TxlogError } from '../../core/base/errors.ts';
import { printable } from '../../text/printable.ts';
import { statFile } from '../frame/open-input.ts';
import { unreadable } from '../frame/read-file.ts';
import type { SignalInterrupt } from '../frame/signals.ts';
import { openDumpInput } from '../sync/dump-input.ts';

/** Bytes to put, and a name by which the next command finds what came of them. */
export interface AttachmentSource {
  readonly bytes: AsyncGenerator<Buffer>;
  readonly total: number | undefined;
  /** Undefined of stdin. */
  readonly resumeAs: string | undefined;
}

/**
 * Opens a file, or stdin for `-`. A signal is an error: what was cut off must not be taken for whole.
 *
 * Errors: INPUT_NOT_FOUND, INPUT_UNREADABLE; USAGE where stdin is a terminal.
 */
export function openAttachmentSource(file: string, interruption: SignalInterrupt): AttachmentSource {
  if (file === '-' && process.stdin.isTTY)
    throw new TxlogError('USAGE', 'stdin is a terminal: give a file, or pipe one into it');
  const size = file === '-' ? undefined : sizeOfFile(file);
  if (size !== undefined) return { bytes: readFile(file, interruption), total: size, resumeAs: nameOf(file) };
  const input = openDumpInput(file);
  interruption.signal.addEventListener('abort', () => input.stop(), { once: true });
  return { bytes: whole(input.bytes, interruption), total: undefined, resumeAs: undefined };
}

/** Undefined of a device or a pipe. */
function sizeOfFile(file: string): number | undefined {
  const stats = statFile(file);
  return stats.isFile() ? stats.size : undefined;
}

async function* whole(bytes: AsyncGenerator<Buffer>, interruption: SignalInterrupt): AsyncGenerator<Buffer> {
  yield* bytes;
  refuseInterrupted(interruption);
}

const bufferBytes = 1024 * 1024;

/** Into one buffer: a piece holds until the next one is asked for. */
async function* readFile(file: string, interruption: SignalInterrupt): AsyncGenerator<Buffer> {
  const handle = await open(file).catch((cause) => {
    throw unreadable(printable(file), cause);
  });
  try {
    const buffer = Buffer.allocUnsafeSlow(bufferBytes);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null).catch((cause) => {
        throw unreadable(printable(file), cause);
      });
      refuseInterrupted(interruption);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

function refuseInterrupted(interruption: SignalInterrupt): void {
  if (interruption.exitCode() !== undefined) throw new TxlogError('INPUT_UNREADABLE', 'it was interrupted');
}

/** The same file as long as it is not written to. */
function nameOf(file: string): string {
  const { size, mtimeMs, ino, dev } = statSync(file);
  const text = JSON.stringify([realpathSync(file), size, mtimeMs, ino, dev]);
  return `file-${createHash('sha256').update(text).digest('hex')}`;
}
