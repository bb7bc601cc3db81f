import type { App } from '../../../src/core/app/app.ts';
import { rejectRequest } from '../../../src/core/app/handler-terms.ts';
import {
  PermanentError,
  type SagaDefinition,
  type SagaStep,
  type StepAction,
  type StepContext,
} from '../../../src/core/app/saga-definition.ts';
import type { Advice, Turn } from '../../../src/core/app/theme.ts';
import { given } from '../../../src/core/base/given.ts';
import type { Environment } from '../../../src/environment/environment.ts';
import type { SimProcess } from '../../sim/operators/world.ts';
import { type Callee, pause, type Received, suffer } from './callee.ts';
import type { SagaPlan, SidePlan, StepPlan, Story } from './plans.ts';

/** Leases of workers, and how long an attempt may take, in seconds. */
export const leaseSeconds = 3;
const timeout = 2;
const lateMs = 5_000;

/** One process, as its steps see it. */
export interface Place {
  readonly process: SimProcess;
  readonly callee: Callee;
  /** Head of the log as this process could see it now. */
  head(): number;
  env(): Environment;
}

/** A question, as it comes to the callee. */
interface Asked {
  readonly key: string;
  readonly respond: string;
  readonly data: { readonly saga: string; readonly type: string; readonly step: string; readonly side: 'do' | 'undo' };
}

/** Type of the sagas of a plan, and of the child sagas of its steps. */
export function typeOf(plan: number, step?: string): string {
  return step === undefined ? `t${plan}` : `t${plan}-${step}`;
}

/** All types of sagas of a story, with what they are made of. */
export function typesOf({ plans }: Story): ReadonlyMap<string, Pick<SagaPlan, 'groups' | 'deadline'>> {
  const types = new Map<string, Pick<SagaPlan, 'groups' | 'deadline'>>();
  plans.forEach((plan, i) => {
    types.set(typeOf(i), plan);
    for (const { name, do: action } of plan.groups.flat())
      if (action.kind === 'saga')
        types.set(typeOf(i, name), { groups: action.steps.map((step) => [step]), deadline: undefined });
  });
  return types;
}

/** Key of the state that counts how often a request did a step, less how often one undid it. */
export function counterOf(saga: string, step: string): string {
  return `done/${saga}/${step}`;
}

/** The app that one process of a story has. */
export function appOf(story: Story, place: Place): App {
  const types = typesOf(story);
  const definitions = [...types].map(([type, plan]) => [type, definitionOf(type, plan, place)] as const);
  return {
    sagas: Object.fromEntries(definitions),
    requests: {
      effect: {
        decide({ payload }) {
          const { key, value, refuse } = payload as { key: string; value: number; refuse: boolean };
          return refuse ? rejectRequest('REFUSED', 'as planned', key) : [{ op: 'add', key, value }];
        },
      },
    },
    themes: {
      ask: {
        ...{ lease: leaseSeconds, attempts: 1_000, backoff: { first: 0.2, max: 1 } },
        advisor: (turn) => answer(place, types, turn),
      },
      answers: { lease: leaseSeconds, attempts: 1_000, backoff: { first: 0.2, max: 1 } },
    },
  };
}

function definitionOf(type: string, { groups, deadline }: Pick<SagaPlan, 'groups' | 'deadline'>, place: Place) {
  const steps = groups.map((group) => group.map((step) => stepOf(type, step, place)));
  const definition: SagaDefinition = { steps, lease: leaseSeconds, ...given({ deadline }) };
  return definition;
}

function stepOf(type: string, { name, do: forth, undo }: StepPlan, place: Place): SagaStep {
  const child = { saga: `${type}-${name}`, timeout: 1_000_000 };
  return {
    name,
    do: forth.kind === 'saga' ? child : actionOf(type, 'do', forth, place),
    ...(undo && { compensate: actionOf(type, 'undo', undo, place) }),
  };
}

function actionOf(type: string, side: 'do' | 'undo', plan: SidePlan, place: Place): StepAction {
  const policy = { timeout, retry: { attempts: plan.attempts, first: 0.2, factor: 2, max: 1 } };
  if (plan.kind === 'run') return { ...policy, run: (context) => call(context, side, plan, place) };
  if (plan.kind === 'ask')
    return {
      ...policy,
      ask: ({ saga, step }) => ({ to: 'ask', data: { saga, type, step, side } }),
    };
  const { callee } = place;
  return {
    ...policy,
    request: ({ saga, step }) => ({
      type: 'effect',
      payload: {
        key: counterOf(saga, step),
        value: side === 'do' ? 1 : -1,
        refuse: (plan.isBroken && !callee.isMended) || plan.fates[0] === 'refuse',
      },
    }),
  };
}

async function call(context: StepContext, side: 'do' | 'undo', plan: SidePlan, place: Place): Promise<unknown> {
  const { process, callee } = place;
  const { saga, step, key } = context;
  const received = callee.receive({ saga, step, side, key, head: place.head() }, plan);
  const { fate } = received;
  await suffer(process, fate, 'before');
  if (fate === 'fail') throw new Error('it failed');
  if (fate === 'slow') await pause(process, 300);
  const isDone = callee.apply(received);
  if (fate === 'late') await pause(process, lateMs);
  await suffer(process, fate, 'after');
  if (fate === 'lose') throw new Error('the line went dead');
  if (!isDone) throw new PermanentError('it was refused');
  return { n: received.n };
}

const messages = new WeakMap<Callee, Map<string, Received>>();

/** The callee of questions: it answers by messages, each of which has a name. */
async function answer(place: Place, types: ReturnType<typeof typesOf>, turn: Turn): Promise<Advice> {
  const { callee } = place;
  const { key, respond, data } = turn.data[0] as unknown as Asked;
  const received = receive(place, types, turn.session, { key, ...data });
  const { fate } = received;
  const isDone = fate === 'fail' ? false : callee.apply(received);
  if (fate === 'never') return { op: 'remove' };
  const failure = { ok: false, error: 'it failed', permanent: false };
  const text =
    fate === 'fail'
      ? { key, ...failure, happened: 'no' }
      : fate === 'lose'
        ? { key, ...failure, happened: 'maybe' }
        : isDone
          ? { key, ok: true, result: { n: received.n } }
          : { key, ok: false, error: 'it was refused' };
  const delay = fate === 'late' ? lateMs / 1000 : fate === 'slow' ? 0.5 : 0;
  for (let i = 0; i < (fate === 'twice' ? 2 : 1); i++)
    await place.env().sessions.create(respond, text, { id: `answer-${i}/${turn.session}`, delay });
  return { op: 'remove' };
}

/** The same message is one call, however often it is led. */
function receive(
  { callee, head }: Place,
  types: ReturnType<typeof typesOf>,
  message: string,
  { key, saga, type, step, side }: Asked['data'] & { readonly key: string },
): Received {
  const known = messages.get(callee) ?? new Map<string, Received>();
  messages.set(callee, known);
  const before = known.get(message);
  if (before) return before;
  const plan = types
    .get(type)
    ?.groups.flat()
    .find(({ name }) => name === step)?.[side];
  const received = callee.receive({ saga, step, side, key, head: head() }, plan as SidePlan);
  known.set(message, received);
  return received;
}
