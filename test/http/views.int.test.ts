// Goal: what clients read is the fold of the log at one position, they see their own writes, and they miss no record of a
// stream. Method: a real frontend on an environment that another process writes, asked a page at a time, and cut off.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Site } from './site.ts';

let site: Site;
let url: string;

const set = (id: string, key: string, value: number) => ({
  id,
  type: 'set',
  changes: [{ op: 'set', key, value }] as never,
});

beforeAll(async () => {
  site = await Site.open();
  url = await site.serve({ isDirect: true });
  for (let i = 0; i < 25; i++) await site.env.submit(set(`s-${i}`, `item/${String(i).padStart(2, '0')}`, i));
  await site.env.submit(set('again', 'item/03', 33));
  await site.env.submit({ id: 'no', type: 'claim', changes: [{ op: 'release', key: 'x', owner: 'nobody' }] });
});

afterAll(() => site.close());

async function ask(path: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(url + path, { headers });
  const text = await answer.text();
  return {
    status: answer.status,
    etag: answer.headers.get('etag') ?? '',
    json: text === '' ? undefined : JSON.parse(text),
  };
}

describe('a state', () => {
  it('is as it is now, or as of a position', async () => {
    expect(await ask('/v1/states/item/03')).toMatchObject({
      status: 200,
      json: { key: 'item/03', value: 33, version: 2 },
    });
    expect(await ask('/v1/states/item%2F03?as-of=20')).toMatchObject({ status: 200, json: { value: 3, version: 1 } });
    expect(await ask('/v1/states/item/03?as-of=2')).toMatchObject({ status: 404, json: { code: 'KEY_NOT_FOUND' } });
    expect(await ask('/v1/states/item/03?as-of=999')).toMatchObject({
      status: 404,
      json: { code: 'POSITION_NOT_FOUND' },
    });
    expect(await ask('/v1/states/none')).toMatchObject({ status: 404, json: { code: 'KEY_NOT_FOUND' } });
    expect(await ask('/v1/states/%01')).toMatchObject({ status: 400, json: { code: 'KEY_INVALID' } });
    expect(await ask('/v1/states/a?as-of=0')).toMatchObject({ status: 400, json: { code: 'USAGE' } });
    expect(await ask('/v1/states/a?as-of=1&as-of=2')).toMatchObject({ status: 400, json: { code: 'USAGE' } });
  });

  it('is not sent again to a client that has it', async () => {
    const { etag } = await ask('/v1/states/item/05');
    expect(await ask('/v1/states/item/05', { 'if-none-match': etag })).toMatchObject({ status: 304, json: undefined });
    expect((await ask('/v1/states/item/05', { 'if-none-match': `"x", W/${etag}` })).status).toBe(304);
    await site.env.submit(set('five', 'item/05', 55));
    expect(await ask('/v1/states/item/05', { 'if-none-match': etag })).toMatchObject({
      status: 200,
      json: { value: 55 },
    });
    expect((await fetch(`${url}/v1/states/item/05`, { method: 'HEAD' })).status).toBe(200);
  });

  it('is seen by the client that wrote it', async () => {
    const { position } = await site.env.head();
    const waiting = ask(`/v1/states/item/06?after=${position + 1}`);
    await site.env.submit(set('six', 'item/06', 66));
    expect(await waiting).toMatchObject({ json: { value: 66 } });
    expect(await ask(`/v1/states/item/06?after=${position + 99}&wait=50ms`)).toMatchObject({
      status: 504,
      json: { code: 'WAIT_TIMEOUT' },
    });
  });
});

describe('a list', () => {
  it('is as of one position, however long it takes to read its pages', async () => {
    const first = await ask('/v1/states?prefix=item/&limit=10');
    expect(first.json.items.map(({ key }: { key: string }) => key)).toEqual(
      Array.from({ length: 10 }, (_, i) => `item/0${i}`),
    );
    await site.env.submit(set('late', 'item/12', 1_000));
    await site.env.submit(set('new', 'item/13a', 1_000));
    const second = await ask(`/v1/states?prefix=item/&limit=10&cursor=${first.json.next}`);
    expect(second.json.position).toBe(first.json.position);
    expect(second.json.items.map(({ value }: { value: number }) => value)).toEqual([
      10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
    ]);
    const third = await ask(`/v1/states?prefix=item/&limit=10&cursor=${second.json.next}`);
    expect(third.json.items).toHaveLength(5);
    expect(third.json.next).toBeUndefined();
    expect((await ask('/v1/states?prefix=item/1&as-of=12')).json.items).toHaveLength(2);
    expect((await ask('/v1/states?prefix=item/', { 'if-none-match': (await ask('/v1/states')).etag })).status).toBe(
      304,
    );
  });

  it.each(['nonsense', Buffer.from('[1]').toString('base64url'), Buffer.from('{"a":1}').toString('base64url')])(
    'refuses a cursor that is none: %s',
    async (cursor) => {
      expect(await ask(`/v1/states?cursor=${cursor}`)).toMatchObject({
        status: 400,
        json: { code: 'USAGE', path: 'cursor' },
      });
    },
  );

  it('has the life of a key', async () => {
    const first = await ask('/v1/history/item/03?limit=1');
    expect(first.json.items).toMatchObject([{ id: 's-3', after: { value: 3 } }]);
    const second = await ask(`/v1/history/item/03?limit=1&cursor=${first.json.next}`);
    expect(second.json.items).toMatchObject([{ id: 'again', before: { value: 3 }, after: { value: 33 } }]);
  });
});

describe('the log', () => {
  const ids = ({ json }: Awaited<ReturnType<typeof ask>>) => json.items.map(({ id }: { id: string }) => id);

  it('is filtered as the command filters it', async () => {
    expect(ids(await ask('/v1/log?outcome=rejected'))).toEqual(['no']);
    expect(ids(await ask('/v1/log?key=item/03'))).toEqual(['s-3', 'again']);
    expect(ids(await ask('/v1/log?type=claim&type=other'))).toEqual(['no']);
    expect(ids(await ask('/v1/log?from=3&to=5'))).toEqual(['s-2', 's-3', 's-4']);
    expect(ids(await ask(`/v1/log?where=${encodeURIComponent('id == "s-7"')}`))).toEqual(['s-7']);
    expect(ids(await ask('/v1/log?since=2999-01-01T00:00:00Z'))).toEqual([]);
    expect(await ask('/v1/log?where=nope(')).toMatchObject({ status: 400, json: { code: 'FILTER_INVALID' } });
    expect(await ask('/v1/log?since=yesterday')).toMatchObject({ status: 400, json: { code: 'USAGE' } });
    expect(await ask('/v1/log?limit=1001')).toMatchObject({ status: 400, json: { code: 'USAGE' } });
  });

  it.each([false, true])('comes a page at a time (reverse: %s), each record once', async (reverse) => {
    const all: string[] = [];
    let next = '';
    do {
      const answer = await ask(`/v1/log?limit=7&reverse=${reverse}&to=27${next && `&cursor=${next}`}`);
      all.push(...ids(answer));
      next = answer.json.next ?? '';
      await site.env.submit(set(`more-${reverse}-${all.length}`, 'more', 1));
    } while (next !== '');
    const wanted = [...Array.from({ length: 25 }, (_, i) => `s-${i}`), 'again', 'no'];
    expect(all).toEqual(reverse ? wanted.reverse() : wanted);
  });

  it('has all about a transaction', async () => {
    expect(await ask('/v1/transactions/again')).toMatchObject({
      status: 200,
      json: {
        kind: 'transaction',
        record: { id: 'again' },
        keys: [{ key: 'item/03', before: { value: 3 }, after: { value: 33 } }],
      },
    });
    expect(await ask('/v1/transactions/none')).toMatchObject({ status: 404, json: { code: 'TRANSACTION_NOT_FOUND' } });
  });
});

/** Follows a stream of events; what came so far, and how to break it off. */
async function follow(path: string, headers: Readonly<Record<string, string>> = {}) {
  const asked = get(`${url}${path}`, { headers });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  answer.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  answer.on('error', () => undefined);
  return {
    answer,
    text: () => text,
    ids: () =>
      [...text.matchAll(/^id: (\d+)\nevent: record\ndata: (.*)$/gm)].map(([, id = '', data = '']) => [
        Number(id),
        JSON.parse(data).id,
      ]),
    end: () => void asked.destroy(),
  };
}

describe('a stream of the log', () => {
  it('brings each record once, also over connections that break', async () => {
    const { position } = await site.env.head();
    const first = await follow('/v1/log/stream?type=live');
    expect(first.answer.headers['content-type']).toBe('text/event-stream');
    await expect.poll(() => first.text()).toBe(`retry: 1000\nid: ${position}\n\n`);
    const submit = (id: string) =>
      site.env.submit({ id, type: 'live', changes: [{ op: 'add', key: 'live', value: 1 }] });
    await submit('l-1');
    await site.env.submit(set('between', 'between', 1));
    await submit('l-2');
    await expect
      .poll(() => first.ids())
      .toEqual([
        [position + 1, 'l-1'],
        [position + 3, 'l-2'],
      ]);
    first.end();
    await submit('l-3');
    const second = await follow('/v1/log/stream?type=live', { 'last-event-id': String(position + 3) });
    await submit('l-4');
    await expect
      .poll(() => second.ids())
      .toEqual([
        [position + 4, 'l-3'],
        [position + 5, 'l-4'],
      ]);
    second.end();
    const third = await follow('/v1/log/stream?type=live&from=1');
    await expect.poll(() => third.ids().map(([, id]) => id)).toEqual(['l-1', 'l-2', 'l-3', 'l-4']);
    third.end();
    expect(await ask('/v1/log/stream', { 'last-event-id': 'x' })).toMatchObject({
      status: 400,
      json: { code: 'USAGE' },
    });
  });

  it('brings all of it to many, also to one that reads slowly', async () => {
    const { position } = await site.env.head();
    const many = await Promise.all(Array.from({ length: 6 }, () => follow('/v1/log/stream?type=big')));
    const slow = await follow('/v1/log/stream?type=big');
    slow.answer.pause();
    const big = (i: number) => ({
      id: `b-${i}`,
      type: 'big',
      changes: [{ op: 'set', key: 'big', value: 'x'.repeat(20_000) }] as never,
    });
    for (let i = 0; i < 600; i++) await site.env.submit(big(i));
    const wanted = Array.from({ length: 600 }, (_, i) => [position + 1 + i, `b-${i}`]);
    const count = (one: { text(): string }) => one.text().split('event: record').length - 1;
    for (const one of many) await expect.poll(() => count(one), { timeout: 20_000, interval: 100 }).toBe(600);
    expect(count(slow)).toBeLessThan(600);
    slow.answer.resume();
    await expect.poll(() => count(slow), { timeout: 20_000, interval: 100 }).toBe(600);
    for (const one of [...many, slow]) expect(one.ids()).toEqual(wanted);
    for (const one of [...many, slow]) one.end();
  });

  it('is taken by many without a warning: each line that a frontend writes is JSON', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => warnings.push(warning);
    process.on('warning', hear);
    const many = await Promise.all(Array.from({ length: 12 }, () => follow('/v1/log/stream')));
    for (const one of many) one.end();
    // Warnings come with the next tick.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', hear);
    expect(warnings).toEqual([]);
  });

  it('ends when the frontend stops, and does not hold it up', async () => {
    const other = await Site.open();
    try {
      const place = url;
      url = await other.serve({ isDirect: true });
      const stream = await follow('/v1/log/stream');
      url = place;
      const ended = once(stream.answer, 'end');
      const began = performance.now();
      await other.stopFrontend();
      await ended;
      expect(performance.now() - began).toBeLessThan(1_900);
    } finally {
      await other.close();
    }
  });
});
