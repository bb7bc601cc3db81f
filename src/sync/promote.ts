import { TxlogError } from '../core/base/errors.ts';
import type { LogRecord } from '../core/log/record.ts';
import { checkBy } from '../core/log/session-input.ts';
import type { Head } from '../layout/meta.ts';
import { type Mirror, readMirror, writeMirror } from '../layout/mirror-row.ts';
import type { Snapshot } from '../ports/storage.ts';
import type { SyncHost } from './host/sync-host.ts';
import { findRunnable, suspension } from './suspended-sessions.ts';

/** Type of the record that says that an environment is no mirror any more. */
export const promoteType = 'txlog.promote';

/** Why, and who says so. */
export interface PromoteOptions {
  readonly reason: string;
  readonly actor?: string | undefined;
}

/**
 * Makes a mirror an environment that takes requests. The reason is a record of its log: from there on its log is its own,
 * and its origin's records are refused as a fork. Its sessions may still be led there: they are suspended first, under a
 * raised epoch. Killed in between, it is a mirror still, and the same call goes on.
 *
 * Errors: ENV_NOT_MIRROR; USAGE without a reason; REQUEST_INVALID.
 */
export async function promote(host: SyncHost, { reason, actor }: PromoteOptions): Promise<Promotion> {
  checkBy({ reason, actor });
  if (reason.trim() === '') throw new TxlogError('USAGE', 'a reason is needed: the log keeps it');
  const { position } = await host.adopt({
    choose: (tx, { head }) => {
      const mirror = requireMirror(tx);
      return mirror.promoted ? [] : [promotion(host, head, { origin: mirror.origin, reason, actor })];
    },
    finish: (tx) => writeMirror(tx, { ...requireMirror(tx), promoted: true }),
  });
  const sessions = await suspendAll(host);
  await host.adopt({ choose: () => [], finish: (tx) => writeMirror(tx, undefined) });
  return { position, suspended: sessions };
}

/** The report of a promotion: the position of its record, and how many sessions wait to be resumed. */
export interface Promotion {
  readonly position: number;
  readonly suspended: number;
}

function promotion({ env }: SyncHost, head: Head, why: PromoteOptions & { readonly origin: string }): LogRecord {
  const { origin, reason, actor } = why;
  const payload = { origin, position: String(head.position), reason };
  const time = Math.max(env.now(), head.time);
  const made = { position: head.position + 1, id: env.makeId(), type: promoteType, time, actor, payload };
  return {
    ...made,
    ...{ changes: [], expect: [], outcome: 'committed', decided: true, rejection: undefined, compensates: undefined },
  };
}

async function suspendAll({ env, adopt }: SyncHost): Promise<number> {
  // Nobody else writes here until the mark is gone.
  for (let suspended = 0; ; ) {
    const ids = await findRunnable(env);
    if (ids.length === 0) return suspended;
    await adopt({
      choose: (tx, cut) => {
        const { origin } = requireMirror(tx);
        const { position, time } = cut.head;
        const at = { position: position + 1, time: Math.max(env.now(), time), origin };
        return [suspension(cut, ids, at)];
      },
      finish() {},
    });
    suspended += ids.length;
  }
}

function requireMirror(snapshot: Snapshot): Mirror {
  const mirror = readMirror(snapshot);
  if (mirror) return mirror;
  throw new TxlogError('ENV_NOT_MIRROR', 'the environment is not a mirror: it accepts requests already');
}
