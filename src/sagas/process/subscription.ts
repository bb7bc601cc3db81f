import type { ProcessDefinition, ProcessRecord } from '../../core/app/process-definition.ts';
import { processSession } from '../../core/app/process-definition.ts';
import { given } from '../../core/base/given.ts';
import { deepFreeze, type JsonValue } from '../../core/base/json.ts';
import { sessionKey } from '../../core/fold/session.ts';
import { matches } from '../../core/log/filter.ts';
import { isEngineType, type StoredRecord, sagaType, usersChanges } from '../../core/log/record.ts';
import type { Cut } from '../../view/cut.ts';
import { Scan, type ScanBounds, type ScanSlice } from '../../view/scan.ts';

/** The records that a process subscribes to. */
export class Subscription {
  private readonly on: NonNullable<ProcessDefinition['on']>;
  private readonly ownKey: string;
  private readonly scan: Scan;

  constructor(name: string, { on = {} }: ProcessDefinition) {
    this.on = on;
    this.ownKey = sessionKey(processSession(name));
    // Users' own condition is asked record by record, so that it is known which one it throws at.
    const { where: _, ...filter } = on;
    this.scan = new Scan(filter);
  }

  /** Records from `position` on that it may hear. */
  slice(cut: Cut, position: number, bounds: ScanBounds): ScanSlice {
    return this.scan.slice(cut, { at: position, bounds });
  }

  /**
   * Whether it selects a record. What happens to sessions it never does: it would hear itself for ever. For the same reason
   * it selects what it submitted itself only when it names the type.
   */
  selects(record: StoredRecord): boolean {
    const { type, changes } = record;
    if (!this.on.types) {
      if (isEngineType(type) && type !== sagaType) return false;
      if (changes.some(({ key }) => key === this.ownKey)) return false;
    }
    return matches(this.on, record);
  }
}

/** A record as the rules of a process see it. */
export function toProcessRecord(record: StoredRecord): ProcessRecord {
  const { position, id, type, time, outcome, actor, claims = {}, payload, changes, compensates, rejection } = record;
  const { code, reason, key } = rejection ?? {};
  const refused = code === undefined || reason === undefined ? undefined : { code, reason, ...given({ key }) };
  const seen = { position, id, type, time, outcome, actor, claims, payload, compensates, rejection: refused };
  return deepFreeze({ ...seen, changes: usersChanges(changes) } as unknown as JsonValue) as unknown as ProcessRecord;
}
