import { expect } from 'vitest';
import { given } from '../../src/core/base/given.ts';
import type { JsonObject } from '../../src/core/base/json.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { Chunk, Session } from '../../src/core/fold/session.ts';
import type { Operation } from '../../src/core/log/operation.ts';
import type { LogRecord } from '../../src/core/log/record.ts';
import type { TaskAnswer } from '../../src/pipeline/2-batch.ts';
import type { Ending } from './completion.ts';
import { errorCodes, type Model, type ModelRequest } from './model.ts';

/** What goes into one batch: an operation, or a request that ends a session. */
export type Submitted = { readonly operation: Operation } | { readonly request: ModelRequest };

/** An answer without what only the engine words. */
interface Plain {
  readonly code?: string;
  readonly idle?: number | 'never';
  readonly position?: number;
  readonly duplicate?: boolean;
  readonly session?: string;
  readonly now?: Session | undefined;
}

const responseKey = '\u0001txlog.response/';

/** What the model answers to a batch; it is left as if it had never been asked. */
export function predict(model: Model, tasks: readonly Submitted[], now: number): readonly Plain[] {
  const before = model.records.slice();
  const plain = tasks.map((task) =>
    'operation' in task ? predictOne(model, task.operation, now) : submit(model, task.request, now),
  );
  model.records = before;
  return plain;
}

function predictOne(model: Model, operation: Operation, now: number): Plain {
  const outcome = model.operate(operation, now);
  if ('refused' in outcome) return { code: outcome.refused };
  if ('idle' in outcome) return { idle: outcome.idle };
  const { session } = outcome;
  const duplicate = 'duplicate' in outcome;
  const position = duplicate ? outcome.duplicate : model.head;
  return { position, duplicate, session, ...(session !== '' && { now: model.sessions.at(session)?.session }) };
}

function submit(model: Model, request: ModelRequest, now: number): Plain {
  const answer = model.submit(request, now);
  if (typeof answer === 'string') return { code: errorCodes[answer] };
  if ('refused' in answer) return { code: answer.refused };
  return { position: answer.record.position, duplicate: answer.duplicate };
}

/** What the engine answered, as far as the model says. */
export function plainOf(answer: TaskAnswer): Plain {
  if (answer.type === 'error') return { code: answer.error.code };
  if (answer.type === 'refusal') return { code: answer.refusal.code };
  if (answer.type === 'receipt') return { position: answer.receipt.position, duplicate: answer.receipt.duplicate };
  const { operation } = answer;
  if (operation.ok) {
    const { position, duplicate, session, now } = operation;
    return { position, duplicate, session, ...(session !== '' && { now }) };
  }
  return operation.idle ? { idle: operation.due ?? 'never' } : { code: operation.rejection.code };
}

/** The changes of a record that are about sessions and themes. */
export function engineChanges({ changes }: Pick<LogRecord, 'changes'>): readonly Change[] {
  return changes.filter(({ key }) => key < ' ');
}

/** Gives the model a record of session operations: it must be what the operation that it stands for comes to. */
export function followOperation(model: Model, record: LogRecord): void {
  const response = record.changes.find(({ key, op }) => op === 'session.new' && key.startsWith(responseKey));
  if (response) {
    const earlier = model.find(response.key.slice(responseKey.length));
    const completes = completionOf(record);
    expect(
      model.submit({ ...(earlier?.request as ModelRequest), ...(completes && { completes }) }, record.time),
    ).toMatchObject({
      duplicate: true,
    });
  } else {
    model.operate(operationOf(record), record.time);
  }
  expect(model.records.at(-1)).toMatchObject({ position: record.position, engine: record.changes });
}

/** How the request of a record ended a session, if it did. */
export function completionOf(record: LogRecord): Ending | undefined {
  const engine = engineChanges(record);
  const removal = engine.find(({ op }) => op === 'session.remove');
  if (!removal) return undefined;
  const { epoch } = removal.value as { epoch: number };
  const registration = engine.find(({ key }) => key.startsWith('\u0002'));
  const response = engine.find(({ op }) => op === 'session.new')?.value as { theme: number } | undefined;
  const respond = registration ? registration.key.slice(1) : response?.theme;
  return { session: removal.key.slice(1), epoch, ...given({ respond }) };
}

function operationOf({ changes, time }: LogRecord): Operation {
  const registration = changes.find(({ key, op }) => key.startsWith('\u0002') && op === 'set');
  const { number } = (registration?.value ?? {}) as { number?: number };
  const change = changes.find(({ key }) => key.startsWith('\u0001'));
  if (!change) {
    const merged = changes.find(({ op }) => op === 'merge')?.value as { paused: boolean | null } | undefined;
    const theme = (changes[0] as Change).key.slice(1);
    return {
      op: 'theme',
      theme,
      ...given({ number }),
      ...(merged && { paused: merged.paused === true }),
    };
  }
  const { due, behind: _, theme, ...value } = (change.value ?? {}) as JsonObject & { due?: number; theme?: number };
  const { data, base64, bytes = 0, ...rest } = value as { data?: never; base64?: string; bytes?: number };
  const chunk: Chunk = base64 === undefined ? { data: data ?? null } : { base64 };
  const seconds = due === undefined ? 0 : (due - time) / 1000;
  const session = change.key.slice(1);
  const common = { session, bytes, chunk, ...rest };
  if (change.op === 'session.new') {
    const named = registration ? { theme: registration.key.slice(1), number } : { theme };
    return { op: 'new', ...common, ...named, delay: seconds } as Operation;
  }
  if (change.op === 'session.lead') return leadOf(session, rest as { operator: string; lease: number });
  return { op: change.op.slice('session.'.length), ...common, seconds } as Operation;
}

function leadOf(session: string, { operator, lease }: { operator: string; lease: number }): Operation {
  const theme = /^next of (.*)$/.exec(operator)?.[1];
  const what = theme === undefined ? { session } : { theme: JSON.parse(theme) as string | number };
  return { op: 'lead', ...what, operator, lease };
}
