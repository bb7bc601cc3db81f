import type { Decision } from '../../core/app/process-definition.ts';
import { type SagaEvent, sagaTheme } from '../../core/app/saga.ts';
import { assertNever } from '../../core/base/assert.ts';
import { refusePromise } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { isJsonObject, type JsonValue } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import { checkData, checkName, checkOwnName } from '../../core/log/check-session.ts';
import type { NewSession } from '../../core/log/operation.ts';
import type { Request } from '../../core/log/request.ts';
import { readAddress, sessionOfMessage } from '../../sessions/host/address.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';

/** A word to a saga that a rule decided. */
export type SagaWord = Exclude<Decision, { readonly do: 'start' | 'submit' | 'send' }>;

/** A decision, checked: a session to make, a word to a saga, or a request to decide. */
export type Deed =
  | { readonly kind: 'new'; readonly session: NewSession; readonly bytes: number }
  | { readonly kind: 'word'; readonly word: SagaWord; readonly bytes: number }
  | { readonly kind: 'submit'; readonly request: Request; readonly bytes: number };

const wordBytes = 512;

/** The decisions in what `decide` answered. Errors: an Error of what is none. */
export function decisionsIn(answer: unknown): readonly Decision[] {
  if (answer === undefined || answer === null) return [];
  refusePromise(answer, 'decide');
  const decisions: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
  if (decisions.length > limits.decisionsMax)
    throw new Error(`${decisions.length} decisions are over ${limits.decisionsMax}`);
  return decisions.map((decision) => {
    if (isJsonObject(decision) && typeof decision.do === 'string' && Object.hasOwn(texts, decision.do)) {
      const missing = texts[decision.do]?.find((field) => typeof decision[field] !== 'string');
      if (missing !== undefined) throw new Error(`the decision ${decision.do} needs a text ${missing}`);
      return decision as unknown as Decision;
    }
    throw new Error(`a decision is { do: ${Object.keys(texts).join(' | ')} }`);
  });
}

/** Fields of each decision that are texts and must be there. */
const texts: Readonly<Record<string, readonly string[]>> = {
  start: ['saga'],
  complete: ['saga', 'step'],
  fail: ['saga', 'step', 'error'],
  compensate: ['saga', 'reason'],
  submit: [],
  send: ['to'],
};

/** Checks a decision; `id` is for what has none of its own. Errors: those of whatever it decides on. */
export function deedOf(host: SessionHost, decision: Decision, id: string): Deed {
  switch (decision.do) {
    case 'start':
      return newSession(startOf(host, decision, id));
    case 'send': {
      const { to, data = null, order } = decision;
      readAddress(to);
      const own = checkOwnName('id', decision.id ?? id);
      return newSession(sessionOfMessage({ id: own, to, data, ...given({ order }) }));
    }
    case 'submit': {
      const request = host.check({ ...decision.request, id: decision.request?.id ?? id });
      if (request.respond !== undefined) readAddress(request.respond);
      return { kind: 'submit', request, bytes: request.bytes };
    }
    case 'complete':
    case 'fail':
    case 'compensate':
      return { kind: 'word', word: decision, bytes: wordBytes + bytesOf(decision) };
    default:
      return assertNever(decision);
  }
}

function bytesOf(word: SagaWord): number {
  checkName('saga', word.saga);
  if (word.do !== 'complete' || word.result === undefined) return 0;
  const { bytes } = checkData(word.result);
  if (bytes <= limits.stepResultBytesMax) return bytes;
  throw new Error(`the result of step ${word.step} has ${bytes} bytes, over the limit of ${limits.stepResultBytesMax}`);
}

function newSession(session: NewSession): Deed {
  return { kind: 'new', session, bytes: session.bytes ?? 0 };
}

function startOf({ app }: SessionHost, { saga, data, id }: Decision & { do: 'start' }, made: string): NewSession {
  const definition = app.sagas?.[saga];
  if (!definition) throw new Error(`the app defines no saga of type ${saga}`);
  const problem = app.findSagaProblem(saga, data);
  if (problem !== undefined) throw new Error(`data of saga ${saga}: ${problem}`);
  const event: SagaEvent = { event: 'started', v: 1, type: saga, data: data ?? null };
  const { number } = definition;
  return {
    op: 'new',
    session: checkOwnName('id', id ?? made, limits.sagaIdBytesMax),
    theme: sagaTheme(saga),
    ...given({ number }),
    ...checkData(event as unknown as JsonValue),
  };
}
