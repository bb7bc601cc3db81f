// Goal: a program on another machine submits and reads as one beside the log does, and asks again where that is safe. Method: the
// client against real frontends, which stop, refuse, and are behind something that breaks connections.
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { rejectRequest } from '../../src/core/app/handler-terms.ts';
import { type StoredRecord, toRecordJson } from '../../src/index.ts';
import { toTransactionJson } from '../../src/shapes/transaction.ts';
import { Site } from '../http/site.ts';

let site: Site;
const servers: Server[] = [];
/** Lines of each body that was passed on. */
const sizes: number[] = [];

const add = (id?: string) => ({
  ...(id && { id }),
  type: 'count',
  changes: [{ op: 'add', key: 'n', value: 1 }] as const,
});

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

beforeEach(async () => {
  site = await Site.open({ requests: { odd: { decide: () => rejectRequest('ODD', 'it is odd', 'k') } } });
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await site.close();
});

it('submits, and has the receipt that the environment gives', async () => {
  const shop = connect(await site.serve());
  site.work();
  const receipt = await shop.submit(add('r-1'));
  const { outcome, position, time } = await site.env.transaction('r-1');
  expect(receipt).toEqual({ id: 'r-1', outcome, position, time, duplicate: false, durability: 'fsync' });
  expect(await shop.submit(add('r-1'))).toEqual({ ...receipt, duplicate: true });
  expect((await shop.submit(add())).id).toMatch(/^[0-9a-f-]{36}$/);
  const odd = await shop.submit({ id: 'o-1', type: 'odd', payload: 1 });
  expect(odd).toMatchObject({ outcome: 'rejected', rejection: { code: 'ODD', reason: 'it is odd', key: 'k' } });
  await shop.submit({ id: 'c-1', type: 'claim', changes: [{ op: 'claim', key: 'k', value: 1 }] });
  const taken = await shop.submit({ id: 'c-2', type: 'claim', changes: [{ op: 'claim', key: 'k', value: 1 }] });
  expect(taken.rejection?.owner).toEqual({ id: 'c-1', position: (await site.env.transaction('c-1')).position });
});

it('queues, and waits for as long as it is told to', async () => {
  const shop = connect(await site.serve());
  const queued = { id: 'r-1', session: 'r-1', duplicate: false, durability: 'fsync' };
  expect(await shop.enqueue(add('r-1'))).toMatchObject(queued);
  await expect(shop.wait('r-1', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
  await expect(shop.submit(add('r-2'), { timeoutMs: 50 })).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
  await expect(shop.wait('none')).rejects.toMatchObject({ code: 'TRANSACTION_NOT_FOUND' });
  const waiting = shop.wait('r-1');
  site.work();
  expect(await waiting).toMatchObject({ id: 'r-1', outcome: 'committed' });
});

it('reads states and records as they are', async () => {
  const shop = connect(await site.serve({ isDirect: true }));
  for (let i = 0; i < 250; i++)
    await site.env.submit({ id: `s-${i}`, type: 'set', changes: [{ op: 'set', key: `k/${1000 + i}`, value: i }] });
  await site.env.submit({
    id: 'p',
    type: 'claim',
    changes: [{ op: 'claim', key: 'mail/é b', value: 1, pending: 100 }],
  });
  expect(await shop.get('mail/é b')).toEqual(await site.env.get('mail/é b'));
  expect(await shop.get('k/1003')).toEqual(await site.env.get('k/1003'));
  expect(await shop.get('k/1003', { asOf: 2 })).toBeUndefined();
  expect(await shop.get('none')).toBeUndefined();
  const states = await allOf(shop.states({ prefix: 'k/' }));
  expect(states).toEqual(await allOf(site.env.states({ prefix: 'k/' })));
  const ids = (await allOf(shop.records({ types: ['set'] }, { reverse: true }))).map(({ id }) => id);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([250, 's-249', 's-0']);
  await expect(allOf(shop.records({ where: 'nope(' }))).rejects.toMatchObject({ code: 'FILTER_INVALID' });
});

it('tells errors by their codes, and does not ask again what cannot be mended', async () => {
  const shop = connect(await site.serve({ isDirect: true }));
  await expect(shop.submit({ type: '' })).rejects.toMatchObject({ code: 'REQUEST_INVALID', details: { path: 'type' } });
  await shop.submit(add('r-1'));
  await expect(shop.submit({ ...add('r-1'), type: 'other' })).rejects.toMatchObject({ code: 'REQUEST_ID_CONFLICT' });
  expect(() => connect('ftp://a')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  expect(() => connect('http://a/path')).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

/** Passes requests on, but for those that it is told to break: before they arrive, after they were answered, or in the middle of that. */
async function breaker(target: string, faults: ('before' | 'after' | 'half' | 'page')[]): Promise<string> {
  const server = createServer((asked, answer) => {
    const fault = faults.shift();
    if (fault === 'before') return void asked.socket.destroy();
    if (fault === 'page')
      return void answer.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>');
    const { method, url, headers } = asked;
    const passed = request(
      new URL(url ?? '', target),
      { method, headers: { ...headers, host: 'localhost' } },
      (got) => {
        if (fault === 'after') return void asked.socket.destroy();
        answer.writeHead(got.statusCode ?? 0, got.headers);
        if (fault === 'half')
          return void got.once('data', (part: Buffer) =>
            answer.write(part.subarray(0, 5_000), () => asked.socket.destroy()),
          );
        got.pipe(answer);
      },
    );
    let lines = 0;
    asked.on('data', (part: Buffer) => {
      lines += part.toString('latin1').split('\n').length - 1;
    });
    asked.on('end', () => sizes.push(lines));
    asked.pipe(passed);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

it('asks again with the same id when it does not know the outcome: a request is decided once', async () => {
  const url = await site.serve({ isDirect: true });
  const shop = connect(await breaker(url, ['before', 'after', 'page', 'after']));
  const receipt = await shop.submit(add());
  expect(receipt).toMatchObject({ outcome: 'committed', duplicate: true });
  expect((await site.env.get('n'))?.value).toBe(1);
});

it('submits many in their order over connections that break, and says which are not answered', async () => {
  const url = await site.serve({ isDirect: true });
  const shop = connect(await breaker(url, ['before', 'after', 'half', 'page', 'half']));
  const ids = Array.from({ length: 600 }, (_, i) => `m-${i}`);
  sizes.length = 0;
  const { answers, lost } = await shop.submitMany(ids.map(add));
  expect(lost).toBeUndefined();
  expect(answers.map((answer) => (answer.type === 'receipt' ? answer.receipt.id : answer))).toEqual(ids);
  // Only what has no answer is sent again.
  const [after, half, again, rest] = sizes;
  expect([after, half]).toEqual([600, 600]);
  expect(again).toBeLessThan(600);
  expect(rest).toBeLessThan(again ?? 0);
  expect((await site.env.get('n'))?.value).toBe(600);
  const bad = { id: 'bad', type: 'count', changes: [{ op: 'nope' }] } as never;
  const strict = await shop.submitMany([add('s-1'), bad, add('s-2')], { isStrict: true });
  expect(strict.answers.map(({ type }) => type)).toEqual(['receipt', 'error']);
  expect((await shop.submitMany([bad, add('s-2')])).answers.map(({ type }) => type)).toEqual(['error', 'receipt']);
  const none = connect(await breaker(url, ['before', 'before']), { attempts: 2 });
  expect(await none.submitMany([add('n-1')])).toMatchObject({ answers: [], lost: { code: 'SERVICE_FAILED' } });
});

it('waits for what is queued of many, and tells when nobody decides it', async () => {
  const shop = connect(await site.serve());
  const queued = await shop.submitMany([add('q-1'), add('q-2')], { isAsync: true });
  expect(queued.answers).toMatchObject([{ type: 'accepted', accepted: { id: 'q-1' } }, { type: 'accepted' }]);
  const stop = AbortSignal.abort();
  expect(await shop.submitMany([add('q-1')], { timeoutMs: 1, signal: stop })).toMatchObject({
    answers: [],
    lost: { code: 'WAIT_TIMEOUT' },
  });
  site.work();
  expect((await shop.submitMany([add('q-1'), add('q-2')])).answers).toMatchObject([
    { receipt: { id: 'q-1' } },
    { receipt: { id: 'q-2', outcome: 'committed' } },
  ]);
});

it('is reached over a unix socket', async () => {
  const path = join(site.dir, '..', 'socket');
  await site.serve({ isDirect: true, listen: `unix:${path}` });
  for (const url of [`unix:${path}`, `http+unix://${encodeURIComponent(path)}`])
    expect(await connect(url).submit(add('u-1'))).toMatchObject({ id: 'u-1', outcome: 'committed' });
});

it('has the reads of an open environment', async () => {
  const shop = connect(await site.serve({ isDirect: true }));
  await site.env.submit({ id: 'h-1', type: 'set', actor: 'ann', changes: [{ op: 'set', key: 'é', value: 1 }] });
  await site.env.submit({ id: 'h-2', type: 'odd', payload: 1, causation: 'h-1' });
  await site.env.sessions.create('mail', { to: 'ann' }, { id: 's-1' });
  await site.env.sessions.remove('s-1');
  // What its JSON does not tell of a record.
  const told = (records: readonly StoredRecord[]) =>
    records.map(({ decided: _, rejection, ...rest }) => ({ ...rest, rejection: rejection?.code }));
  const [, second] = await allOf(shop.records());
  expect(told(await allOf(shop.records()))).toEqual(told(await allOf(site.env.records())));
  expect(await allOf(shop.records({ where: ({ id }) => id === 'h-2' }, { limit: 1 }))).toEqual([second]);
  expect(await allOf(shop.records({ since: 0, until: 8.64e15, to: 1 }))).toHaveLength(1);
  expect(toTransactionJson(await shop.inspect('h-2'))).toEqual(toTransactionJson(await site.env.inspect('h-2')));
  expect(toRecordJson(await shop.transaction(1))).toEqual(toRecordJson(await site.env.transaction(1)));
  expect(await shop.find('none')).toBeUndefined();
  expect(await shop.linked('h-1')).toEqual(await site.env.linked('h-1'));
  expect(await shop.completeId('h-1', 'transaction')).toBe('h-1');
  expect(await shop.idsWithPrefix('transaction', 'h', 1)).toEqual(['h-1']);
  expect(await shop.wait('s-1')).toEqual(await site.env.wait('s-1'));
  expect(await shop.positionAt(Date.now())).toBe((await shop.head()).position);
  expect(await shop.positionAt(0)).toBe(0);
  const [entry] = await allOf(shop.history('é'));
  const [{ record, ...states } = {}] = await allOf(site.env.history('é'));
  expect(entry).toMatchObject({ ...states, record: { id: record?.id, time: record?.time } });
  expect(await shop.status()).toMatchObject({ head: { position: '4' }, unit: site.env.unit });
  expect(await shop.key('é')).toMatchObject({ kind: 'key', key: 'é' });
  expect(await shop.session('s-1')).toMatchObject({ session: 's-1', status: 'removed' });
});

it('gives up after so many tries, and says that the outcome is not known', async () => {
  const shop = connect(await breaker('http://127.0.0.1:1', ['before', 'before', 'before']), { attempts: 3 });
  await expect(shop.submit(add('r-1'))).rejects.toMatchObject({
    code: 'SERVICE_FAILED',
    details: { hint: expect.stringContaining('not known') },
  });
  const stop = AbortSignal.abort(new Error('enough'));
  await expect(shop.submit(add('r-1'), { signal: stop })).rejects.toThrow('enough');
});

it('asks again when it was too often, or the queue too deep', async () => {
  const shop = connect(await site.serve({ isDirect: true, rate: 3 }));
  await Promise.all(Array.from({ length: 6 }, (_, i) => shop.submit(add(`r-${i}`))));
  expect((await site.env.get('n'))?.value).toBe(6);
});

it('follows the log over connections that break, and misses nothing', async () => {
  const shop = connect(await breaker(await site.serve({ isDirect: true, name: 'a' }), []));
  const stop = new AbortController();
  const ids: unknown[] = [];
  const following = (async () => {
    for await (const { id } of shop.follow({ types: ['count'], from: 1 }, { signal: stop.signal })) ids.push(id);
  })();
  await site.env.submit(add('r-1'));
  await expect.poll(() => ids).toEqual(['r-1']);
  for (const server of servers) server.closeAllConnections();
  await site.env.submit(add('r-2'));
  await expect.poll(() => ids, { timeout: 5_000 }).toEqual(['r-1', 'r-2']);
  stop.abort();
  await following;
  await expect(shop.follow({ where: '(' }, { signal: new AbortController().signal }).next()).rejects.toMatchObject({
    code: 'FILTER_INVALID',
  });
});

it('does not blame a line for a frontend that takes no more', async () => {
  const stopped = { type: 'x', status: 503, detail: 'no more work is taken', code: 'EMERGENCY_STOP', line: 1 };
  const server = createServer((_, answer) => answer.end(`${JSON.stringify(stopped)}\n`));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const { port } = server.address() as AddressInfo;
    const { lost } = await connect(`http://127.0.0.1:${port}`, { attempts: 1 }).submitMany([add('n-1')]);
    expect(lost).toMatchObject({ code: 'EMERGENCY_STOP' });
    expect(lost?.details.line).toBeUndefined();
  } finally {
    server.close();
  }
});
