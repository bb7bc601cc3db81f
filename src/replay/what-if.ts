import type { LoadedApp } from '../core/app/app.ts';
import { given } from '../core/base/given.ts';
import { type JsonValue, jsonEquals } from '../core/base/json.ts';
import { isEngineKey } from '../core/fold/session.ts';
import type { State } from '../core/fold/state.ts';
import { isEngineType, type LogRecord, type StoredRecord } from '../core/log/record.ts';
import type { Request } from '../core/log/request.ts';
import { keyText } from '../layout/keys.ts';
import { RecordEncoder } from '../layout/record-codec.ts';
import { TypeRegistry } from '../layout/type-registry.ts';
import { type Draft, decide } from '../pipeline/3-decide.ts';
import { DecisionReader } from '../pipeline/3-decision-reader.ts';
import { findUnknownType } from '../pipeline/3-known-type.ts';
import { Stage } from '../pipeline/3-stage.ts';
import { appendRecords } from '../pipeline/5-log.ts';
import { applyBatch } from '../pipeline/6-apply.ts';
import type { Snapshot, Storage } from '../ports/storage.ts';
import { readPages } from '../rescan/read-records.ts';
import { checkpointInSteps } from '../view/checkpoint.ts';
import { Cut } from '../view/cut.ts';
import type { LongViewReader, Progress } from '../view/reader.ts';
import type { LoopTurns, Steps } from '../view/turns.ts';
import { View } from '../view/view.ts';
import { choiceOfThen, findLackingAgain, requestAgain } from './logged-request.ts';

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

/** The result of a replay of the log under other handlers. */
export interface WhatIfReport {
  readonly decided: number;
  /** Requests that the app cannot decide, as it lacks their handler or a reducer: what was chosen for them stands. */
  readonly undecided: number;
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

/** The record that is decided again. */
export interface Replayable extends LongViewReader {
  readonly turns: LoopTurns;
  readPinned<T>(work: (cut: Cut) => Promise<T>): Promise<T>;
}

/**
 * Decides every logged request again, in log order, at its logged time, with other handlers, in an empty side storage.
 * No effects, and nothing of the environment changes.
 */
export async function whatIf(
  env: Replayable,
  { side, app }: { readonly side: Storage; readonly app: LoadedApp },
  options: WhatIfOptions = {},
): Promise<WhatIfReport> {
  const replayed = new Replayed(side, app, env.turns);
  const head = await env.read(({ head }) => head.position);
  let decided = 0;
  let flips = 0;
  for await (const page of readPages(env, { to: head })) {
    const requests = page.filter(({ type, compensates }) => compensates !== undefined || !isEngineType(type));
    const outcomes = await replayed.decide(requests);
    for (const [i, record] of requests.entries()) {
      const flip = flipOf(record, outcomes[i]);
      if (!flip) continue;
      flips += 1;
      await options.onFlip?.(flip);
    }
    decided += requests.length;
    options.onProgress?.(page.at(-1)?.position ?? head, head);
  }
  const { undecided } = replayed;
  return { decided: decided - undecided, undecided, flips, ...(await compareWith(env, replayed, options)) };
}

/** A log that is decided anew. */
class Replayed {
  readonly view = new View(new TypeRegistry());
  undecided = 0;
  private readonly side: Storage;
  private readonly app: LoadedApp;
  private readonly turns: LoopTurns;
  private readonly encoder = new RecordEncoder();

  constructor(side: Storage, app: LoadedApp, turns: LoopTurns) {
    this.side = side;
    this.app = app;
    this.turns = turns;
  }

  /** All keys, some of them twice. */
  *keys(snapshot: Snapshot): Generator<string> {
    for (const { key } of snapshot.range('states')) yield keyText(key);
    yield* this.view.entries.keys();
  }

  pin() {
    return this.side.pin();
  }

  /** Decides records in transactions that are short. */
  async decide(records: readonly StoredRecord[]): Promise<readonly (LogRecord | undefined)[]> {
    const outcomes: (LogRecord | undefined)[] = [];
    while (outcomes.length < records.length) {
      await this.turns.room();
      outcomes.push(...this.decideSome(records.slice(outcomes.length)));
      const isDue = this.view.head.position - this.view.watermark >= overlayRecords;
      if (isDue) await this.turns.run(checkpointInSteps(this.side, this.view, this.turns));
    }
    return outcomes;
  }

  private decideSome(records: readonly StoredRecord[]): readonly (LogRecord | undefined)[] {
    const outcomes: (LogRecord | undefined)[] = [];
    this.side.transact((tx) => {
      const stage = new Stage(new Cut(this.view, tx), 0);
      for (const record of records) {
        // A look costs far less than a decision, which may be of any length.
        if (outcomes.length > 0 && this.turns.isOver) break;
        outcomes.push(this.decideOne(stage, record));
      }
      applyBatch(stage, appendRecords(tx, this.encoder, stage));
    });
    return outcomes;
  }

  private decideOne(stage: Stage, record: StoredRecord): LogRecord | undefined {
    stage.time = Math.max(stage.time, record.time);
    const problem = this.app.findPayloadProblem(record.type, record.payload);
    if (problem !== undefined)
      return { ...record, outcome: 'rejected', rejection: { code: 'PAYLOAD_INVALID', reason: problem } };
    const request = this.toRequest(stage, record);
    const decision = decide(this.app, stage, { request, draft: this.draftOfThen(stage, record, request) });
    return 'record' in decision ? decision.record : undefined;
  }

  private toRequest(stage: Stage, record: StoredRecord): Request {
    const request = requestAgain(record);
    if (record.compensates === undefined) return request;
    // A plan's expectations guarded its application against others; here they would only count versions.
    return { ...request, expect: [], changes: [], compensates: this.positionOf(stage, record.payload) };
  }

  /** The choice of then, where the app lacks what it takes to choose. */
  private draftOfThen(stage: Stage, record: StoredRecord, request: Request): Draft | undefined {
    if (!this.lacksFor(stage, record, request)) return undefined;
    this.undecided += 1;
    const reader = new DecisionReader(stage);
    const chosen = choiceOfThen(reader, { ...record, expect: request.expect });
    return { chosen, reads: reader.reads, time: stage.time };
  }

  private lacksFor(stage: Stage, record: StoredRecord, request: Request): boolean {
    if (request.compensates === undefined) return findLackingAgain(this.app, record) !== undefined;
    // The engine undoes again whatever it undid without a handler.
    if (!record.rejection && record.changes.every(({ op }) => op === 'restore')) return false;
    const { logged: _, ...asked } = request;
    return findUnknownType(this.app, asked, stage.record(request.compensates)) !== undefined;
  }

  private positionOf(stage: Stage, payload: JsonValue | undefined): number {
    const id = (payload as { readonly id?: string } | undefined)?.id ?? '';
    return stage.find(id)?.position ?? 0;
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
function compareWith(env: Replayable, replayed: Replayed, options: WhatIfOptions) {
  return env.readPinned(async (cut) => {
    const side = replayed.pin();
    try {
      return await env.turns.run(
        compareStates({ cut, replayed, again: new Cut(replayed.view, side.snapshot) }, options),
      );
    } finally {
      side.release();
    }
  });
}

function* compareStates(
  { cut, replayed, again }: { readonly cut: Cut; readonly replayed: Replayed; readonly again: Cut },
  { onKey }: WhatIfOptions,
): Steps<Pick<WhatIfReport, 'changedValues' | 'newKeys' | 'missingKeys'>> {
  const counts = { changedValues: 0, newKeys: 0, missingKeys: 0 };
  const seen = new Set<string>();
  for (const key of allKeys(cut, replayed.keys(again.snapshot))) {
    yield;
    // Sessions and themes are no one's decision.
    if (isEngineKey(key) || seen.has(key)) continue;
    seen.add(key);
    const was = valueIn(cut.state(key));
    const would = valueIn(again.state(key));
    if (jsonEquals(was, would)) continue;
    counts[was === undefined ? 'newKeys' : would === undefined ? 'missingKeys' : 'changedValues'] += 1;
    onKey?.({ key, ...given({ was, would }) });
  }
  return counts;
}

/** Those of the replay, and those that only the environment has. */
function* allKeys(cut: Cut, replayed: Iterable<string>): Generator<string> {
  yield* replayed;
  for (const { key } of cut.snapshot.range('states')) yield keyText(key);
  yield* cut.view.entries.keys();
}

function valueIn(state: State | undefined): JsonValue | undefined {
  return state?.exists ? state.value : undefined;
}
