/**
 * Avro schema of a record's body, format 1. A released schema never changes: a later one gets its own number in
 * the `schemas` table, and old records are read with theirs (docs/formats/record.md).
 */
export const recordSchema = {
  type: 'record',
  name: 'Record',
  namespace: 'txlog.log.v1',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'actor', type: ['null', 'string'], default: null },
    { name: 'payload', type: ['null', 'string'], default: null },
    {
      name: 'changes',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Change',
          fields: [
            { name: 'op', type: 'int' },
            { name: 'key', type: 'string' },
            { name: 'value', type: ['null', 'string'], default: null },
            { name: 'pending', type: ['null', 'double'], default: null },
            { name: 'owner', type: ['null', 'string'], default: null },
            { name: 'reducer', type: ['null', 'string'], default: null },
            { name: 'result', type: ['null', 'string'], default: null },
          ],
        },
      },
    },
    { name: 'expect', type: ['null', 'string'], default: null },
    {
      name: 'rejection',
      type: [
        'null',
        {
          type: 'record',
          name: 'Rejection',
          fields: [
            { name: 'code', type: 'string' },
            { name: 'reason', type: 'string' },
            { name: 'key', type: ['null', 'string'], default: null },
            { name: 'ownerId', type: ['null', 'string'], default: null },
            { name: 'ownerPosition', type: ['null', 'long'], default: null },
            { name: 'seen', type: ['null', 'string'], default: null },
          ],
        },
      ],
      default: null,
    },
    { name: 'compensates', type: ['null', 'long'], default: null },
  ],
} as const;

/** The record body as Avro sees it: JSON values as text. */
export interface RecordBody {
  id: string;
  actor: string | null;
  payload: string | null;
  changes: ChangeBody[];
  expect: string | null;
  rejection: RejectionBody | null;
  compensates: number | null;
}

/** A change as Avro sees it; `op` is an index into `changeOps`. */
export interface ChangeBody {
  op: number;
  key: string;
  value: string | null;
  pending: number | null;
  owner: string | null;
  reducer: string | null;
  result: string | null;
}

/** A rejection as Avro sees it. */
export interface RejectionBody {
  code: string;
  reason: string;
  key: string | null;
  ownerId: string | null;
  ownerPosition: number | null;
  seen: string | null;
}
