import { outboxTheme } from '../../core/app/parcel.ts';
import { assert, present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import { linksOf } from '../../core/log/links.ts';
import type { Operation } from '../../core/log/operation.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import type { Request, RequestInput } from '../../core/log/request.ts';
import { checkData, checkName, checkSeconds } from '../../core/log/session-input.ts';
import type { TaskAnswer } from '../../pipeline/2-batch.ts';
import { dataOfRequest, queueTheme } from '../../pipeline/3-queued-request.ts';
import { resultOrThrow } from '../../pipeline/7-respond.ts';
import { readRespond } from '../host/address.ts';
import { processNew } from '../host/open-places.ts';
import type { SessionHost } from '../host/session-host.ts';
import { readTheme } from '../read/read-session.ts';

/** How a request is queued. */
export interface EnqueueOptions {
  /** Theme that gets the receipt as a session, for requests that name none. */
  readonly respond?: string;
  /** Requests of one type and order key are decided one after another. */
  readonly order?: string;
  /** Seconds until it may be decided. */
  readonly delay?: number;
}

/** A request in its queue; or its receipt, when it was decided before. */
export type Enqueued =
  | {
      readonly id: string;
      /** The session that brings it: the same id. */
      readonly session: string;
      readonly position: number;
      readonly time: number;
      readonly duplicate: boolean;
      readonly durability: Receipt['durability'];
    }
  | { readonly id: string; readonly receipt: Receipt };

/**
 * Puts a request into the queue of its type. Errors: as `submit`; THEME_CONFLICT; SESSION_GONE of one that was removed
 * from its queue undecided.
 */
export async function enqueue(host: SessionHost, input: RequestInput, options: EnqueueOptions): Promise<Enqueued> {
  const [answer] = await enqueueChecked(host, [host.check(input)], options);
  const { error, enqueued } = present(answer, 'answer');
  if (error) throw error;
  return present(enqueued, 'a request that was queued');
}

/** The result for one request of many: it is queued, or decided already, or has an error of its own. */
export type EnqueueAnswer =
  | { readonly enqueued: Enqueued; readonly error?: undefined }
  | { readonly error: TxlogError; readonly enqueued?: undefined };

/**
 * Puts checked requests into the queues of their types, in their order and in one batch; one answer each. Who calls first
 * comes first.
 */
export async function enqueueChecked(
  host: SessionHost,
  requests: readonly Request[],
  options: EnqueueOptions,
): Promise<readonly EnqueueAnswer[]> {
  const decided = await afterOthers(host, async () => {
    const themes = new Set(requests.map((request) => request.respond ?? options.respond));
    for (const respond of themes) if (respond !== undefined) await registerTheme(host, respond);
    return Promise.all(requests.map(({ id }) => host.find(id)));
  });
  // One that was decided is submitted again: that gives its receipt, or tells that it was another one.
  const tasks = requests.map((request, i) => (decided[i] ? request : newSession(host, request, options)));
  const sound = tasks.flatMap((task) => (task instanceof TxlogError ? [] : [task]));
  const answers = (sound.length === 0 ? [] : await processNew(host, sound)).values();
  return Promise.all(
    tasks.map(async (task, i) => {
      if (task instanceof TxlogError) return { error: task };
      const request = present(requests[i], 'request');
      const answer = present(answers.next().value as TaskAnswer, 'answer');
      return isUsedUp(answer) ? settled(host, request) : answerOf(request.id, answer);
    }),
  );
}

const looking = new WeakMap<SessionHost, Promise<unknown>>();

/** Lookups take times that differ: one call looks after the other, so that none overtakes. */
function afterOthers<T>(host: SessionHost, look: () => Promise<T>): Promise<T> {
  const looked = (looking.get(host) ?? Promise.resolve()).then(look, look);
  looking.set(host, looked);
  return looked;
}

/** Whether the session of a request was made before, and is no more. */
function isUsedUp(answer: TaskAnswer): boolean {
  return answer.type === 'operation' && answer.operation.ok && !answer.operation.now;
}

/** Finds the outcome of a request whose session is no more: it was decided, or somebody removed it before. */
async function settled(host: SessionHost, request: Request): Promise<EnqueueAnswer> {
  const { id } = request;
  if (await host.find(id)) {
    const [answer] = await host.submitChecked([request]);
    return answerOf(id, present(answer, 'answer'));
  }
  const error = new TxlogError('SESSION_GONE', `request ${id} was removed from its queue before it was decided`, {
    hint: 'This id cannot be queued again: submit it without a queue, or with another id.',
    next: [`txlog session show ${shellWord(id)}`],
  });
  return { error };
}

/** The session that brings a request, or why there can be none: it is too large for one. */
function newSession(host: SessionHost, request: Request, options: EnqueueOptions): Operation | TxlogError {
  try {
    return sessionOf(host, request, options);
  } catch (error) {
    if (error instanceof TxlogError) return error;
    throw error;
  }
}

function sessionOf(host: SessionHost, request: Request, { respond, order, delay }: EnqueueOptions): Operation {
  const theme = queueTheme(request.type);
  return {
    op: 'new',
    session: request.id,
    theme,
    ...numberOf(host, theme),
    ...checkData(dataOfRequest(request, request.respond ?? respond)),
    links: linksOf(request),
    ...given({
      order: ifGiven(order, (order) => checkName('order', order)),
      delay: ifGiven(delay, (delay) => checkSeconds('delay', delay)),
    }),
  };
}

function answerOf(id: string, answer: TaskAnswer): EnqueueAnswer {
  if (answer.type === 'error') return { error: answer.error };
  if (answer.type === 'receipt') return { enqueued: { id, receipt: answer.receipt } };
  const result = resultOrThrow(answer);
  assert(result.ok, 'a session that is made is neither idle nor refused');
  const { session, position, time, duplicate, durability } = result;
  return { enqueued: { id, session, position, time, duplicate, durability } };
}

/** The theme of a response must be there when the request is decided: no one could be told then that it cannot be. */
async function registerTheme(host: SessionHost, respond: string): Promise<void> {
  const { queue, service } = readRespond(respond);
  const theme = service === undefined ? queue : outboxTheme(service);
  if (await host.read((cut) => readTheme(cut, theme))) return;
  await host.operate([{ op: 'theme', theme, ...numberOf(host, theme) }]);
}

function numberOf(host: SessionHost, theme: string): { readonly number?: number } {
  const number = host.app.themes?.[theme]?.number;
  return given({ number });
}
