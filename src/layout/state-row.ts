import { assert } from '../core/base/assert.ts';
import { limits } from '../core/base/limits.ts';
import { TextState, textOfState } from '../core/fold/raw-json.ts';
import { sessionOfKey } from '../core/fold/session.ts';
import type { State } from '../core/fold/state.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { undecodable } from './damaged-row.ts';
import { appendPositions } from './positions.ts';

/** A state as its index row keeps it, with the newest applied positions; full chunks are in `applied`. */
export interface StateRow {
  readonly state: State;
  /** Positions since the last full chunk: always `version % limits.appliedPerChunk` of them. */
  readonly tail: readonly number[];
}

const dedicatedFlag = 1;
const existsFlag = 2;
const ownerFlag = 4;
const pendingFlag = 8;
const sessionFlag = 16;
const writer = new ByteWriter();

/**
 * Encodes a row of `states`.
 *
 * Shape: flags | varint version, last position, ops, [owner], [pending until] | tail as positions | value as JSON
 * (docs/formats/lmdb.md). Units: `pendingUntil` in ms since 1970.
 */
export function encodeStateRow({ state, tail }: StateRow): Buffer {
  assert(tail.length === state.version % limits.appliedPerChunk, `tail of ${state.key} does not fit its version`);
  const flags =
    (state.kind === 'dedicated' ? dedicatedFlag : state.kind === 'session' ? sessionFlag : 0) |
    (state.exists ? existsFlag : 0) |
    (state.owner === undefined ? 0 : ownerFlag) |
    (state.pendingUntil === undefined ? 0 : pendingFlag);
  writer.reset().byte(flags).varint(state.version).varint(state.position).varint(state.ops);
  if (state.owner !== undefined) writer.varint(state.owner);
  if (state.pendingUntil !== undefined) writer.varint(state.pendingUntil);
  appendPositions(writer, tail);
  if (state.exists) writer.text(textOfState(state));
  return writer.done();
}

/** Reads `encodeStateRow`. Errors: STORAGE_CORRUPT. */
export function decodeStateRow(key: string, bytes: Uint8Array): StateRow {
  try {
    return decode(key, bytes);
  } catch (error) {
    throw undecodable('states', key, error);
  }
}

function decode(key: string, bytes: Uint8Array): StateRow {
  const reader = new ByteReader(bytes);
  const flags = reader.byte();
  const version = reader.varint();
  const position = reader.varint();
  const ops = reader.varint();
  const owner = flags & ownerFlag ? reader.varint() : undefined;
  const pendingUntil = flags & pendingFlag ? reader.varint() : undefined;
  const tail: number[] = [];
  let previous = 0;
  for (let i = version % limits.appliedPerChunk; i > 0; i--) {
    previous += reader.varint();
    tail.push(previous);
  }
  const exists = (flags & existsFlag) !== 0;
  const kind = flags & dedicatedFlag ? 'dedicated' : flags & sessionFlag ? 'session' : 'shared';
  if ((kind === 'session') !== (sessionOfKey(key) !== undefined))
    throw new Error('it is the state of another kind of key');
  const fields = { key, kind, version, position, owner, pendingUntil, ops } as const;
  const state = exists ? new TextState(fields, reader.text()) : { ...fields, exists, value: undefined };
  return { state, tail };
}
