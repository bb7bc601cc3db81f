import { ByteReader, ByteWriter } from './bytes.ts';

const writer = new ByteWriter();

/**
 * A rising list of positions: the first as it is, the others as differences.
 *
 * Shape: varint first, then varint deltas (docs/formats/lmdb.md).
 */
export function encodePositions(positions: readonly number[]): Buffer {
  writer.reset();
  appendPositions(writer, positions);
  return writer.done();
}

/** Writes a list where a row goes on after it. */
export function appendPositions(target: ByteWriter, positions: readonly number[]): void {
  let previous = 0;
  for (const position of positions) {
    target.varint(position - previous);
    previous = position;
  }
}

/** Reads `encodePositions`. */
export function decodePositions(bytes: Uint8Array): number[] {
  const reader = new ByteReader(bytes);
  const positions: number[] = [];
  let previous = 0;
  while (reader.left > 0) {
    previous += reader.varint();
    positions.push(previous);
  }
  return positions;
}
