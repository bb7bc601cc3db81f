import type { ViewAnswer } from '../core/app/view-definition.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given, ifGiven } from '../core/base/given.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/base/json.ts';
import type { Owner, Rejection } from '../core/fold/rejection.ts';
import type { Receipt } from '../core/log/receipt.ts';
import type { StateReading } from '../view/read-state.ts';

/** The answer of a view from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toViewAnswer(json: JsonObject): ViewAnswer {
  const { view, value, rejection } = json;
  const position = Number(json.position);
  if (typeof view !== 'string' || !Number.isSafeInteger(position)) throw notReadable('an answer of a view');
  if (isJsonObject(rejection)) return { view, position, rejection: toRejection(rejection) };
  if (value === undefined) throw notReadable('an answer of a view');
  return { view, position, value };
}

/** A receipt from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toReceipt(json: JsonObject): Receipt {
  const { id, outcome, durability, duplicate, rejection } = json;
  if (typeof id !== 'string' || (outcome !== 'committed' && outcome !== 'rejected')) throw notReadable('a receipt');
  const head = { id, outcome, position: Number(json.position), time: Date.parse(String(json.time)) };
  return {
    ...{ ...head, duplicate: duplicate === true, durability: durability as Receipt['durability'] },
    ...given({ rejection: ifGiven(rejection, toRejection) }),
  } as Receipt;
}

function toRejection(json: JsonValue): Rejection {
  if (!isJsonObject(json)) throw notReadable('a rejection');
  return { ...json, ...given({ owner: ifGiven(json.owner, toOwner) }) } as unknown as Rejection;
}

function toOwner(json: JsonValue): Owner {
  if (!isJsonObject(json)) throw notReadable('an owner');
  return { id: String(json.id), position: Number(json.position) };
}

/** A state from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toState(json: JsonValue): StateReading {
  if (!isJsonObject(json) || typeof json.key !== 'string') throw notReadable('a state');
  const { v: _, position, owner, pending, ...rest } = json;
  return {
    ...(rest as unknown as StateReading),
    position: Number(position),
    ...given({ owner: ifGiven(owner, toOwner), pending: ifGiven(pending, toPending) }),
  };
}

function toPending(json: JsonValue): NonNullable<StateReading['pending']> {
  if (!isJsonObject(json)) throw notReadable('a reservation');
  return { until: Date.parse(String(json.until)), expired: json.expired === true };
}

function notReadable(what: string): TxlogError {
  return new TxlogError('SERVICE_FAILED', `the frontend answered with something that is not ${what}`);
}
