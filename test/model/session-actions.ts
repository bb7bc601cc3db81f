import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { given } from '../../src/core/base/given.ts';
import type { Chunk } from '../../src/core/fold/session.ts';
import type { Authority, Operation } from '../../src/core/log/operation.ts';
import { request, type Template } from './actions.ts';
import type { Ending } from './completion.ts';
import type { Model } from './model.ts';

/** Which session is meant, once it is known what there is: the nth of those that are led, that live, or that ever were. */
interface Which {
  readonly of: 'led' | 'live' | 'ever';
  readonly n: number;
}

/** In whose name: the operator that leads, one that did before, nobody, or someone who takes over. */
type By = 'operator' | 'stale' | 'nobody' | 'force';

/** Something to be done to sessions, before it is known what the log holds. */
export type SessionTemplate =
  | ({ readonly op: 'new'; readonly id: Which | 'fresh'; readonly theme: string | number; readonly number?: number } & {
      readonly data: Chunk;
      readonly delay: number;
      readonly order?: string;
    })
  | { readonly op: 'lead'; readonly which: Which | undefined; readonly theme: string | number }
  | { readonly op: 'append' | 'replace'; readonly which: Which; readonly by: By; readonly data: Chunk }
  | {
      readonly op: 'store';
      readonly which: Which;
      readonly by: By;
      readonly seconds: number;
      readonly error?: string;
      readonly interrupted?: true;
    }
  | { readonly op: 'park' | 'ready' | 'remove'; readonly which: Which; readonly by: By }
  | { readonly op: 'theme'; readonly theme: string; readonly number?: number; readonly paused?: boolean }
  | ({ readonly op: 'complete'; readonly which: Which; readonly by: By; readonly request: Template | number } & {
      readonly respond?: string | number;
    });

/** A task as it is submitted: an operation, or a request that ends a session. */
export type SessionTask =
  | { readonly operation: Operation }
  | { readonly request: Template | number; readonly completes: Ending };

const from = <T>(...values: T[]) => fc.constantFrom(...values);
const themes = ['a', 'b', 'é'];
/** One that is taken by another name, and one that no theme has. */
const theme = fc.oneof(
  { weight: 20, arbitrary: from<string | number>(...themes) },
  { weight: 3, arbitrary: from<string | number>(crc32('a'), crc32('b'), 7) },
);
const which: fc.Arbitrary<Which> = fc.record({ of: from('led', 'live', 'live', 'ever'), n: fc.nat(20) }) as never;
const led: fc.Arbitrary<Which> = fc.record({ of: from('led', 'led', 'led', 'live'), n: fc.nat(20) }) as never;
const by = fc.oneof(
  { weight: 10, arbitrary: fc.constant<By>('operator') },
  { weight: 2, arbitrary: from<By>('stale', 'nobody', 'force') },
);
const data: fc.Arbitrary<Chunk> = from<Chunk>({ data: 1 }, { data: { é: [null] } }, { base64: 'AAH/' }, { data: null });
const seconds = from(0, 0.5, 1, 3, 100);
const order = from(undefined, undefined, 'k', 'k', 'é', 'ka');

const make = fc.record({
  op: fc.constant('new' as const),
  id: fc.oneof({ weight: 12, arbitrary: fc.constant('fresh' as const) }, { weight: 1, arbitrary: which }),
  theme,
  data,
  delay: from(0, 0, 0, 1, 3),
  order,
});
const conflicting = fc.record({
  ...{ op: fc.constant('new' as const), id: fc.constant('fresh' as const), theme: fc.constant('other') },
  ...{ number: from(crc32('a'), 99), data, delay: fc.constant(0), order },
});

/** One thing to be done to sessions. */
const sessionTemplate = fc.oneof(
  { weight: 12, arbitrary: make },
  { weight: 1, arbitrary: conflicting },
  { weight: 12, arbitrary: fc.record({ op: fc.constant('lead'), which: fc.constant(undefined), theme }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('lead'), which, theme }) },
  { weight: 4, arbitrary: fc.record({ op: from('append', 'append', 'replace'), which: led, by, data }) },
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ op: fc.constant('store'), which: led, by, seconds, error: from(undefined, 'it') },
      interrupted: from(undefined, undefined, true),
    }),
  },
  { weight: 7, arbitrary: fc.record({ op: from('remove', 'remove', 'remove', 'park', 'ready'), which: led, by }) },
  { weight: 5, arbitrary: fc.record({ op: from('ready', 'park', 'remove'), which, by: from<By>('nobody', 'force') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('theme'),
      theme: from(...themes),
      paused: from(true, false, false, undefined),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ op: fc.constant('complete'), which: led, by: from<By>('operator', 'operator', 'operator', 'stale') },
      request: fc.oneof({ weight: 3, arbitrary: request }, { weight: 2, arbitrary: fc.nat(20) }),
      respond: from<string | number | undefined>(undefined, 'b', 'answers', 99),
    }),
  },
) as fc.Arbitrary<SessionTemplate>;

const who = fc.nat(2);

/** Something that happens to sessions: a batch through one handle, or one thing each through several at once. */
export type SessionAction =
  | { readonly do: 'operate'; readonly who: number; readonly tasks: readonly SessionTemplate[] }
  | { readonly do: 'operate-race'; readonly tasks: readonly (readonly [number, SessionTemplate])[] }
  | {
      readonly do: 'operate-late';
      readonly who: number;
      readonly task: SessionTemplate;
      readonly first: SessionTemplate;
    }
  | { readonly do: 'jump'; readonly ms: number };

/** One of them. The clock jumps, too. */
export const sessionAction = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      ...{ do: fc.constant('operate'), who },
      tasks: fc.array(sessionTemplate, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('operate-race'),
      tasks: fc.array(fc.tuple(who, sessionTemplate), { minLength: 2, maxLength: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('operate-late'), who, task: sessionTemplate, first: sessionTemplate }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('jump'), ms: from(-60_000, -2_000, 700, 9_000, 25_000) }) },
) as fc.Arbitrary<SessionAction>;

/** What a template means now. `fresh` is an id that was never used. */
export function fillInSession(template: SessionTemplate, fresh: string, model: Model): SessionTask {
  const id = (wanted: Which) => sessionOf(wanted, model) ?? 'never';
  switch (template.op) {
    case 'new': {
      const { op, id: wanted, theme, number, data: chunk, delay, order } = template;
      const session = wanted === 'fresh' ? fresh : id(wanted);
      return operation({ op, session, theme, chunk, ...given({ number, order }), delay, bytes: bytesOf(chunk) });
    }
    case 'theme': {
      const { op, theme, number, paused } = template;
      return operation({ op, theme, ...given({ number, paused }) });
    }
    case 'lead': {
      const { op, which, theme } = template;
      if (which) return operation({ op, session: id(which), operator: 'someone', lease: 30 });
      // The log names no theme of a lead; the operator does, so that the model knows what was asked for.
      return operation({ op, theme, operator: `next of ${JSON.stringify(theme)}`, lease: 10 });
    }
    case 'complete': {
      const session = id(template.which);
      const { epoch = 0 } = authority(template.by, session, model);
      return { request: template.request, completes: { session, epoch, ...given({ respond: template.respond }) } };
    }
    default:
      return operation(stepOf(template, id(template.which), model));
  }
}

function stepOf(
  template: Extract<SessionTemplate, { which: Which; by: By }>,
  session: string,
  model: Model,
): Operation {
  const step = { session, ...authority(template.by, session, model) };
  switch (template.op) {
    case 'append':
    case 'replace':
      return { op: template.op, ...step, chunk: template.data, bytes: bytesOf(template.data) };
    case 'store':
      return { op: 'store', ...step, seconds: template.seconds, ...given(whyOf(template)) };
    case 'park':
      return { op: 'park', ...step, error: 'poison' };
    default:
      return { op: template.op as 'ready' | 'remove', ...step };
  }
}

const whyOf = ({ error, interrupted }: { error?: string; interrupted?: true }) => ({ error, interrupted });

const operation = (each: Operation): SessionTask => ({ operation: each });

function authority(by: By, session: string, model: Model): Pick<Authority, 'epoch' | 'force'> {
  const epoch = model.sessions.at(session)?.session?.epoch ?? 1;
  if (by === 'nobody') return {};
  if (by === 'force') return { force: true };
  return { epoch: by === 'stale' ? Math.max(0, epoch - 1) : epoch };
}

function sessionOf({ of, n }: Which, model: Model): string | undefined {
  const ids = model.sessions.ids();
  const led = ids.filter((id) => model.sessions.at(id)?.session?.status === 'active');
  const live = ids.filter((id) => model.sessions.at(id)?.session);
  const pool = of === 'led' && led.length > 0 ? led : of !== 'ever' && live.length > 0 ? live : ids;
  return pool[n % Math.max(1, pool.length)];
}

function bytesOf(chunk: Chunk): number {
  return 'base64' in chunk ? Buffer.from(chunk.base64, 'base64').length : Buffer.byteLength(JSON.stringify(chunk.data));
}
