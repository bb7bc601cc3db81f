import { TxlogError } from '../../core/base/errors.ts';
import type { OutputFile, RecordOutput } from './cursor-output.ts';
import type { CheckpointName, NamedCheckpoint } from './named-checkpoint.ts';

/** The traces of the runs before. */
interface Resumption {
  readonly checkpoint: CheckpointName;
  readonly known: NamedCheckpoint | undefined;
  /** Yields what this run is about to write, from its first record on. */
  again(): AsyncIterable<string>;
}

/**
 * Takes up a named rescan in its output: what a run that died wrote after its checkpoint is cut off, to be written again.
 * It is cut only when it is, byte for byte, the beginning of what is about to be written; a file that the checkpoint
 * does not know is continued at its end.
 *
 * Errors: CHECKPOINT_CONFLICT when the file holds something else there; nothing is changed then.
 */
export async function resumeOutput({ file }: RecordOutput, { checkpoint, known, again }: Resumption): Promise<void> {
  if (!file) return;
  const now = file.place();
  const place = known?.place?.file === now.file ? known.place : undefined;
  if (known?.position === undefined) return startIn(file, { now: now.bytes, place, checkpoint });
  if (!place || now.bytes < place.bytes) {
    if (now.bytes === 0) file.ownFrom(0);
    return;
  }
  if (now.bytes > place.bytes) {
    const isOwn = await isBeginning(file, { at: place.bytes, bytes: now.bytes }, again());
    // Others may write there at this moment.
    if (!isOwn || file.place().bytes !== now.bytes)
      throw conflict(checkpoint, `${file.name} holds, after byte ${place.bytes}, what this checkpoint did not write`);
    file.cut(place.bytes);
  }
  if (place.start !== undefined) file.ownFrom(place.start);
}

/** A file that the shell appends to is continued; one that was named is begun, and must not hold what others wrote. */
function startIn(
  file: OutputFile,
  { now, place, checkpoint }: { now: number; place: NamedCheckpoint['place']; checkpoint: CheckpointName },
): void {
  const isOwn = place?.start === 0 && place.bytes === now;
  if (file.isNamed && now > 0 && !isOwn)
    throw conflict(checkpoint, `${file.name} holds what this checkpoint did not write`);
  if (file.isNamed && now > 0) file.cut(0);
  file.ownFrom(file.isNamed ? 0 : now);
}

/** Whether a part of the file is the beginning of these texts. */
async function isBeginning(
  file: OutputFile,
  part: { readonly at: number; readonly bytes: number },
  texts: AsyncIterable<string>,
): Promise<boolean> {
  let { at } = part;
  for await (const text of texts) {
    const wanted = Buffer.from(text);
    const found = file.read(at, Math.min(wanted.length, part.bytes - at));
    if (!found?.equals(wanted.subarray(0, found.length))) return false;
    at += found.length;
    if (at >= part.bytes) return true;
    // Cut meanwhile by someone else.
    if (found.length < wanted.length) return false;
  }
  return false;
}

function conflict({ name }: CheckpointName, reason: string): TxlogError {
  return new TxlogError('CHECKPOINT_CONFLICT', `checkpoint ${name} cannot go on: ${reason}`, {
    hint: 'Nothing was changed there. Give each checkpoint a file of its own.',
    next: [`txlog rescan --checkpoint ${name} -O ANOTHER_FILE …`],
  });
}
