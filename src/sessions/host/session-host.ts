import type { LoadedApp } from '../../core/app/app.ts';
import type { Operation, OperationResult } from '../../core/log/operation.ts';
import type { StoredRecord } from '../../core/log/record.ts';
import type { Request } from '../../core/log/request.ts';
import type { Answer, Task, TaskAnswer } from '../../pipeline/2-batch.ts';
import type { Effects } from '../../ports/effects.ts';
import type { Leases } from '../../ports/leases.ts';
import type { Services } from '../../ports/services.ts';
import type { Storage } from '../../ports/storage.ts';
import type { Watching } from '../../view/reader.ts';
import type { OpenPlaces } from './open-places.ts';

/** The parts of an environment that sessions and their workers use. */
export interface SessionHost extends Watching {
  /** Which environment it is. */
  readonly unit: string;
  readonly app: LoadedApp;
  readonly leases: Leases;
  /** The ports through which steps of sagas act. */
  readonly effects: Effects;
  readonly services: Services;
  readonly handle: { readonly storage: Storage };
  /** Workers of this environment that may lead at once what is made here. */
  readonly places: OpenPlaces;
  makeId(): string;
  /** Chance, from 0 to less than 1. */
  random(): number;
  /** Time of the engine, in ms since 1970: it goes on while the wall clock is behind the log. */
  now(): number;
  check(input: unknown): Request;
  find(name: string): Promise<StoredRecord | undefined>;
  operate(operations: readonly Operation[]): Promise<readonly OperationResult[]>;
  process(tasks: readonly Task[]): Promise<readonly TaskAnswer[]>;
  submitChecked(requests: readonly Request[]): Promise<readonly Answer[]>;
}
