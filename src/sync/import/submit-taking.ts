import { assert } from '../../core/base/assert.ts';
import { errorOwnerOf } from '../../core/base/error-codes.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { ifGiven } from '../../core/base/given.ts';
import { limits } from '../../core/base/limits.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import { compensateType, type LogRecord } from '../../core/log/record.ts';
import { fromTransaction } from '../../layout/dump-record.ts';
import { refuseMirror } from '../../layout/mirror-row.ts';
import type { Task, TaskAnswer } from '../../pipeline/2-batch.ts';
import type { TaskDecision } from '../../pipeline/3-decide.ts';
import type { WriteTx } from '../../ports/storage.ts';
import type { Cut } from '../../view/cut.ts';
import type { Block } from '../format/dump-reader.ts';
import type { Manifest } from '../format/manifest.ts';
import { cursorAt, parseCursor, type SyncCursor } from '../format/sync-cursor.ts';
import type { SyncHost } from '../host/sync-host.ts';
import { endOfClaim, isLeft, toForeignRequest } from './foreign-request.ts';
import type { ConflictPolicy } from './import-options.ts';
import { findRunOut, keepOpenClaims } from './open-claims.ts';
import { mirroredUpTo, readProgress, writeProgress } from './origin-progress.ts';
import { parkingOf } from './park-record.ts';
import { type Mapped, mapReader, writeMapped } from './position-map.ts';
import { addTaken, nothingTaken, type Taken, type Taking } from './taking.ts';

/** A record with what is done about it: the ends of claims; then its request, or the operations that park it, if any. */
interface Planned {
  readonly record: LogRecord;
  readonly what: 'asked' | 'parked' | 'skipped';
  readonly tasks: readonly Task[];
  readonly conflict: TxlogError | undefined;
}

/** Records that were not taken before and are one commit, and where a reader stands that has them. */
interface Unit {
  readonly records: readonly LogRecord[];
  readonly to: SyncCursor | undefined;
}

/**
 * Decides the records of a dump again, each under its own id, by the handlers of this environment. A block is one commit,
 * with the places that its records got here and the cursor behind it.
 *
 * Errors: those of the requests that cannot be decided, unless they are parked or skipped; SYNC_GAP, SYNC_FORK; ENV_MIRROR.
 */
export class SubmitTaking implements Taking {
  private readonly host: SyncHost;
  private readonly manifest: Manifest;
  private readonly policy: ConflictPolicy;

  constructor(host: SyncHost, manifest: Manifest, policy: ConflictPolicy) {
    this.host = host;
    this.manifest = manifest;
    this.policy = policy;
  }

  async begin(): Promise<void> {
    await this.host.env.read(({ snapshot }) => {
      refuseMirror(snapshot);
      const known = readProgress(snapshot, this.manifest.origin);
      const { after } = this.manifest;
      if (!known) return;
      if (after.position > known.position) throw this.gap(known.position, known.digest);
      if (after.position === known.position && after.digest !== known.digest) throw this.fork(after.position);
    });
  }

  async take({ entries, cursor }: Block): Promise<Taken> {
    const records = entries.flatMap(({ kind, position, txn }) => {
      if (kind !== 'TXN') return [];
      if (!txn) throw new TxlogError('DUMP_INVALID', 'a TXN of the dump has no transaction');
      return [fromTransaction(position, txn)];
    });
    const mine = records.filter((record) => !isLeft(record));
    const fresh = await this.host.env.read((cut) => this.unknown(cut, mine));
    let taken = addTaken(nothingTaken, {
      ...nothingTaken,
      left: records.length - mine.length,
      duplicate: mine.length - fresh.length,
    });
    const units = toUnits(fresh, ifGiven(cursor, parseCursor));
    for (const unit of units) taken = addTaken(taken, await this.takeUnit(unit, records.at(-1)?.time));
    return taken;
  }

  /** Records that were not taken before. Errors: SYNC_FORK where another one was, at its position. */
  private unknown(cut: Cut, records: readonly LogRecord[]): readonly LogRecord[] {
    const ownOf = mapReader(cut.snapshot, this.manifest.origin);
    return records.filter(({ position, id, type }) => {
      const own = ownOf(position);
      // A compensation is done once, whatever the ids of those that ask for it.
      if (own !== undefined && own > 0 && type !== compensateType && cut.idAt(own) !== id) throw this.fork(position);
      return own === undefined;
    });
  }

  private async takeUnit({ records, to }: Unit, time = 0): Promise<Taken> {
    const conflicts = new Map<number, TxlogError>();
    for (;;) {
      const plan = await this.host.env.read((cut) => this.plan(cut, records, conflicts));
      const stopsAt = this.policy === 'stop' ? plan.findIndex(({ conflict }) => conflict) : -1;
      const part = stopsAt < 0 ? plan : plan.slice(0, stopsAt);
      if (part.length === 0 && stopsAt < 0 && !(await this.isAhead(to))) return nothingTaken;
      const finish = (tx: WriteTx, decisions: readonly TaskDecision[]) => {
        writeMapped(tx, this.manifest.origin, toMapped(part, decisions));
        this.keepOpen(tx, part);
        if (stopsAt < 0 && to) this.moveTo(tx, to, time);
      };
      const tasks = part.flatMap((planned) => planned.tasks);
      const answers = tasks.length === 0 && stopsAt >= 0 ? [] : await this.host.submit(tasks, finish);
      if (addConflicts(conflicts, part, answers)) continue;
      const stopped = plan[stopsAt];
      if (stopped?.conflict) throw this.stopped(stopped.record, stopped.conflict);
      return countTaken(part, answers);
    }
  }

  private plan(cut: Cut, records: readonly LogRecord[], conflicts: ReadonlyMap<number, TxlogError>): Planned[] {
    const { origin } = this.manifest;
    const ownOf = mapReader(cut.snapshot, origin);
    const ranOut = findRunOut(cut, origin, records);
    return records.map((record, i): Planned => {
      const ends = (ranOut[i] ?? []).map((claim) => endOfClaim(this.host.env, claim));
      const request = conflicts.get(record.position) ?? toForeignRequest(this.host.env, record, ownOf);
      if (!(request instanceof TxlogError))
        return { record, what: 'asked', tasks: [...ends, request], conflict: undefined };
      if (this.policy !== 'park') return { record, what: 'skipped', tasks: ends, conflict: request };
      return { record, what: 'parked', tasks: [...ends, ...parkingOf(origin, record, request)], conflict: request };
    });
  }

  private keepOpen(tx: WriteTx, part: readonly Planned[]): void {
    const last = part.at(-1);
    if (!last) return;
    const asked = part.flatMap(({ record, what }) => (what === 'asked' ? [record] : []));
    keepOpenClaims(tx, this.manifest.origin, { asked, time: last.record.time });
  }

  /** Whether a reader that has the block is further than was noted: a second run changes nothing. */
  private async isAhead(to: SyncCursor | undefined): Promise<boolean> {
    if (!to) return false;
    const known = await this.host.env.read(({ snapshot }) => readProgress(snapshot, this.manifest.origin));
    return to.position > (known?.position ?? 0);
  }

  private moveTo(tx: WriteTx, to: SyncCursor, time: number): void {
    const { origin, head, headTime } = this.manifest;
    const known = readProgress(tx, origin);
    if (known && known.position >= to.position) return;
    const mirrored = mirroredUpTo(known);
    writeProgress(tx, {
      ...{ origin, mode: 'submit', position: to.position, digest: cursorAt(origin, to.position, to.digest).digest },
      ...{ time: Math.max(time, known?.time ?? 0), heard: this.host.env.now() },
      ...{ head: Math.max(head.position, to.position), headTime: Math.max(headTime, time) },
      ...(mirrored !== undefined && { mirrored }),
    });
  }

  private stopped({ position, id }: LogRecord, { code, message, details }: TxlogError): TxlogError {
    const { origin } = this.manifest;
    return new TxlogError(code, `record ${position} of ${origin}, ${JSON.stringify(id)}: ${message}`, {
      hint: `Nothing of it was taken, nor of what comes after. ${details.hint ?? ''}`.trimEnd(),
      next: [`txlog inspect ${shellWord(id)}`, 'txlog sync import --mode submit --on-conflict park DUMP'],
    });
  }

  private gap(position: number, digest: string): TxlogError {
    const { origin, after } = this.manifest;
    return new TxlogError(
      'SYNC_GAP',
      `the dump goes on at ${after.position + 1}, ${origin} was taken up to ${position}`,
      {
        next: [`txlog sync export --after ${origin}:${position}:${digest}`],
      },
    );
  }

  private fork(position: number): TxlogError {
    return new TxlogError('SYNC_FORK', `record ${position} of ${this.manifest.origin} is not the one that was taken`, {
      hint: 'The log of the origin was another one then: it may have been restored from a backup.',
      next: ['txlog sync status'],
    });
  }
}

/** Cuts records so that a compensation comes after the commit of what it undoes; the cursor moves with the last part. */
function toUnits(records: readonly LogRecord[], to: SyncCursor | undefined): readonly Unit[] {
  const parts: LogRecord[][] = [[]];
  let seen = new Set<number>();
  for (const record of records) {
    const { compensates, position } = record;
    const mustWait = compensates !== undefined && seen.has(compensates);
    if (mustWait || seen.size >= limits.atomicRequestsMax) {
      parts.push([]);
      seen = new Set();
    }
    parts.at(-1)?.push(record);
    seen.add(position);
  }
  return parts.map((part, i) => ({ records: part, to: i === parts.length - 1 ? to : undefined }));
}

/** Each of the planned records with what is given for its tasks, in their order. */
function zipTasks<T>(
  part: readonly Planned[],
  given: readonly T[],
): readonly (Planned & { readonly given: readonly T[] })[] {
  let at = 0;
  return part.map((planned) => {
    const from = at;
    at += planned.tasks.length;
    return { ...planned, given: given.slice(from, at) };
  });
}

/** The place that each record got; that of a skipped one is open. */
function toMapped(part: readonly Planned[], decisions: readonly TaskDecision[]): readonly Mapped[] {
  return zipTasks(part, decisions).flatMap(({ record, what, given }): readonly Mapped[] => {
    if (what !== 'asked') return what === 'skipped' ? [] : [[record.position, 0]];
    const decision = given.at(-1);
    assert(decision !== undefined && 'record' in decision, 'a unit is logged when all of it was decided');
    return [[record.position, decision.record.position]];
  });
}

/** Notes what could not be decided; whether there was any. Errors: those that are not of the record, but of the engine. */
function addConflicts(
  conflicts: Map<number, TxlogError>,
  part: readonly Planned[],
  answers: readonly TaskAnswer[],
): boolean {
  let found = false;
  for (const { record, conflict, given } of zipTasks(part, answers)) {
    for (const answer of given) {
      if (answer.type !== 'error') continue;
      // It cannot be parked either.
      if (conflict || errorOwnerOf(answer.error.code) !== 'caller') throw answer.error;
      conflicts.set(record.position, answer.error);
      found = true;
    }
  }
  return found;
}

function countTaken(part: readonly Planned[], answers: readonly TaskAnswer[]): Taken {
  const count = { ...nothingTaken } as { -readonly [name in keyof Taken]: number };
  for (const { what, given } of zipTasks(part, answers)) {
    const answer = given.at(-1);
    const receipt = answer?.type === 'receipt' ? answer.receipt : undefined;
    if (what !== 'asked') count[what] += 1;
    else if (receipt?.duplicate) count.duplicate += 1;
    else count.applied += 1;
    if (what === 'asked' && !receipt?.duplicate && receipt?.outcome === 'rejected') count.rejected += 1;
  }
  return count;
}
