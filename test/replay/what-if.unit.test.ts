// Goal: a replay under other handlers tells exactly which decisions differ and which values would, and changes nothing.
// Method: a log decided by one app is decided again by the same one, by one that refuses more, and by one that adds more.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileApp } from '../../src/app/load-app.ts';
import {
  type App,
  type ChangedKey,
  defineApp,
  type Environment,
  type Flip,
  openEnvironment,
  reject,
} from '../../src/index.ts';

interface Payment {
  readonly amount: number;
}

const paying = (most: number, factor = 1): App => ({
  requests: {
    pay: {
      decide: ({ payload }) => {
        const { amount } = payload as unknown as Payment;
        if (amount > most) return reject('TOO_MUCH', `at most ${most}`);
        return [{ op: 'add', key: 'paid', value: amount * factor }];
      },
    },
  },
});

let env: Environment;

beforeAll(async () => {
  env = await openEnvironment(':memory:', { create: true, app: defineApp(paying(100)) });
  for (const [i, amount] of [10, 60, 200].entries()) {
    await env.submit({ id: `p-${i}`, type: 'pay', payload: { amount } });
  }
});

afterAll(() => env.close());

async function replay(app: App) {
  const flips: Flip[] = [];
  const keys: ChangedKey[] = [];
  const before = (await env.status()).head;
  const report = await env.whatIf(await compileApp(app, 'test'), {
    onFlip: (flip) => void flips.push(flip),
    onKey: (key) => void keys.push(key),
  });
  expect((await env.status()).head).toEqual(before);
  return { report, flips, keys };
}

it('a replay finds no difference under the handlers that decided the log', async () => {
  const { report, flips, keys } = await replay(paying(100));
  expect(report).toEqual({ decided: 3, undecided: 0, flips: 0, changedValues: 0, newKeys: 0, missingKeys: 0 });
  expect([flips, keys]).toEqual([[], []]);
});

it('a replay names each decision that flips, with both outcomes, and the value that follows', async () => {
  const { flips, keys } = await replay(paying(50));
  expect(flips).toMatchObject([
    { id: 'p-1', position: 2, was: { outcome: 'committed' }, would: { outcome: 'rejected', code: 'TOO_MUCH' } },
  ]);
  expect(keys).toEqual([{ key: 'paid', was: 70, would: 10 }]);
});

it('a replay finds values that differ where no decision does', async () => {
  const { report, keys } = await replay(paying(100, 2));
  expect(report).toMatchObject({ flips: 0, changedValues: 1 });
  expect(keys).toEqual([{ key: 'paid', was: 70, would: 140 }]);
});

it('a replay lets others have their turn after each decision that takes long', async () => {
  let turns = 0;
  const seen: number[] = [];
  const others = setInterval(() => (turns += 1), 1);
  const decide = () => {
    seen.push(turns);
    const until = performance.now() + 11;
    while (performance.now() < until);
    return [];
  };
  await replay({ requests: { pay: { decide } } }).finally(() => clearInterval(others));
  expect(new Set(seen).size).toBeGreaterThan(1);
});

it('a replay leaves a decision that the app cannot make as it was, and counts it', async () => {
  const app = defineApp({
    requests: {
      sell: {
        decide: (_, states) => (states.get('sold') ? reject('SOLD', 'no') : [{ op: 'set', key: 'sold', value: 1 }]),
        compensate: () => [{ op: 'set', key: 'sold', value: 'undone' }],
      },
      best: { reducers: { max: (value, argument) => Math.max((value ?? 0) as number, argument as number) } },
    },
  });
  const shop = await openEnvironment(':memory:', { create: true, app });
  const changes = [{ op: 'reduce' as const, key: 'top', reducer: 'max', value: 4 }];
  await shop.submit({ id: 'one', type: 'sell' });
  await shop.submit({ id: 'two', type: 'sell' });
  await shop.submit({ id: 'best', type: 'best', changes });
  await shop.compensate('one');
  await shop.submit({ id: 'sent', type: 'note', changes: [{ op: 'add', key: 'n', value: 1 }] });
  await shop.compensate('sent');
  const same = { flips: 0, changedValues: 0, newKeys: 0, missingKeys: 0 };
  expect(await shop.whatIf(await compileApp({}, 'none'))).toEqual({ decided: 2, undecided: 4, ...same });
  // It stands on what is there now: a claim that is not free is refused all the same.
  await shop.submit({ id: 'three', type: 'sell', expect: [{ key: 'n', exists: true }] });
  const noNotes = await compileApp({ requests: { note: { decide: () => reject('NO', 'no notes') } } }, 'no notes');
  expect(await shop.whatIf(noNotes)).toMatchObject({ undecided: 5, flips: 2, missingKeys: 0 });
  await shop.close();
});
