import { TxlogError } from '../../core/base/errors.ts';
import type { Environment } from '../../environment/environment.ts';
import type { FilePlace } from './cursor-output.ts';

/** Where a named rescan stands. */
export interface NamedCheckpoint {
  /** The last position that it has delivered, or passed over; undefined when it starts over. */
  readonly position: number | undefined;
  /** How long its output file was then, when it was one. */
  readonly place: FilePlace | undefined;
}

/** A named rescan: its name, and the filter that it belongs to as text. */
export interface CheckpointName {
  readonly name: string;
  readonly filter: string;
  /** Start over, whatever it was. */
  readonly reset: boolean;
}

/**
 * Reads where a named rescan stands; undefined when it starts.
 *
 * Errors: CHECKPOINT_CONFLICT when the name belongs to a rescan with another filter.
 */
export async function readCheckpoint(env: Environment, wanted: CheckpointName): Promise<NamedCheckpoint | undefined> {
  const stored = await env.cursor(wanted.name);
  if (!stored) return undefined;
  const { filter, file, bytes, start } = stored.details;
  const place = file === undefined ? undefined : { file: String(file), bytes: Number(bytes), ...startOf(start) };
  // The bytes that it wrote are still its own, and may be written over.
  if (wanted.reset) return { position: undefined, place };
  if (filter !== wanted.filter) {
    const other = filter === '' ? 'no filter' : `the filter ${filter}`;
    throw new TxlogError('CHECKPOINT_CONFLICT', `checkpoint ${wanted.name} belongs to a rescan with ${other}`, {
      hint: 'To go on with another filter would skip records.',
      next: [`txlog rescan --checkpoint ${wanted.name} --reset-checkpoint …`, 'txlog rescan --checkpoint ANOTHER …'],
    });
  }
  return { position: stored.position, place };
}

function startOf(start: unknown): { readonly start?: number } {
  return typeof start === 'number' ? { start } : {};
}

/** Saves where a named rescan stands; durable when it resolves. */
export async function saveCheckpoint(
  env: Environment,
  { name, filter }: CheckpointName,
  { position, place }: { readonly position: number; readonly place: FilePlace | undefined },
): Promise<void> {
  await env.saveCursor(name, { position, details: { filter, ...(place && { ...place }) } });
}
