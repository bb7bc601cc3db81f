import { spawn } from 'node:child_process';
import { accessSync, constants, createReadStream, type Stats } from 'node:fs';
import type { Readable } from 'node:stream';

/**
 * The bytes of a file as they come. A named pipe blocks the thread that opens it until someone writes, and Node does not end
 * while one of its threads is blocked: `cat` opens it instead, and ends with the stream or with this process.
 */
export function openReadStream(file: string, stats: Stats, highWaterMark: number): Readable {
  if (!stats.isFIFO() || !isReadable(file)) return createReadStream(file, { highWaterMark });
  // In a group of its own: Ctrl-C is for this process, and an end of the bytes before it would be taken for their whole.
  const cat = spawn('cat', ['--', file], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  const end = () => void cat.kill();
  process.once('exit', end);
  cat.on('error', (error) => void cat.stdout.destroy(error));
  cat.stdout.once('close', () => {
    process.off('exit', end);
    end();
  });
  return cat.stdout;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    // To open it says why.
    return false;
  }
}
