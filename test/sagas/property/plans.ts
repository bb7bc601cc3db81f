import fc from 'fast-check';
import type { Fault } from '../../sim/faulty-storage.ts';

/**
 * What becomes of one attempt of a step. Calls: `ok`; `slow` takes a while; `refuse` for good; `fail` before it did it, `lose`
 * after; `late` does it, and takes longer than it may; `die` and `stop` are the process's, before or after it did it.
 * Questions: the same words for the answer; `never` comes none, `twice` two.
 */
export type Fate =
  | 'ok'
  | 'slow'
  | 'refuse'
  | 'fail'
  | 'lose'
  | 'late'
  | 'never'
  | 'twice'
  | 'die-before'
  | 'die-after'
  | 'stop-before'
  | 'stop-after';

/** One side of a step. Once its fates are used up, the last one stands, or `ok`. */
export interface SidePlan {
  readonly kind: 'run' | 'request' | 'ask';
  readonly fates: readonly Fate[];
  /** It fails however often it is tried, until a person has seen to it. */
  readonly isBroken: boolean;
  readonly attempts: number;
}

/** A step: `saga` has child sagas of steps that are calls. */
export interface StepPlan {
  readonly name: string;
  readonly do: SidePlan | { readonly kind: 'saga'; readonly steps: readonly StepPlan[] };
  readonly undo: SidePlan | undefined;
}

/** A type of saga, and how many there are of it. */
export interface SagaPlan {
  readonly groups: readonly (readonly StepPlan[])[];
  /** Seconds. */
  readonly deadline: number | undefined;
  readonly sagas: number;
  /** What a person does when one of them is stuck. */
  readonly mend: 'retry' | 'skip' | 'force';
}

/** Something that happens from outside, `at` so many ms. */
export type Trouble = { readonly at: number } & (
  | { readonly do: 'kill' | 'drain' | 'killed'; readonly who: number }
  | { readonly do: 'stop'; readonly who: number; readonly ms: number }
  | { readonly do: 'fault'; readonly who: number; readonly write: number; readonly fault: Fault }
  | {
      readonly do: 'word';
      readonly word: 'compensate' | 'skip' | 'retry' | 'answer' | 'force';
      /** Of all sagas, by turns. */
      readonly saga: number;
    }
);

/** A whole story. */
export interface Story {
  readonly seed: number;
  readonly plans: readonly SagaPlan[];
  readonly troubles: readonly Trouble[];
}

const callFates: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fate>('ok') },
  { weight: 3, arbitrary: fc.constantFrom<Fate>('slow', 'fail', 'lose') },
  { weight: 2, arbitrary: fc.constantFrom<Fate>('refuse', 'late') },
);
const crashFates = fc.constantFrom<Fate>('die-before', 'die-after', 'stop-before', 'stop-after');
const answerFates: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Fate>('ok') },
  { weight: 3, arbitrary: fc.constantFrom<Fate>('twice', 'slow', 'refuse') },
  { weight: 2, arbitrary: fc.constantFrom<Fate>('late', 'never', 'lose', 'fail') },
);

function side(crashes: boolean, kinds: readonly SidePlan['kind'][], broken: number): fc.Arbitrary<SidePlan> {
  const call = crashes
    ? fc.oneof({ weight: 12, arbitrary: callFates }, { weight: 1, arbitrary: crashFates })
    : callFates;
  const isBroken = fc.integer({ min: 1, max: 100 }).map((n) => n > 100 - broken);
  return fc.constantFrom(...kinds).chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      fates: fc.array(kind === 'ask' ? answerFates : call, { maxLength: 3 }),
      isBroken,
      attempts: fc.integer({ min: 1, max: 4 }),
    }),
  );
}

const kinds = ['run', 'run', 'run', 'request', 'ask'] as const;

function stepsOf(crashes: boolean, depth: number): fc.Arbitrary<readonly (readonly StepPlan[])[]> {
  const calls = side(crashes, depth > 0 ? kinds : ['run'], 2);
  const child = stepsOf2(crashes, depth);
  const step = fc.record({
    do: child ? fc.oneof({ weight: 12, arbitrary: calls }, { weight: 1, arbitrary: child }) : calls,
    undo: fc.option(side(crashes, kinds, 6), { freq: 5, nil: undefined }),
  });
  const group = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(step).map((one) => [...one]) },
    { weight: 1, arbitrary: fc.array(step, { minLength: 2, maxLength: 3 }) },
  );
  return fc
    .array(group, { minLength: 1, maxLength: depth > 0 ? 6 : 2 })
    .map((groups) => groups.map((steps, g) => steps.map((one, i) => ({ name: `s${g}${'abc'[i]}`, ...one }))));
}

function stepsOf2(crashes: boolean, depth: number) {
  if (depth === 0) return undefined;
  return stepsOf(crashes, depth - 1).map((groups) => ({ kind: 'saga' as const, steps: groups.flat() }));
}

const at = fc.integer({ min: 0, max: 15_000 });
const who = fc.nat(1);
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({ at, do: fc.constantFrom('kill' as const, 'drain' as const, 'killed' as const), who }),
  fc.record({ at, do: fc.constant('stop' as const), who, ms: fc.integer({ min: 500, max: 9_000 }) }),
  fc.record({
    at: fc.constant(0),
    do: fc.constant('fault' as const),
    who,
    write: fc.integer({ min: 1, max: 150 }),
    fault: fc.constantFrom<Fault>('fail-before', 'fail-after', 'die-before', 'die-after'),
  }),
);
const word: fc.Arbitrary<Trouble> = fc.record({
  // While most of them are under way.
  at: fc.integer({ min: 0, max: 5_000 }),
  do: fc.constant('word' as const),
  word: fc.constantFrom('compensate' as const, 'skip' as const, 'retry' as const, 'answer' as const, 'force' as const),
  saga: fc.nat(99),
});

/** What stories are made of. */
export interface Kind {
  readonly crashes: boolean;
  readonly words: boolean;
}

/** Random stories. */
export function stories({ crashes, words }: Kind): fc.Arbitrary<Story> {
  const plan: fc.Arbitrary<SagaPlan> = fc.record({
    groups: stepsOf(crashes, 1),
    deadline: fc.option(fc.integer({ min: 1, max: 20 }), { freq: 3, nil: undefined }),
    sagas: fc.integer({ min: 1, max: 10 }),
    mend: fc.constantFrom('retry' as const, 'skip' as const, 'force' as const),
  });
  return fc.record({
    seed: fc.nat(1_000_000),
    plans: fc.array(plan, { minLength: 1, maxLength: 10 }),
    troubles: fc
      .tuple(fc.array(trouble, { maxLength: crashes ? 8 : 0 }), fc.array(word, { maxLength: words ? 12 : 0 }))
      .map((both) => both.flat()),
  });
}
