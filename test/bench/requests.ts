import type { LogRecord } from '../../src/core/log/record.ts';
import type { RequestInput } from '../../src/core/log/request.ts';
import { type Input, isDup } from './inputs.ts';

/** The request that does what a workload asks: an address with one owner and the customer under it, or a counter. */
export function toRequestInput({ id, type, key, ts, data }: Input): RequestInput {
  const payload = { ts };
  if (type === 'counter.increment')
    return { id, type, payload, changes: [{ op: 'add', key, value: data.by as number }] };
  return {
    id,
    type,
    payload,
    changes: [
      { op: 'claim', key: `email/${key}` },
      { op: 'set', key: `customer/${key}`, value: data },
    ],
  };
}

/** The record that the engine makes of a request, for floors that write the same bytes without deciding anything. */
export function toRecord(input: Input, position: number, rejected: boolean): LogRecord {
  const { id } = input;
  const { type, payload, changes = [] } = toRequestInput(input);
  const rejection = {
    code: 'KEY_OWNED',
    reason: `email/${input.key} is owned by ${id}`,
    key: `email/${input.key}`,
    owner: { id, position },
    seen: { [`email/${input.key}`]: 1, [`customer/${input.key}`]: 1 },
  };
  return {
    position,
    id,
    type,
    time: input.ts,
    actor: undefined,
    payload,
    changes,
    expect: [],
    outcome: rejected ? 'rejected' : 'committed',
    decided: false,
    rejection: rejected ? rejection : undefined,
    compensates: undefined,
  };
}

/** Whether the input that a workload has at `i` ends rejected. */
export function endsRejected(input: Input, i: number): boolean {
  return input.type === 'customer.register' && isDup(i);
}
