import { createReadStream, createWriteStream, mkdtempSync, openSync, rmSync, type Stats, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { pipeline as written } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { TxlogError } from '../../core/base/errors.ts';
import { printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { type Line, LineSplitter } from '../../text/split-lines.ts';
import { unreadable } from './read-file.ts';
import { openReadStream } from './read-stream.ts';

/** Something to read lines from. */
export interface Input {
  /** For people. */
  readonly name: string;
  /** Bytes to read in all, when that is known. */
  readonly bytes: number | undefined;
  /** Bytes read so far, before any unpacking. */
  bytesRead(): number;
  /** Whether no line was found yet; blank ones do not count. */
  isEmpty(): boolean;
  /** Waits for the end of an input that comes bit by bit, such as a pipe; nothing else is to be held meanwhile. */
  gather(): Promise<void>;
  /** Lines as they arrive, a chunk at a time. Errors: INPUT_UNREADABLE. */
  chunks(): AsyncGenerator<Line[]>;
  /** Stops reading; `chunks` ends. */
  stop(): void;
}

const chunkBytes = 512 * 1024;

/**
 * Opens a file, or stdin for `-`. Packed input is unpacked: a file named `.gz`, and anything that starts as gzip does.
 *
 * Errors: INPUT_NOT_FOUND, INPUT_UNREADABLE.
 */
export function openInput(file: string): Input {
  const stats = file === '-' ? undefined : statFile(file);
  let source: Readable = stats ? openReadStream(file, stats, chunkBytes) : process.stdin;
  const name = stats ? printable(file) : 'stdin';
  let read = 0;
  let stopped = false;
  let empty = true;
  async function* chunks() {
    const splitter = new LineSplitter();
    try {
      for await (const chunk of unpack(source, file.endsWith('.gz'), (bytes) => {
        read += bytes;
      })) {
        const lines = splitter.push(chunk);
        if (lines.length === 0) continue;
        empty = false;
        yield lines;
      }
    } catch (cause) {
      if (stopped) return;
      throw unreadable(name, cause);
    }
    if (stopped) return;
    const last = splitter.end();
    if (last.length > 0) empty = false;
    yield last;
  }
  return {
    name,
    bytes: stats?.isFile() ? stats.size : undefined,
    bytesRead: () => read,
    isEmpty: () => empty,
    async gather() {
      if (stats?.isFile()) return;
      const spooled = await spool(source).catch((cause: NodeJS.ErrnoException) => {
        if (!stopped) throw unreadable(name, cause);
      });
      if (spooled) source = spooled;
    },
    chunks,
    stop() {
      stopped = true;
      source.destroy();
    },
  };
}

/** All of a stream in a file that has no name any more: it is gone with the process. */
async function spool(stream: Readable): Promise<Readable> {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-input-'));
  const file = join(dir, 'input');
  const handle = openSync(file, 'wx+', 0o600);
  rmSync(dir, { recursive: true });
  await written(stream, createWriteStream(file, { fd: handle, autoClose: false }));
  return createReadStream(file, { fd: handle, start: 0, highWaterMark: chunkBytes });
}

async function* unpack(source: Readable, isNamedGzip: boolean, count: (bytes: number) => void) {
  const counted = countBytes(source, count);
  const { value: first, done } = await counted.next();
  if (done) return;
  if (!isNamedGzip && !isGzip(first)) {
    yield first;
    yield* counted;
    return;
  }
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  const whole = (async function* () {
    yield first;
    yield* counted;
  })();
  // A failure of either end reaches the reader of `gunzip` as its error.
  pipeline(whole, gunzip, () => {});
  for await (const chunk of gunzip) yield chunk as Buffer;
}

async function* countBytes(source: Readable, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    count((chunk as Buffer).length);
    yield chunk as Buffer;
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Looks at a file that is to be read. Errors: INPUT_NOT_FOUND, INPUT_UNREADABLE. */
export function statFile(file: string): Stats {
  let stats: Stats;
  try {
    stats = statSync(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (!stats.isDirectory()) return stats;
  throw new TxlogError('INPUT_UNREADABLE', `${file} is a directory, not a file`, { next: [`ls ${shellQuote(file)}`] });
}
