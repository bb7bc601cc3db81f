import type { Environment } from '../../environment/environment.ts';
import { type SagaReading, TxlogError, type WaitOptions } from '../../index.ts';
import type { EndedSaga } from '../../shapes/saga.ts';
import { shellQuote } from '../../text/shell-quote.ts';

/**
 * Waits until a saga has ended.
 *
 * Errors: SAGA_NOT_FOUND; SESSION_GONE when it was taken away before; WAIT_TIMEOUT; what `signal` aborts with.
 */
export async function waitForSaga(env: Environment, id: string, options: WaitOptions): Promise<EndedSaga> {
  const reading = await env.sagas.get(id);
  const now = endedOf(reading);
  if (now) return now;
  if (reading.session) {
    await env.wait(id, options).catch(async (error) => {
      throw error instanceof TxlogError && error.code === 'WAIT_TIMEOUT' ? await late(env, id, error) : error;
    });
  }
  const ended = endedOf(await env.sagas.get(id));
  if (ended) return ended;
  throw new TxlogError('SESSION_GONE', `saga ${id} was removed before it ended`, {
    next: [`txlog saga show ${shellQuote(id)}`],
  });
}

function endedOf(reading: SagaReading): EndedSaga | undefined {
  const { outcome } = reading;
  return outcome && { ...reading, outcome };
}

async function late(env: Environment, id: string, cause: TxlogError): Promise<TxlogError> {
  const { phase, saga } = await env.sagas.get(id);
  const why = saga.error === undefined ? '' : `: ${saga.error}`;
  return new TxlogError('WAIT_TIMEOUT', cause.message, {
    hint: `It is ${phase}${why}.`,
    next: [`txlog saga show ${shellQuote(id)}`],
  });
}
