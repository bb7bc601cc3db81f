import type { Environment } from '../../environment.ts';
import { type Receipt, TxlogError, type WaitOptions } from '../../index.ts';
import { shellWord } from '../print/shell-word.ts';

/**
 * Waits until a saga has ended.
 *
 * Errors: SAGA_NOT_FOUND; SESSION_GONE when it was taken away before; WAIT_TIMEOUT; what `signal` aborts with.
 */
export async function waitForSaga(env: Environment, id: string, options: WaitOptions): Promise<Receipt> {
  const { outcome } = await env.sagas.get(id);
  if (outcome) return outcome;
  const ended = await env.wait(id, options).catch(async (error) => {
    throw error instanceof TxlogError && error.code === 'WAIT_TIMEOUT' ? await late(env, id, error) : error;
  });
  if ('outcome' in ended) return ended;
  throw new TxlogError('SESSION_GONE', `saga ${id} was taken away before it had ended`, {
    next: [`txlog saga show ${shellWord(id)}`],
  });
}

async function late(env: Environment, id: string, cause: TxlogError): Promise<TxlogError> {
  const { phase, saga } = await env.sagas.get(id);
  const why = saga.error === undefined ? '' : `: ${saga.error}`;
  return new TxlogError('WAIT_TIMEOUT', cause.message, {
    hint: `It is ${phase}${why}.`,
    next: [`txlog saga show ${shellWord(id)}`],
  });
}
