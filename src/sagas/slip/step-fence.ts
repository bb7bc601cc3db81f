import { present } from '../../core/base/assert.ts';
import { reject } from '../../core/fold/rejection.ts';
import type { StoredRecord } from '../../core/log/record.ts';
import { stepType } from '../../core/log/record.ts';
import type { Request } from '../../core/log/request.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';

/**
 * What is said first of a step that came to a service, and stands for ever: that it begins (or, of a request to this
 * engine, its outcome), or that it is undone. Messages overtake one another: a step that is undone before it came is
 * refused when it comes.
 */
export type StepFence =
  | { readonly word: 'begun'; readonly session: string | undefined }
  /** It was refused here, or undone before it began: nothing of it happened, or ever will. */
  | { readonly word: 'never'; readonly isUndone: boolean };

/** Says that a call begins, which the session of a slip brought. */
export function fenceBegun(host: SessionHost, key: string, session: string): Promise<StepFence> {
  return placeFence(host, { ...bare(fenceId(key)), payload: { session } });
}

/** Says that a step is undone. `isRequest`: it is a request to this engine, whose own id its fence has. */
export function fenceUndone(host: SessionHost, key: string, isRequest: boolean): Promise<StepFence> {
  const refusal = reject('SAGA_COMPENSATED', 'it was undone before it was done');
  return placeFence(host, { ...bare(isRequest ? key : fenceId(key)), refusal });
}

/** Reads the fence of a request to this engine. */
export async function fenceOfRequest(host: SessionHost, key: string): Promise<StepFence | undefined> {
  const record = await host.find(key);
  return record && toFence(record);
}

function fenceId(key: string): string {
  return `${stepType}/${key}`;
}

function bare(id: string): Request {
  return { id, type: stepType, actor: undefined, payload: undefined, changes: [], expect: [], bytes: 256 };
}

/** Places a fence; the second caller finds that of the first. Errors: those of the engine. */
async function placeFence(host: SessionHost, request: Request): Promise<StepFence> {
  const [answer] = await host.process([request]);
  if (answer && answer.type === 'error' && answer.error.code !== 'REQUEST_ID_CONFLICT') throw answer.error;
  return toFence(present(await host.find(request.id), 'first word on a step'));
}

function toFence({ outcome, type, payload }: StoredRecord): StepFence {
  if (outcome === 'rejected') return { word: 'never', isUndone: type === stepType };
  const { session } = (payload ?? {}) as { readonly session?: string };
  return { word: 'begun', session: type === stepType ? session : undefined };
}
