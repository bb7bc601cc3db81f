import { crc32 } from 'node:zlib';
import type { JsonObject } from '../core/base/json.ts';
import type { TableName } from '../ports/storage.ts';
import { asBuffer } from './bytes.ts';
import { damagedRow, undecodable } from './damaged-row.ts';

/**
 * A JSON row with a checksum over its other fields: for what the log cannot make again.
 *
 * Shape: the fields, then `sum`, the CRC-32 of their JSON (docs/formats/lmdb.md).
 */
export function encodeSummed(fields: JsonObject): Buffer {
  return Buffer.from(JSON.stringify({ ...fields, sum: crc32(JSON.stringify(fields)) }));
}

/** Reads `encodeSummed`, or a row that an earlier version wrote without a checksum. Errors: STORAGE_CORRUPT. */
export function decodeSummed(table: TableName, key: string, bytes: Uint8Array): JsonObject {
  const { sum, ...fields } = parse(table, key, bytes);
  if (sum !== undefined && sum !== crc32(JSON.stringify(fields)))
    throw damagedRow(table, key, 'it does not fit its checksum');
  return fields;
}

function parse(table: TableName, key: string, bytes: Uint8Array): JsonObject {
  try {
    const value: unknown = JSON.parse(asBuffer(bytes).toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    throw undecodable(table, key, error);
  }
  throw damagedRow(table, key, 'it is no JSON object');
}
