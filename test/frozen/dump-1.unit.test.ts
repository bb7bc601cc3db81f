// Goal: whatever becomes of txlog, a dump of format 1 is read and taken over as it was. Method: fixtures/dumps/format-1 was
// exported once from the frozen environment of format 1, and is never written again.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { verifyDump } from '../../src/index.ts';
import { entriesOf, openEmpty, streamOf, take } from '../sync/dumps.ts';

const root = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const read = (name: string) => readFileSync(`${root}dumps/format-1/${name}`);
const { head, counts } = JSON.parse(readFileSync(`${root}logs/format-1/expected.json`, 'utf8'));

describe.each(['null', 'deflate', 'snappy'])('the frozen dump of codec %s', (codec) => {
  it('gives the environment that it was made from, states included', async () => {
    const env = await openEmpty();
    const report = await take(env, read(`${codec}.avro`));
    expect(report).toMatchObject({ applied: head.position, complete: true });
    expect(report.states).toBeGreaterThan(10);
    const now = await env.head();
    expect(now).toMatchObject({ position: head.position, digest: head.digest });
    expect(now.counts).toMatchObject(counts);
    await env.close();
  });
});

it('the frozen dump of codec zstandard is read where Node has that, and refused by name elsewhere', async () => {
  const dump = read('zstandard.avro');
  if ('zstdCompressSync' in zlib) expect(await entriesOf(dump)).toEqual(await entriesOf(read('null.avro')));
  else await expect(entriesOf(dump)).rejects.toMatchObject({ code: 'CODEC_UNAVAILABLE' });
});

it('the frozen signed dump is trusted with its key', async () => {
  const verifyKey = createPublicKey(read('signed.pub'));
  const summary = await verifyDump(streamOf(read('signed.avro')), { verifyKey, records: true });
  expect(summary).toMatchObject({ codec: 'deflate', end: { complete: true } });
});

it('the frozen partial dump holds what its filter says', async () => {
  const entries = await entriesOf(read('partial.avro'));
  expect(entries.length).toBe(counts.rejected);
  expect(entries.every(({ txn }) => txn?.committed === false)).toBe(true);
});

it('the frozen dump with attachments gives them, and records that name them', async () => {
  const env = await openEmpty();
  expect(await take(env, read('attachments.avro'))).toMatchObject({ applied: 3, attachments: 3, complete: true });
  expect(await env.head()).toMatchObject({
    digest: 'a098780e6d28b4df3aa4ae0ceb6fee0cb59508b0b0c780cf0bfd6973ebb4f43d',
  });
  const [small, large] = [
    'c912db77b7d67f7efb347c7e03ffd85530bc330a31d7f087eff122593b5c9d8f',
    'ebff196c852e94dfa5372b9cd0a65144335bd4aee6d99ada9c1242ccffb21862',
  ];
  expect(await env.transaction('d-1')).toMatchObject({ attachments: [small, large] });
  expect(await env.transaction('d-2')).toMatchObject({ rejection: { code: 'ATTACHMENT_MISSING' } });
  expect(env.attachments.find(large)).toMatchObject({ bytes: 600_000 });
  for await (const problem of env.attachments.verify()) expect(problem).toBeUndefined();
  await env.close();
});

it('the frozen dump of requests with claims and a trace gives both', async () => {
  const env = await openEmpty();
  expect(await take(env, read('claims.avro'))).toMatchObject({ applied: 3, complete: true });
  expect((await env.head()).digest).toBe('fc3cd93bde6ed2e07de6a095970e6f89b3616f9349bd4220ad062269cb627ab7');
  expect(await env.transaction('p-1')).toMatchObject({
    claims: { role: 'clerk', tenant: { id: 7 } },
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    expect: [{ key: 'paid', exists: false }],
  });
  expect(await env.transaction('p-2')).toMatchObject({ claims: { role: 'guest' }, rejection: { code: 'DENIED' } });
  expect(await env.transaction('p-3')).not.toHaveProperty('claims');
  await env.close();
});

it('the frozen masked dump is no mirror, and is submitted', async () => {
  const env = await openEmpty();
  await expect(take(env, read('masked.avro'))).rejects.toMatchObject({ code: 'SYNC_PARTIAL' });
  // Without its attachment, what was rejected there is committed here.
  expect(await take(env, read('masked.avro'), { mode: 'submit' })).toMatchObject({ applied: 3, rejected: 0 });
  expect(await env.transaction('d-3')).toMatchObject({ actor: undefined, payload: null });
  await env.close();
});
