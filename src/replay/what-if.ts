import type { LoadedApp } from '../core/app/app.ts';
import { type JsonValue, jsonEquals } from '../core/base/json.ts';
import { isEngineKey } from '../core/fold/session.ts';
import {
  expireType,
  type LogRecord,
  type StoredRecord,
  sagaType,
  sessionType,
  stepType,
  usersChanges,
} from '../core/log/record.ts';
import type { Request } from '../core/log/request.ts';
import { Catalog } from '../layout/catalog.ts';
import { keyText, textKey } from '../layout/keys.ts';
import { RecordEncoder } from '../layout/record.ts';
import { decide } from '../pipeline/3-decide.ts';
import { Stage } from '../pipeline/3-stage.ts';
import { appendRecords } from '../pipeline/5-log.ts';
import { applyBatch } from '../pipeline/6-apply.ts';
import type { Storage, WriteTx } from '../ports/storage.ts';
import { readPages } from '../rescan/read-records.ts';
import { writeAll } from '../view/checkpoint.ts';
import type { Progress, Reading } from '../view/reader.ts';
import { View } from '../view/view.ts';

/** A logged request that other handlers decide otherwise. */
export interface Flip {
  readonly id: string;
  readonly position: number;
  readonly type: string;
  readonly was: Decided;
  readonly would: Decided;
}

/** An outcome, with the code of a rejection. */
export interface Decided {
  readonly outcome: 'committed' | 'rejected';
  readonly code?: string;
  readonly reason?: string;
}

/** A key whose state at the end would differ. */
export interface ChangedKey {
  readonly key: string;
  readonly was?: JsonValue;
  readonly would?: JsonValue;
}

/** What other handlers would have made of the log. */
export interface WhatIfReport {
  readonly decided: number;
  readonly flips: number;
  readonly changedValues: number;
  readonly newKeys: number;
  readonly missingKeys: number;
}

/** Where the differences go as they are found. */
export interface WhatIfOptions {
  /** Waited for: a reader of flips sets the pace. */
  readonly onFlip?: (flip: Flip) => void | Promise<void>;
  readonly onKey?: (key: ChangedKey) => void;
  readonly onProgress?: Progress;
}

const overlayRecords = 20_000;

/**
 * Decides every logged request again, in log order, at its logged time, with other handlers, in an empty side storage.
 * No effects, and nothing of the environment changes.
 */
export async function whatIf(
  env: Reading,
  side: Storage,
  app: LoadedApp,
  options: WhatIfOptions = {},
): Promise<WhatIfReport> {
  const replayed = new Replayed(side, app);
  const head = await env.read((view) => view.head.position);
  let decided = 0;
  let flips = 0;
  for await (const page of readPages(env, { to: head })) {
    const requests = page.filter((record) => ![expireType, sessionType, sagaType, stepType].includes(record.type));
    const outcomes = replayed.decide(requests);
    for (const [i, record] of requests.entries()) {
      const flip = flipOf(record, outcomes[i]);
      if (!flip) continue;
      flips += 1;
      await options.onFlip?.(flip);
    }
    decided += requests.length;
    options.onProgress?.(page.at(-1)?.position ?? head, head);
  }
  return { decided, flips, ...(await compareStates(env, replayed, options)) };
}

/** A log that is decided anew. */
class Replayed {
  readonly view = new View(new Catalog());
  private readonly side: Storage;
  private readonly app: LoadedApp;
  private readonly encoder = new RecordEncoder();

  constructor(side: Storage, app: LoadedApp) {
    this.side = side;
    this.app = app;
  }

  state(key: string) {
    return this.side.read((snapshot) => this.view.entry(snapshot, key)?.state);
  }

  keys(visit: (key: string) => void): void {
    this.side.read((snapshot) => {
      for (const { key } of snapshot.range('states')) visit(keyText(key));
    });
    for (const key of this.view.entries.keys()) visit(key);
  }

  decide(records: readonly StoredRecord[]): (LogRecord | undefined)[] {
    const outcomes: (LogRecord | undefined)[] = [];
    const settle = this.side.transact((tx) => {
      const stage = new Stage(this.view, tx, 0);
      for (const record of records) outcomes.push(this.decideOne(stage, record));
      return this.write(tx, stage);
    });
    settle?.();
    return outcomes;
  }

  private decideOne(stage: Stage, record: StoredRecord): LogRecord | undefined {
    stage.time = Math.max(stage.time, record.time);
    const problem = this.app.findPayloadProblem(record.type, record.payload);
    if (problem !== undefined)
      return { ...record, outcome: 'rejected', rejection: { code: 'PAYLOAD_INVALID', reason: problem } };
    const decision = decide(this.app, stage, this.toRequest(stage, record));
    return 'record' in decision ? decision.record : undefined;
  }

  private toRequest(stage: Stage, record: StoredRecord): Request {
    const { id, type, actor, payload, expect, decided, changes } = record;
    // What a handler once chose is for the new handler to choose; without one, the old choice stands.
    const handled = this.app.requests?.[type]?.decide !== undefined;
    const request = {
      id,
      type,
      actor,
      payload,
      expect,
      changes: decided && handled ? [] : usersChanges(changes).map(({ result: _, ...asked }) => asked),
      bytes: 0,
    };
    if (record.compensates === undefined) return request;
    // A plan's expectations guarded its application against others; here they would only count versions.
    return { ...request, expect: [], changes: [], compensates: this.positionOf(stage, payload) };
  }

  private positionOf(stage: Stage, payload: JsonValue | undefined): number {
    const id = (payload as { readonly id?: string } | undefined)?.id ?? '';
    return stage.find(id)?.position ?? 0;
  }

  private write(tx: WriteTx, stage: Stage): (() => void) | undefined {
    const appended = appendRecords(tx, this.encoder, stage);
    applyBatch(stage, appended);
    const due = this.view.head.position - this.view.watermark >= overlayRecords;
    return due ? writeAll(tx, this.view, appended.newTypes).settle : undefined;
  }
}

function flipOf(record: StoredRecord, again: LogRecord | undefined): Flip | undefined {
  const would: Decided = again ? decidedOf(again) : { outcome: 'rejected', code: 'REQUEST_ID_CONFLICT' };
  const was = decidedOf(record);
  if (was.outcome === would.outcome && was.code === would.code) return undefined;
  return { id: record.id, position: record.position, type: record.type, was, would };
}

function decidedOf({ outcome, rejection }: LogRecord): Decided {
  return rejection ? { outcome, code: rejection.code, reason: rejection.reason } : { outcome };
}

/** Compares values, not versions: a decision that comes out the same may still have counted otherwise. */
async function compareStates(env: Reading, replayed: Replayed, { onKey }: WhatIfOptions) {
  let changedValues = 0;
  let newKeys = 0;
  let missingKeys = 0;
  await env.read((view, snapshot) => {
    const compare = (key: string) => {
      // Sessions and themes are no one's decision.
      if (isEngineKey(key)) return;
      const live = view.entry(snapshot, key)?.state;
      const again = replayed.state(key);
      const was = live?.exists ? live.value : undefined;
      const would = again?.exists ? again.value : undefined;
      if (jsonEquals(was, would)) return;
      if (was === undefined) newKeys += 1;
      else if (would === undefined) missingKeys += 1;
      else changedValues += 1;
      onKey?.({ key, ...(was === undefined ? {} : { was }), ...(would === undefined ? {} : { would }) });
    };
    const seen = new Set<string>();
    replayed.keys((key) => {
      if (!seen.has(key)) compare(key);
      seen.add(key);
    });
    for (const { key } of snapshot.range('states')) if (!seen.has(keyText(key))) compare(keyText(key));
    for (const key of view.entries.keys()) if (!seen.has(key) && !snapshot.get('states', textKey(key))) compare(key);
  });
  return { changedValues, newKeys, missingKeys };
}
