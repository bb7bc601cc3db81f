import type { Mask, MaskFunction, MaskRecord } from '../../core/app/mask.ts';
import { refusePromise, TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { deepFreeze, type JsonValue } from '../../core/base/json.ts';
import { isShortage } from '../../core/base/shortage.ts';
import { linksOf } from '../../core/log/links.ts';
import { compensateType, isEngineType, type LogRecord, usersChanges } from '../../core/log/record.ts';
import { checkRequest, type Request } from '../../core/log/request.ts';
import { fromTransaction } from '../../layout/dump-record.ts';
import type { TransactionBody } from '../../layout/dump-schema.ts';
import { toExpectText } from '../../layout/expect-text.ts';
import type { Outgoing } from './read-transactions.ts';

/**
 * A record as a mask leaves it; undefined when it leaves the record out. Nothing of the record is passed on that the mask
 * has not seen: neither digest nor reason of a rejection, and no record of the engine, which may hold anyone's data.
 *
 * Errors: MASK_FAILED when the mask throws, does not know the type, or returns what no request can be.
 */
export function maskRecord(mask: Mask, { position, txn }: Outgoing): TransactionBody | undefined {
  const record = fromTransaction(position, txn);
  if (isEngineType(record.type) && record.type !== compensateType) return undefined;
  const seen = toMaskRecord(record);
  const shown = runMask(maskOf(mask, record), seen, position);
  if (shown === undefined) return undefined;
  const { id, actor, payload, changes, ...more } = readShown(shown, seen, position);
  const text = (value: unknown) => JSON.stringify(value);
  return {
    ...txn,
    ...{ id, actor: actor ?? null, payload: payload === undefined ? null : text(payload), changes: text(changes) },
    expect: toExpectText(more) ?? null,
    rejection: txn.rejection && {
      ...{ code: txn.rejection.code, reason: 'masked', key: null, ownerId: null, ownerPosition: null, seen: null },
    },
    ...{ digest: null, correlation: more.correlation ?? null, causation: more.causation ?? null },
  };
}

/** The request alone: without results of reducers, and without changes of the engine's own keys. */
function toMaskRecord(record: LogRecord): MaskRecord {
  const { id, type, time, outcome, actor, claims, payload, expect, attachments, compensates } = record;
  const isUndoing = type === compensateType;
  const changes = isUndoing ? [] : usersChanges(record.changes).map(({ result: _, ...change }) => change);
  return deepFreeze({
    ...{ id, type, time, outcome, ...given({ actor, payload }), changes, expect },
    ...linksOf(record),
    ...given({ attachments, claims, compensates }),
  } as unknown as JsonValue) as unknown as MaskRecord;
}

function maskOf(mask: Mask, { type, position }: LogRecord): MaskFunction {
  if (typeof mask === 'function') return mask;
  const found = Object.hasOwn(mask, type) ? mask[type] : Object.hasOwn(mask, '*') ? mask['*'] : undefined;
  if (found) return found;
  if (type === compensateType) return ({ actor: _, claims: __, payload: ___, ...bare }) => bare;
  throw failed(position, `it has no function for the type ${type}, and none for "*"`);
}

function runMask(mask: MaskFunction, record: MaskRecord, position: number): MaskRecord | undefined {
  try {
    const shown = mask(record);
    refusePromise(shown, 'a mask');
    return shown;
  } catch (error) {
    if (isShortage(error)) throw error;
    throw failed(position, `it threw: ${reasonOf(error)}`, error);
  }
}

const kept = ['type', 'time', 'outcome', 'compensates'] as const;
const fields: ReadonlySet<string> = new Set([
  ...kept,
  ...[
    'id',
    'actor',
    'claims',
    'payload',
    'changes',
    'expect',
    'attachments',
    'correlation',
    'causation',
    'traceparent',
  ],
]);

/** A mask may return code as well: a getter that throws, or a proxy. */
function readShown(shown: MaskRecord, seen: MaskRecord, position: number): Request {
  try {
    return checkShown(shown, seen, position);
  } catch (error) {
    if (error instanceof TxlogError || isShortage(error)) throw error;
    throw failed(position, `what it returned cannot be read: ${reasonOf(error)}`, error);
  }
}

function checkShown(shown: MaskRecord, seen: MaskRecord, position: number): Request {
  if (typeof shown !== 'object' || shown === null) throw failed(position, 'it returned neither a record nor undefined');
  const unknown = Object.keys(shown).find((name) => !fields.has(name));
  if (unknown !== undefined) throw failed(position, `it returned a record with a field ${JSON.stringify(unknown)}`);
  const changed = kept.find((name) => shown[name] !== seen[name]);
  if (changed !== undefined) throw failed(position, `it changed ${changed}, which has to stay`);
  // A request without an id would get one of its own.
  const { type: _, time: __, outcome: ___, compensates: ____, id = null, ...more } = shown;
  const input = { ...more, id };
  try {
    // The type was checked when the record was made; that of a compensation belongs to the engine.
    return checkRequest({ ...given(input), type: 'masked' }, () => '');
  } catch (error) {
    throw failed(position, `it returned no valid record: ${(error as Error).message}`, error);
  }
}

function reasonOf(error: unknown): string {
  return String((error as Error | null | undefined)?.message ?? error);
}

function failed(position: number, reason: string, cause?: unknown): TxlogError {
  return new TxlogError('MASK_FAILED', `the mask failed at position ${position}: ${reason}`, {
    hint: 'The dump has no END: nothing takes it for whole.',
    ...(cause !== undefined && { cause }),
  });
}
