import { TxlogError } from '../base/errors.ts';
import type { JsonValue } from '../base/json.ts';
import type { Change, ChangeOp } from './change.ts';
import { isSession } from './session.ts';
import type { Kind, State } from './state.ts';

/** The value of a JSON text that the engine wrote itself. Most of the short ones are numbers. */
function parseOwnText(text: string): JsonValue {
  if (text.length < shortTextUnits) {
    const number = Number(text);
    if (!Number.isNaN(number)) return number;
  }
  return JSON.parse(text) as JsonValue;
}

const shortTextUnits = 12;

/** A state whose value stays the text that it was read as until somebody asks for it: most values are only moved. */
export class TextState implements State {
  readonly key: string;
  readonly kind: Kind;
  readonly exists = true;
  readonly version: number;
  readonly position: number;
  readonly owner: number | undefined;
  readonly pendingUntil: number | undefined;
  readonly ops: number;
  /** The value as JSON. */
  readonly text: string;
  private parsed: JsonValue | undefined;

  constructor(fields: Omit<State, 'exists' | 'value'>, text: string) {
    this.key = fields.key;
    this.kind = fields.kind;
    this.version = fields.version;
    this.position = fields.position;
    this.owner = fields.owner;
    this.pendingUntil = fields.pendingUntil;
    this.ops = fields.ops;
    this.text = text;
    this.parsed = undefined;
  }

  get value(): JsonValue {
    this.parsed ??= parseOwn(this);
    return this.parsed;
  }
}

/** A change whose value stays text: only what folds the log makes one, and no one else sees it. */
export class TextChange implements Change {
  readonly op: ChangeOp;
  readonly key: string;
  /** The value as JSON. */
  readonly text: string;

  constructor(op: ChangeOp, key: string, text: string) {
    this.op = op;
    this.key = key;
    this.text = text;
  }

  get value(): JsonValue {
    return parseOwn(this);
  }
}

/** The value of a state or a change. Errors: STORAGE_CORRUPT. */
function parseOwn({
  key,
  kind,
  text,
}: {
  readonly key: string;
  readonly kind?: Kind;
  readonly text: string;
}): JsonValue {
  let value: JsonValue;
  try {
    value = parseOwnText(text);
  } catch (cause) {
    throw damagedValue(key, (cause as Error).message, cause);
  }
  if (kind === 'session' && !isSession(value)) throw damagedValue(key, 'it is no session');
  return value;
}

function damagedValue(key: string, reason: string, cause?: unknown): TxlogError {
  return new TxlogError('STORAGE_CORRUPT', `row ${key} of table states is damaged: ${reason}`, {
    cause,
    hint: 'The table can be rebuilt from the log.',
    next: ['txlog verify', 'txlog rescan --verify --repair'],
  });
}

/** The value of a state that exists, as JSON. */
export function textOfState(state: State): string {
  return state instanceof TextState ? state.text : JSON.stringify(state.value);
}

/** A state with another version: a copy by its fields would lose a value that is still text. */
export function withVersion(state: State, version: number): State {
  const { key, kind, exists, value, position, owner, pendingUntil, ops } = state;
  return { key, kind, exists, value, version, position, owner, pendingUntil, ops };
}
