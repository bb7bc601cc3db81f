import type { Decision } from '../../core/app/process-definition.ts';
import { type SagaEvent, sagaTheme } from '../../core/app/saga.ts';
import { assertNever } from '../../core/base/assert.ts';
import { refusePromise } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { isJsonObject, type JsonValue } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import { inheritLinks, type Links, linksOf } from '../../core/log/links.ts';
import type { NewSession } from '../../core/log/operation.ts';
import type { Request } from '../../core/log/request.ts';
import { checkData, checkName, checkOwnName } from '../../core/log/session-input.ts';
import { readAddress, sessionOfMessage } from '../../sessions/host/address.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';

/** A command to a saga that a rule decided. */
export type ProcessCommand = Exclude<Decision, { readonly do: 'start' | 'submit' | 'send' }>;

/** A decision, checked: a session to make, a command to a saga, or a request to decide. */
export type CheckedDecision =
  | { readonly kind: 'new'; readonly session: NewSession; readonly bytes: number }
  | { readonly kind: 'command'; readonly command: ProcessCommand; readonly bytes: number }
  | { readonly kind: 'submit'; readonly request: Request; readonly bytes: number };

const commandBytes = 512;

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

/** The id of what a decision makes, where it names none; and the record that was decided on. */
export interface DecisionOrigin {
  readonly id: string;
  readonly links: Links;
}

/** Checks a decision. Errors: those of whatever it decides on. */
export function checkDecision(host: SessionHost, decision: Decision, origin: DecisionOrigin): CheckedDecision {
  const { id, links } = origin;
  switch (decision.do) {
    case 'start':
      return newSession({ ...startOf(host, decision, id), links });
    case 'send': {
      const { to, data = null, order } = decision;
      readAddress(to);
      const own = checkOwnName('id', decision.id ?? id);
      return newSession({ ...sessionOfMessage({ id: own, to, data, ...given({ order }) }), links });
    }
    case 'submit': {
      const request = host.check({ ...decision.request, id: decision.request?.id ?? id });
      if (request.respond !== undefined) readAddress(request.respond);
      return {
        kind: 'submit',
        request: { ...request, ...inheritLinks(links, linksOf(request)) },
        bytes: request.bytes,
      };
    }
    case 'complete':
    case 'fail':
    case 'compensate':
      return { kind: 'command', command: decision, bytes: commandBytes + bytesOf(decision) };
    default:
      return assertNever(decision);
  }
}

function bytesOf(command: ProcessCommand): number {
  checkName('saga', command.saga);
  if (command.do !== 'complete' || command.result === undefined) return 0;
  const { bytes } = checkData(command.result);
  if (bytes <= limits.stepResultBytesMax) return bytes;
  throw new Error(
    `the result of step ${command.step} has ${bytes} bytes, over the limit of ${limits.stepResultBytesMax}`,
  );
}

function newSession(session: NewSession): CheckedDecision {
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
    ofSaga: true,
    session: checkOwnName('id', id ?? made, limits.sagaIdBytesMax),
    theme: sagaTheme(saga),
    ...given({ number }),
    ...checkData(event as unknown as JsonValue),
  };
}
