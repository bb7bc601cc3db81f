import type { Readable } from 'node:stream';
import { TxlogError } from '../../core/base/errors.ts';
import { printable } from '../../text/printable.ts';
import { statFile } from '../frame/open-input.ts';
import { unreadable } from '../frame/read-file.ts';
import { openReadStream } from '../frame/read-stream.ts';

/** A dump to read. */
export interface DumpInput {
  /** Its bytes, in pieces. Errors: INPUT_UNREADABLE. */
  readonly bytes: AsyncGenerator<Buffer>;
  /** How many there are; undefined of a pipe. */
  readonly total: number | undefined;
  /** Stops reading: `bytes` ends. */
  stop(): void;
}

const chunkBytes = 1024 * 1024;

/** Opens a file, or stdin for `-`. Errors: INPUT_NOT_FOUND, INPUT_UNREADABLE; USAGE where stdin is a terminal. */
export function openDumpInput(file: string): DumpInput {
  if (file === '-' && process.stdin.isTTY) {
    throw new TxlogError('USAGE', 'stdin is a terminal: give the file of a dump, or pipe a dump into it', {
      next: ['txlog sync import FILE', 'txlog --env OTHER sync export - | txlog sync import -'],
    });
  }
  const stats = file === '-' ? undefined : statFile(file);
  const source: Readable = stats ? openReadStream(file, stats, chunkBytes) : process.stdin;
  return {
    bytes: readAll(source, stats ? printable(file) : 'stdin'),
    total: stats?.isFile() ? stats.size : undefined,
    stop: () => void source.destroy(),
  };
}

async function* readAll(source: Readable, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) yield chunk as Buffer;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    throw unreadable(name, cause);
  }
}
