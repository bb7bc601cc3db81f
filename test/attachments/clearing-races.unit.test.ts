// Goal: a clearing never takes an attachment away that a record names, whatever comes between its look and its removal, and
// however long that takes. Method: stores that remember no use, so that nothing but the order under the lock protects them.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clearUnused } from '../../src/attachments/clear-unused.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { all } from '../kit/all.ts';
import { dumpOf, openEmpty, streamOf, take } from '../sync/dumps.ts';

let env: Environment;
beforeEach(async () => {
  env = await openEmpty();
  const { store } = env.attachments;
  store.has = (digest) => store.find(digest) !== undefined;
  store.find = new Proxy(store.find, {
    apply(find, self, args) {
      const found = Reflect.apply(find, self, args);
      return found && { ...found, time: 0 };
    },
  });
});
afterEach(() => env.close());

const put = async (text: string) => (await env.attachments.put(streamOf(Buffer.from(text)))).digest;
const naming = (id: string, digest: string) => ({
  ...{ id, type: 'file', attachments: [digest] },
  changes: [{ op: 'set' as const, key: id, value: 1 }],
});
const missing = { outcome: 'rejected', rejection: { code: 'ATTACHMENT_MISSING' } };

it('one that is taken between the decision and the lock is missing', async () => {
  const digest = await put('a');
  const { store } = env.attachments;
  const { has } = store;
  store.has = (name) => {
    store.has = has;
    const found = has(name);
    expect(store.remove(name, Number.POSITIVE_INFINITY)).toBe(true);
    return found;
  };
  expect(await env.submit(naming('r', digest))).toMatchObject(missing);
});

it('one that a record names since the look stays', async () => {
  const digests: string[] = [];
  for (let i = 0; i < 120; i++) digests.push(await put(String(i)));
  const { store } = env.attachments;
  const { remove } = store;
  // Long unused, as far as the store knows.
  store.remove = (name) => remove.call(store, name, Number.POSITIVE_INFINITY);
  store.list = async function* () {
    for (const digest of digests) yield { digest, bytes: 1, time: 0 };
  };
  const clearing = env.attachments.clear();
  expect((await clearing.next()).done).toBe(false);
  const last = digests.at(-1) ?? '';
  expect(await env.submit(naming('r', last))).toMatchObject({ outcome: 'committed' });
  const removed = await all(clearing);
  expect(removed).toHaveLength(118);
  expect(store.find(last)).toBeDefined();
  expect(await env.submit(naming('s', digests[0] ?? ''))).toMatchObject(missing);
});

it('one that a request in a queue names stays until that is decided, also when it came since the look', async () => {
  const [queued, later, unnamed] = [await put('queued'), await put('later'), await put('unnamed')];
  const { store } = env.attachments;
  const { remove } = store;
  store.remove = (name) => remove.call(store, name, Number.POSITIVE_INFINITY);
  store.list = async function* () {
    for (const digest of [queued, later, unnamed]) yield { digest, bytes: 1, time: 0 };
  };
  await env.enqueue(naming('r', queued));
  await env.sessions.create('jobs', { attachments: [unnamed] });
  const { adopt } = (env.attachments as unknown as { clearing: { adopt(adoption: unknown): unknown } }).clearing;
  const clearing = {
    ...{ env, store },
    adopt: async (adoption: unknown) => {
      await env.enqueue(naming('s', later));
      return adopt(adoption);
    },
  };
  expect(await all(clearUnused(clearing as never, {}))).toMatchObject([{ digest: unnamed }]);
  await env.work({ untilEmpty: true }).done;
  for (const id of ['r', 's']) expect(await env.wait(id)).toMatchObject({ outcome: 'committed' });
});

it('one that came with a dump and was cleared away before its record ends the import, which goes on later', async () => {
  const digest = await put('x'.repeat(700_000));
  await env.submit(naming('r', digest));
  const dump = await dumpOf(env, { codec: 'null' });
  const mirror = await openEmpty();
  const { store } = mirror.attachments;
  const { begin } = store;
  store.begin = async (name) => {
    const part = await begin.call(store, name);
    const { finish } = part;
    part.finish = async (finished) => {
      const isNew = await finish.call(part, finished);
      expect(store.remove(finished, Number.POSITIVE_INFINITY)).toBe(true);
      return isNew;
    };
    return part;
  };
  await expect(take(mirror, dump)).rejects.toMatchObject({ code: 'ATTACHMENT_NOT_FOUND' });
  store.begin = begin;
  expect((await mirror.head()).position).toBe(0);
  expect(await take(mirror, dump)).toMatchObject({ applied: 1, attachments: 1 });
  await mirror.close();
});
