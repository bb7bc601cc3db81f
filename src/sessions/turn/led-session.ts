import type { Turn } from '../../core/app/theme.ts';
import { deepFreeze, type JsonValue } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import { type Session, sessionIn, sessionKey } from '../../core/fold/session.ts';
import type { Operation } from '../../core/log/operation.ts';
import { checkData, checkSeconds, dataOf } from '../../core/log/session-input.ts';
import type { ViewReader } from '../../view/reader.ts';
import { readChunks } from '../read/read-session.ts';

/** A session that is led by us. */
export interface Led {
  readonly session: string;
  readonly theme: string;
  readonly epoch: number;
  /** This lead included. */
  readonly attempts: number;
}

/** Describes a session that was just led. */
export function ledSession(session: string, theme: string, { epoch, attempts }: Session): Led {
  return { session, theme, epoch, attempts };
}

/** Reads what an advisor gets; undefined when the session is not led by us any more. `stop` has the signal. */
export async function readTurn(
  reads: ViewReader,
  led: Led,
  { step, stop }: { readonly step: number; readonly stop: { readonly signal: AbortSignal } },
): Promise<Turn | undefined> {
  return reads.read((cut) => {
    const { session: id, theme, epoch } = led;
    const state = cut.state(sessionKey(id));
    const now = sessionIn(state);
    if (!state || now?.status !== 'active' || now.epoch !== epoch) return undefined;
    const { attempts, order, createdAt, error } = now;
    const chunks = readChunks(cut, { ...now, id, position: state.position });
    const data = Object.freeze(chunks.map((chunk) => frozen(dataOf(chunk))));
    return Object.freeze({
      ...{ session: id, theme, epoch, attempts, order, createdAt, data, step, error },
      // Made when it is asked for.
      get signal() {
        return stop.signal;
      },
    });
  });
}

/** The memory of bytes cannot be frozen. */
function frozen(data: JsonValue | Uint8Array): JsonValue | Uint8Array {
  return data instanceof Uint8Array ? data : deepFreeze(data);
}

/** An answer of an advisor that is none. */
class AdviceProblem extends Error {
  override readonly name = 'AdviceProblem';
}

const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  append: ['data'],
  replace: ['data'],
  remove: [],
  request: ['request'],
  store: ['seconds'],
  park: ['error'],
};

/**
 * The operation that an advisor's answer asks for.
 *
 * Errors: VALUE_TOO_LARGE and the JSON_ codes of its data.
 */
export function operationOf({ session, epoch }: Led, advice: CheckedAdvice): Operation {
  const by = { session, epoch };
  switch (advice.op) {
    case 'append':
    case 'replace':
      return { op: advice.op, ...by, ...checkData(advice.data as JsonValue) };
    case 'store':
      return { op: 'store', ...by, seconds: checkSeconds('seconds', advice.seconds as number) };
    case 'park':
      return { op: 'park', ...by, error: errorText(advice.error) };
    case 'remove':
      return { op: 'remove', ...by };
    default:
      throw new AdviceProblem(`${advice.op} is no operation on its session`);
  }
}

/** Advice whose fields are there, and no others. */
export type CheckedAdvice = Readonly<Record<string, unknown>> & { readonly op: string };

/** Errors: AdviceProblem of what is no advice. */
export function checkAdvice(answer: unknown): CheckedAdvice {
  if (typeof answer !== 'object' || answer === null || !('op' in answer)) {
    throw new AdviceProblem(
      `an advisor answers with an operation such as { op: 'remove' }, not with ${nameOf(answer)}`,
    );
  }
  const { op } = answer;
  const fields = typeof op === 'string' && Object.hasOwn(fieldsOf, op) ? fieldsOf[op] : undefined;
  if (!fields) throw new AdviceProblem(`op is one of ${Object.keys(fieldsOf).join(', ')}`);
  const known = ['op', ...fields, ...(op === 'request' ? ['respond'] : [])];
  const unknown = Object.keys(answer).find((field) => !known.includes(field));
  if (unknown !== undefined) throw new AdviceProblem(`${op} has no field ${JSON.stringify(unknown)}`);
  const missing = fields.find((field) => (answer as Record<string, unknown>)[field] === undefined);
  if (missing !== undefined) throw new AdviceProblem(`${op} needs ${missing}`);
  return answer as { op: string };
}

function nameOf(answer: unknown): string {
  return answer === null || answer === undefined ? String(answer) : `a value of type ${typeof answer}`;
}

/** Shortens an error to the text that a session keeps. */
export function errorText(error: unknown): string {
  const text = textOf(error);
  return text.length <= limits.keptErrorUnitsMax ? text : `${text.slice(0, limits.keptErrorUnitsMax - 1)}…`;
}

/** Anything may be thrown, also what has no text. */
function textOf(error: unknown): string {
  try {
    return String((error instanceof Error && (error.message || error.name)) || error);
  } catch {
    return 'an error that gives no text';
  }
}
