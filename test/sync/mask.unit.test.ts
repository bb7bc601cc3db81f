// Goal: a masked dump shows nothing that its mask has not let through, says that it is masked, and can be submitted. Method:
// environments in memory with a secret in every place that a record has; the bytes of the dump are searched for it.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import { loadMask, type Mask, type MaskFunction } from '../../src/index.ts';
import { dumpOf, entriesOf, openEmpty, take } from './dumps.ts';

const secret = 'ann@example.com';
const hidden = `x${createHash('sha256').update(secret).digest('hex').slice(0, 8)}`;
/** Takes the secret out of a text, wherever it stands. */
const hide = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll(secret, hidden)) as T;
const hideAll: MaskFunction = (record) => hide(record);

const hostile = <T extends object>(record: T): T =>
  new Proxy(record, {
    ownKeys() {
      throw new Error('not for you');
    },
  });

let origin: Environment;
let target: Environment;
beforeEach(async () => {
  origin = await openEmpty();
  target = await openEmpty();
});
afterEach(async () => {
  await origin.close();
  await target.close();
});

async function fillWithSecrets(): Promise<void> {
  await origin.submit({
    ...{
      id: `signup-${secret}`,
      type: 'signup',
      actor: secret,
      payload: { mail: secret },
      correlation: secret,
      claims: { mail: secret },
    },
    changes: [
      { op: 'claim', key: `email/${secret}`, value: secret },
      { op: 'set', key: 'customer/1', value: { mail: secret } },
    ],
    expect: [{ key: `email/${secret}`, exists: false }],
  });
  // A rejection names the key and the owner, in fields and in its reason.
  await origin.submit({ id: 'late', type: 'signup', changes: [{ op: 'claim', key: `email/${secret}`, value: 2 }] });
  await origin.submit({
    ...{ id: 'moved', type: 'move' },
    changes: [{ op: 'release', key: `email/${secret}`, owner: `signup-${secret}` }],
  });
  await origin.submit({ id: 'n-1', type: 'note', changes: [{ op: 'add', key: 'notes', value: 1 }] });
  await origin.compensate('n-1', { id: 'undo', reason: `for ${secret}`, actor: secret });
  // The engine's own records hold the same data.
  await origin.sessions.create('mail', { to: secret }, { id: 'mail-1' });
  await origin.enqueue({
    id: 'queued',
    type: 'note',
    payload: secret,
    changes: [{ op: 'add', key: 'notes', value: 1 }],
  });
}

describe('a masked dump', () => {
  beforeEach(fillWithSecrets);

  it('holds the secret nowhere, and says that it is masked', async () => {
    const plain = await dumpOf(origin, { codec: 'null' });
    expect(plain.includes(secret)).toBe(true);
    const dump = await dumpOf(origin, { codec: 'null', mask: hideAll });
    expect(dump.includes(secret)).toBe(false);
    const txns = (await entriesOf(dump)).map(({ txn }) => txn);
    expect(txns.map((txn) => txn?.type)).toEqual(['signup', 'signup', 'move', 'note', 'txlog.compensate']);
    // The digest of a record tells who guesses right what was masked.
    expect(txns.map((txn) => txn?.digest)).toEqual(Array(5).fill(null));
    expect(txns[1]?.rejection).toEqual({
      ...{ code: 'KEY_OWNED', reason: 'masked', key: null, ownerId: null, ownerPosition: null, seen: null },
    });
    await expect(take(target, dump)).rejects.toMatchObject({ code: 'SYNC_PARTIAL' });
  });

  it('is submitted: the same decisions, about other names; a second time nothing', async () => {
    const dump = await dumpOf(origin, { mask: hideAll });
    expect(await take(target, dump, { mode: 'submit' })).toMatchObject({ read: 5, applied: 5, rejected: 1 });
    expect(await target.transaction('late')).toMatchObject({
      rejection: { code: 'KEY_OWNED', key: `email/${hidden}`, owner: { id: `signup-${hidden}` } },
    });
    expect(await target.get(`email/${hidden}`)).toBeUndefined();
    expect(await target.get('notes')).toEqual(await origin.get('notes'));
    expect(await target.transaction('undo')).toMatchObject({ outcome: 'committed', compensates: 4 });
    expect(await take(target, dump, { mode: 'submit' })).toMatchObject({ applied: 0, duplicate: 5 });
  });

  it('goes on from its cursor, past records that it left out', async () => {
    const first = await dumpOf(origin, { mask: { signup: () => undefined, '*': hideAll } });
    expect(await take(target, first, { mode: 'submit' })).toMatchObject({ read: 3 });
    const after = await target.sync.cursor(origin.unit);
    expect(after).toBe(await origin.sync.cursor());
    await origin.submit({ id: 'n-2', type: 'note', changes: [{ op: 'add', key: 'notes', value: 5 }] });
    const rest = await dumpOf(origin, { after, mask: hideAll });
    expect(await take(target, rest, { mode: 'submit' })).toMatchObject({ read: 1, applied: 1 });
  });

  it('with one function for each type strips what it does not know of compensations', async () => {
    const mask: Mask = { signup: hideAll, move: hideAll, note: hideAll };
    const dump = await dumpOf(origin, { codec: 'null', mask });
    expect(dump.includes(secret)).toBe(false);
    const undo = (await entriesOf(dump)).at(-1)?.txn;
    expect(undo).toMatchObject({ id: 'undo', actor: null, payload: null, changes: '[]', compensates: 4 });
  });

  it.each<[string, Mask, string]>([
    ['knows not every type', { signup: hideAll }, 'no function for the type move, and none for "*"'],
    ['throws', () => Reflect.get(Object(undefined), 'x').y, 'it threw'],
    ['returns a promise', (async () => undefined) as unknown as MaskFunction, 'promise'],
    ['returns no record', (() => 7) as unknown as MaskFunction, 'neither a record nor undefined'],
    [
      'returns half a record',
      (({ type, time, outcome }) => ({ type, time, outcome })) as MaskFunction,
      'position 1: it',
    ],
    ['adds a field', (record) => ({ ...record, note: 1 }), 'a field "note"'],
    ['returns what throws when it is read', (record) => hostile({ ...record }), 'cannot be read'],
    ['changes the outcome', (record) => ({ ...record, outcome: 'rejected' }), 'it changed outcome'],
    ['makes an invalid key', (record) => ({ ...record, changes: [{ op: 'set', key: '', value: 1 }] }), 'KEY'],
    ['makes what is no JSON', (record) => ({ ...record, payload: Number.NaN }), 'no valid record'],
    ['changes the record that it is given', (record) => Object.assign(record, { actor: 'x' }), 'it threw'],
  ])('fails when its mask %s: MASK_FAILED, and no dump', async (_, mask, reason) => {
    const failing = dumpOf(origin, { mask });
    await expect(failing).rejects.toMatchObject({ code: 'MASK_FAILED' });
    await expect(dumpOf(origin, { mask })).rejects.toThrow(reason === 'KEY' ? /key/ : reason);
  });

  it('has no states', async () => {
    await expect(dumpOf(origin, { mask: hideAll, states: true })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('a module with a mask', () => {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-mask-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const write = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };

  it('is a function, or an object of functions, in JavaScript or TypeScript', async () => {
    expect(typeof (await loadMask(write('one.mjs', 'export default (record) => record;')))).toBe('function');
    const table = await loadMask(write('many.ts', 'export default { a: (record: object) => record };'));
    expect(Object.keys(table)).toEqual(['a']);
  });

  it.each(['export default 7;', 'export default { a: 1 };', 'export const mask = (record) => record;'])(
    'is refused otherwise: %s',
    async (text) => {
      const file = write(`bad-${text.length}.mjs`, text);
      await expect(loadMask(file)).rejects.toMatchObject({ code: 'APP_INVALID' });
    },
  );
});
