// Goal: a stream of requests is answered line by line, in its order, as fast as the client takes the answers and no faster.
// Method: real frontends; clients that send in odd pieces, all at once, slowly, and that stop reading.
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { post, Site } from './site.ts';

let site: Site | undefined;

afterEach(async () => {
  await site?.close();
  site = undefined;
});

const ndjson = { 'content-type': 'application/x-ndjson' };
const line = (id: string) => JSON.stringify({ id, type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
const lines = async (answer: Response) =>
  (await answer.text())
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));

it.each([true, false])('has one answer for each line, in order (direct: %s)', async (isDirect) => {
  site = await Site.open();
  const url = await site.serve({ isDirect });
  site.work();
  const ids = Array.from({ length: 1_200 }, (_, i) => `r-${i}`);
  const answer = await post(url, `${ids.map(line).join('\n')}\n`, ndjson);
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  const receipts = await lines(answer);
  expect(receipts.map(({ id }) => id)).toEqual(ids);
  expect(new Set(receipts.map(({ outcome }) => outcome))).toEqual(new Set(['committed']));
  expect((await site.env.get('n'))?.value).toBe(1_200);
  expect(await lines(await post(url, ids.slice(0, 3).map(line).join('\n'), ndjson))).toMatchObject(
    ids.slice(0, 3).map((id) => ({ id, duplicate: true })),
  );
});

it('may be longer than any request', async () => {
  site = await Site.open();
  const url = await site.serve({ isDirect: true });
  const bad = `{"type":"x","${'n'.repeat(2_000_000)}":1}\n`;
  expect(await lines(await post(url, bad.repeat(4), ndjson))).toHaveLength(4);
});

it('goes on behind a line that is no request, and tells its problem and its place', async () => {
  site = await Site.open();
  const url = await site.serve({ isDirect: true });
  const text = [line('r-1'), '{"id":', '', '{"type":"x","nope":1}', line('r-1'), line('r-2')].join('\n');
  expect(await lines(await post(url, text, ndjson))).toMatchObject([
    { id: 'r-1', outcome: 'committed' },
    { code: 'JSON_INVALID', status: 400, line: 2 },
    { code: 'REQUEST_INVALID', line: 4, path: 'nope' },
    { id: 'r-1', duplicate: true },
    { id: 'r-2', outcome: 'committed' },
  ]);
});

it('takes nothing behind a line that is no request when the client is strict, and reads all that is sent', async () => {
  site = await Site.open();
  const url = await site.serve({ isDirect: true });
  const behind = Array.from({ length: 600 }, (_, i) => line(`b-${i}`)).join('\n');
  const strict = { ...ndjson, prefer: 'handling=strict' };
  expect(await lines(await post(url, `${line('r-1')}\n{"no":1}\n${behind}\n`, strict))).toMatchObject([
    { id: 'r-1', outcome: 'committed' },
    { code: 'REQUEST_INVALID', line: 2 },
  ]);
  expect((await site.env.head()).position).toBe(1);
});

it('has no dry run, which one request has', async () => {
  site = await Site.open();
  const url = await site.serve();
  expect((await post(url, `${line('r-1')}\n`, ndjson, '/v1/requests?dry-run=true')).status).toBe(400);
  const answer = await post(url, line('r-1'), {}, '/v1/requests?dry-run=true');
  expect(await answer.json()).toMatchObject({ id: 'r-1', outcome: 'committed', durability: 'none', dryRun: true });
  expect((await site.env.head()).position).toBe(0);
});

it('is accepted line by line when the client does not want to wait', async () => {
  site = await Site.open();
  const url = await site.serve();
  const answer = await post(url, `${line('r-1')}\n${line('r-2')}\n`, { ...ndjson, prefer: 'respond-async' });
  expect(await lines(answer)).toMatchObject([
    { outcome: 'accepted', id: 'r-1' },
    { outcome: 'accepted', id: 'r-2' },
  ]);
});

function open(url: string): ClientRequest {
  return request(`${url}/v1/requests`, { method: 'POST', headers: ndjson });
}

it('answers each line of a slow sender before the next one comes', async () => {
  site = await Site.open();
  const asked = open(await site.serve({ isDirect: true }));
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  asked.write(`${line('r-1').slice(0, 9)}`);
  await pause(20);
  asked.write(`${line('r-1').slice(9)}\n`);
  const [answer] = await answered;
  const received: string[] = [];
  answer.setEncoding('utf8').on('data', (text: string) => received.push(text));
  await expect.poll(() => received.join('')).toContain('r-1');
  asked.end(`${line('r-2')}`);
  await once(answer, 'end');
  expect(received.join('')).toContain('r-2');
});

it('reads no faster than the answers are taken', async () => {
  site = await Site.open();
  const asked = open(await site.serve({ isDirect: true }));
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  const total = 20_000;
  // Long answers, which cost nothing to make: the buffers of the system in between hold some megabytes.
  const bad = `{"type":"x","${'n'.repeat(900)}":1}\n`;
  let sent = 0;
  const send = () => {
    while (sent < total) {
      sent += 1;
      if (!asked.write(bad)) return;
    }
    asked.end();
  };
  asked.on('drain', send);
  send();
  const [answer] = await answered;
  for (let before = -1; before !== sent; await pause(300)) before = sent;
  expect(sent).toBeLessThan(total);
  let count = 0;
  for await (const part of answer) for (const byte of part as Buffer) if (byte === 10) count += 1;
  expect(count).toBe(total);
});

it('ends with a client that goes away, and what it sent before is decided', async () => {
  site = await Site.open();
  const url = await site.serve({ isDirect: true });
  const asked = open(url);
  asked.on('error', () => undefined);
  asked.write(`${line('r-1')}\n`);
  await once(asked, 'response');
  asked.destroy();
  await expect.poll(() => site?.env.find('r-1')).toBeDefined();
  expect((await post(url, line('r-2'))).status).toBe(200);
});
