import { openByteOutput } from '../frame/byte-output.ts';
import { tidyUpWhenInterrupted } from '../frame/signals.ts';

/**
 * Writes an attachment to a file, or to stdout, and lets go of it, however that ends. A file has its name once all is there.
 *
 * Errors: those of the pieces; OUTPUT_FAILED.
 */
export async function writePieces(pieces: AsyncGenerator<Uint8Array>, file: string | undefined): Promise<void> {
  try {
    // Read first: of an attachment that is not here no file is left.
    const first = await pieces.next();
    const output = openByteOutput(file, 'the attachment');
    const release = tidyUpWhenInterrupted(() => output.close());
    try {
      if (!first.done) await output.write(first.value);
      for await (const piece of pieces) await output.write(piece);
      output.finish();
    } finally {
      release();
      output.close();
    }
  } finally {
    await pieces.return(undefined);
  }
}
