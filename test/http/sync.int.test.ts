// Goal: an environment travels over HTTP as it does by the commands, in pieces that break off, and only to where it is wanted.
// Method: two sites, one of which follows the other by dumps.
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Site } from './site.ts';

let from: Site;
let to: Site;
let source: string;
let target: string;

beforeEach(async () => {
  from = await Site.open();
  to = await Site.open();
  source = await from.serve({ isDirect: true });
  target = await to.serve({ isDirect: true, takesDumps: true });
  for (let i = 0; i < 50; i++) await add(`r-${i}`);
});

afterEach(async () => {
  await from.close();
  await to.close();
});

const add = (id: string) => from.env.submit({ id, type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
const cursorOf = async (url: string, origin = '') =>
  ((await (await fetch(`${url}/v1/sync/cursor${origin && `?origin=${origin}`}`)).json()) as { cursor: string }).cursor;
const dumpOf = async (query = '') => Buffer.from(await (await fetch(`${source}/v1/sync${query}`)).arrayBuffer());

async function take(dump: Uint8Array | string | ReadableStream, query = '', url = target) {
  const headers = { 'content-type': 'application/avro' };
  const answer = await fetch(`${url}/v1/sync${query}`, {
    method: 'POST',
    body: dump,
    headers,
    duplex: 'half',
  } as RequestInit);
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

it('a mirror takes what it lacks, from its cursor on', async () => {
  expect(await take(await dumpOf())).toMatchObject({
    status: 200,
    json: { mode: 'mirror', applied: 50, complete: true },
  });
  expect((await to.env.get('n'))?.value).toBe(50);
  expect((await to.env.head()).digest).toBe((await from.env.head()).digest);
  await add('r-50');
  const after = await cursorOf(target);
  expect(await take(await dumpOf(`?after=${encodeURIComponent(after)}`))).toMatchObject({
    json: { read: 1, applied: 1 },
  });
  expect(await cursorOf(target)).toBe(await cursorOf(source));
  expect(await cursorOf(target, from.env.unit)).toBe(await cursorOf(source));
  // A mirror takes requests of nobody else.
  const refused = await fetch(`${target}/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] }),
  });
  expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'ENV_MIRROR' }]);
});

it('is streamed from one frontend into another', async () => {
  const answer = await fetch(`${source}/v1/sync`);
  expect(answer.headers.get('content-type')).toBe('application/avro');
  expect(await take(answer.body as never, '?mode=submit')).toMatchObject({ json: { mode: 'submit', applied: 50 } });
  expect((await to.env.get('n'))?.value).toBe(50);
});

it('that breaks off is taken up to there, and goes on', async () => {
  const dump = await dumpOf();
  const cut = await take(dump.subarray(0, dump.length - 100));
  expect(cut).toMatchObject({ status: 400, json: { code: 'DUMP_INCOMPLETE' } });
  expect(await take(dump)).toMatchObject({ status: 200, json: { read: 50, complete: true } });
  expect((await to.env.get('n'))?.value).toBe(50);
});

it('is refused where it does not fit, or is none', async () => {
  const dump = Buffer.from(await dumpOf());
  expect(await take('no dump')).toMatchObject({ status: 400 });
  dump.writeUInt8(dump.readUInt8(dump.length >> 1) ^ 255, dump.length >> 1);
  expect((await take(dump)).status).toBe(400);
  expect(await take('x', '?on-conflict=park')).toMatchObject({ status: 400, json: { code: 'USAGE' } });
  expect(await take('x', '', source)).toMatchObject({ status: 403, json: { code: 'READ_ONLY' } });
  const position = await fetch(`${source}/v1/sync?after=${from.env.unit}:999:${'0'.repeat(64)}`);
  expect(position.status).toBeGreaterThanOrEqual(400);
  expect(position.headers.get('content-type')).toContain('problem+json');
});

it('follows until the frontend stops, and has an end then', async () => {
  const answer = await fetch(`${source}/v1/sync?follow=true`);
  const taken = take(Readable.toWeb(Readable.fromWeb(answer.body as never)) as never);
  await add('late');
  await expect.poll(async () => (await to.env.get('n'))?.value).toBe(51);
  await from.stopFrontend();
  expect(await taken).toMatchObject({ status: 200, json: { applied: 51, complete: true } });
});
