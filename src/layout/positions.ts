import type { TableName } from '../ports/storage.ts';
import { asBuffer, ByteReader, ByteWriter } from './bytes.ts';
import { undecodable } from './damaged-row.ts';
import { toHex } from './hex.ts';

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

/**
 * Reads `encodePositions`, of the row `key` of a table.
 *
 * Errors: STORAGE_CORRUPT when the positions do not rise.
 */
export function decodePositions(bytes: Uint8Array, table: TableName, key: Uint8Array): number[] {
  try {
    const reader = new ByteReader(bytes);
    const positions: number[] = [];
    let previous = 0;
    while (reader.left > 0) {
      const next = previous + reader.varint();
      if ((next <= previous && positions.length > 0) || !Number.isSafeInteger(next))
        throw new Error('its positions do not rise');
      positions.push(next);
      previous = next;
    }
    return positions;
  } catch (error) {
    throw undecodable(table, nameOfKey(key), error);
  }
}

/** A key for messages: as text where it is text, else in hex. */
function nameOfKey(key: Uint8Array): string {
  const text = asBuffer(key).toString();
  return /^[ -~]+$/.test(text) ? text : toHex(key);
}
