import type { App } from '../../core/app/app.ts';
import { destinationOf, type Slip, slipErrorTheme } from '../../core/app/routing-slip.ts';
import { answerTheme, type Saga, stepKey } from '../../core/app/saga.ts';
import type { StepContext } from '../../core/app/saga-definition.ts';
import type { Act } from '../../core/app/saga-moves.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { type Message, readAddress } from '../../sessions/host/address.ts';
import type { SagaScript } from '../step/saga-script.ts';
import { stepKeyOf } from '../step/step-context.ts';

/** The steps that one slip takes along: from this one on, as long as they follow one another at services. */
export function stepsOnSlip(
  script: SagaScript,
  saga: Saga,
  { step, side }: Pick<Act, 'step' | 'side'>,
): readonly string[] {
  if (side === 'undo') return [step];
  const groups = saga.itinerary ?? [];
  const from = groups.findIndex((group) => group.includes(step));
  const rest = groups.slice(from);
  const end = rest.findIndex(
    ([name = ''], i) => i > 0 && (rest[i]?.length !== 1 || script.step(name)?.at === undefined),
  );
  return (rest[0]?.length === 1 ? rest.slice(0, end < 0 ? rest.length : end) : [[step]]).flat();
}

/** The message that sends a slip off. Errors: REQUEST_INVALID when this app has no name to send it home to. */
export function slipOf(
  app: App,
  { script, saga }: { readonly script: SagaScript; readonly saga: Saga },
  { act, context }: { readonly act: Act; readonly context: StepContext },
): Message {
  const { side } = act;
  const steps = stepsOnSlip(script, saga, act).map((step) => ({
    step,
    at: script.step(step)?.at ?? '',
    key: stepKeyOf(saga, step, side),
    ...(side !== 'do' && { undoes: keyOfDone(saga, step) }),
  }));
  const slip: Slip = {
    ...{ slip: 1, saga: context.saga, type: saga.type, data: saga.data, side, steps, results: context.results },
    ...given({ error: context.error }),
    home: homeAddress(app, answerTheme),
    errors: homeAddress(app, slipErrorTheme),
  };
  return { id: context.key, to: fromHere(app, destinationOf(slip)), data: slip as unknown as JsonValue };
}

/** An address as this service knows it: what is its own has no service. */
export function fromHere({ name }: App, address: string): string {
  const { queue, service } = readAddress(address);
  return service === name ? queue : address;
}

/** The key under which a step was done: of a saga that undoes another one, that of the other one. */
function keyOfDone({ id, undoes, steps }: Saga, step: string): string {
  return stepKey(undoes ?? id, step, { side: 'do', round: steps.get(step)?.do.round ?? 0 });
}

/** Where the answer to a question comes to: a queue here, as the one who is asked knows it. */
export function addressOf(app: App, asked: string, queue: string): string {
  return readAddress(asked).service === undefined ? queue : homeAddress(app, queue);
}

function homeAddress({ name }: App, queue: string): string {
  if (name !== undefined) return `${queue}@${name}`;
  throw new TxlogError('REQUEST_INVALID', 'the app has no name, so other services cannot answer it', {
    hint: "Give it one: defineApp({ name: 'orders', … }), and let the other apps name it in their services.",
  });
}
