// Goal: attachments are named by what they hold, transactions name them and are refused without them, and dumps bring them.
// Method: environments in memory; streams that break off, go on, lie about their digest; dumps with pieces left out.
import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { type Change, defineApp, type HandlerRequest, limits, openEnvironment } from '../../src/index.ts';
import { toHex } from '../../src/layout/hex.ts';
import { codecOf } from '../../src/sync/codec/codecs.ts';
import { DumpWriter } from '../../src/sync/format/dump-writer.ts';
import { cursorAt } from '../../src/sync/format/sync-cursor.ts';
import { all } from '../kit/all.ts';
import { dumpOf, entriesOf, headOf, openEmpty, streamOf, take } from '../sync/dumps.ts';

let env: Environment;
let other: Environment;
beforeEach(async () => {
  env = await openEmpty();
  other = await openEmpty();
});
afterEach(async () => {
  await env.close();
  await other.close();
});

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const large = randomBytes(1_300_000);
const small = Buffer.from('a small one');

async function bytesOf(from: Environment, digest: string, range = {}): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of from.attachments.get(digest, range)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A stream that breaks off. */
async function* broken(bytes: Buffer): AsyncGenerator<Buffer> {
  yield* streamOf(bytes);
  throw new Error('the line is cut');
}

/** Tells of each piece that goes out of a part of `env`, or into it. */
function watchParts(on: { readonly read?: () => void; readonly write?: (bytes: number) => void }): void {
  const { store } = env.attachments;
  const begin = store.begin.bind(store);
  store.begin = async (name) => {
    const part = await begin(name);
    const { read, write } = part;
    part.read = async function* () {
      for await (const piece of read.call(part)) {
        on.read?.();
        yield piece;
      }
    };
    part.write = (bytes) => {
      on.write?.(bytes.length);
      return write.call(part, bytes);
    };
    return part;
  };
}

const naming = (id: string, ...attachments: readonly string[]) => ({
  ...{ id, type: 'file', attachments },
  changes: [{ op: 'set' as const, key: `file/${id}`, value: 1 }],
});

describe('an attachment', () => {
  it('has the name of its bytes, and is kept once', async () => {
    const report = await env.attachments.put(streamOf(large));
    expect(report).toEqual({ digest: digestOf(large), bytes: large.length, duplicate: false });
    expect(await env.attachments.put(streamOf(large))).toMatchObject({ duplicate: true });
    expect(await env.attachments.put(streamOf(Buffer.alloc(0)))).toMatchObject({ bytes: 0 });
    expect((await bytesOf(env, report.digest)).equals(large)).toBe(true);
    expect(await all(env.attachments.list())).toHaveLength(2);
  });

  it('is given in ranges', async () => {
    const { digest } = await env.attachments.put(streamOf(large));
    expect((await bytesOf(env, digest, { start: 10, end: 20 })).equals(large.subarray(10, 20))).toBe(true);
    expect((await bytesOf(env, digest, { start: large.length - 5 })).equals(large.subarray(-5))).toBe(true);
    expect(await bytesOf(env, digest, { start: large.length })).toHaveLength(0);
    await expect(bytesOf(env, digest, { start: large.length + 1 })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(bytesOf(env, digestOf(small))).rejects.toMatchObject({ code: 'ATTACHMENT_NOT_FOUND' });
    await expect(bytesOf(env, '../../etc/passwd')).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('is not asked for by what is no digest: no path leads out of its directory', async () => {
    await env.attachments.put(streamOf(small));
    for (const digest of [
      '',
      '.',
      '../../../../etc/passwd',
      digestOf(small).slice(0, 8),
      digestOf(small).toUpperCase(),
    ]) {
      await expect(env.attachments.show(digest)).rejects.toMatchObject({ code: 'USAGE' });
      await expect(all(env.attachments.verify({ digests: [digest] }))).rejects.toMatchObject({ code: 'USAGE' });
    }
    const up = env.attachments.put(streamOf(small), { resumeAs: '../up' });
    await expect(up).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('whose digest was promised has it, or is none', async () => {
    const digest = digestOf(large);
    await expect(env.attachments.put(streamOf(small), { digest })).rejects.toMatchObject({
      code: 'ATTACHMENT_INVALID',
    });
    expect(await all(env.attachments.list())).toEqual([]);
    expect((await env.attachments.show(digest)).partBytes).toBe(small.length);
    expect(await env.attachments.put(streamOf(large), { digest })).toMatchObject({ digest });
  });

  it('that broke off goes on behind what has come', async () => {
    const digest = digestOf(large);
    await expect(env.attachments.put(broken(large.subarray(0, 700_000)), { digest })).rejects.toThrow('cut');
    const { partBytes, found } = await env.attachments.show(digest);
    expect([partBytes, found]).toEqual([700_000, undefined]);
    const wrong = env.attachments.put(streamOf(large.subarray(5)), { digest, offset: 5 });
    await expect(wrong).rejects.toMatchObject({ code: 'ATTACHMENT_CONFLICT' });
    const rest = streamOf(large.subarray(partBytes));
    expect(await env.attachments.put(rest, { digest, offset: partBytes })).toMatchObject({ bytes: large.length });
    expect((await bytesOf(env, digest)).equals(large)).toBe(true);
  });

  it.each([
    ['shorter', large.subarray(0, 500_000)],
    ['other bytes at the end', Buffer.concat([large.subarray(0, 899_999), Buffer.alloc(9)])],
    ['other bytes from the first on', randomBytes(1_000_000)],
  ])('that broke off gives way to what comes from the first byte: %s', async (_, bytes) => {
    const resumeAs = 'upload-7';
    await expect(env.attachments.put(broken(large.subarray(0, 900_001)), { resumeAs })).rejects.toThrow('cut');
    const { digest } = await env.attachments.put(streamOf(Buffer.from(bytes)), { resumeAs });
    expect(digest).toBe(digestOf(bytes));
    expect((await bytesOf(env, digest)).equals(bytes)).toBe(true);
  });

  it('that broke off and comes again from its first byte is compared, and not written twice', async () => {
    const resumeAs = 'upload-7';
    await expect(env.attachments.put(broken(large.subarray(0, 900_001)), { resumeAs })).rejects.toThrow('cut');
    let written = 0;
    const write = (bytes: number) => {
      written += bytes;
    };
    watchParts({ write });
    expect(await env.attachments.put(streamOf(large, 70_001), { resumeAs })).toMatchObject({ digest: digestOf(large) });
    expect(written).toBe(large.length - 900_001);
  });
});

it('is interrupted while what came before is hashed, and all of that is kept', async () => {
  const digest = digestOf(large);
  await expect(env.attachments.put(broken(large.subarray(0, 900_000)), { digest })).rejects.toThrow('cut');
  const abort = new AbortController();
  let pieces = 0;
  const read = () => {
    pieces += 1;
    if (pieces === 2) abort.abort(new Error('stopped'));
  };
  watchParts({ read });
  const how = { digest, offset: 900_000, signal: abort.signal };
  await expect(env.attachments.put(streamOf(large.subarray(900_000)), how)).rejects.toThrow('stopped');
  expect(pieces).toBe(2);
  expect((await env.attachments.show(digest)).partBytes).toBe(900_000);
});

describe('what is left of interrupted puts', () => {
  it('is shown in a dry run, also of a fork, and stays; the grace is theirs as well', async () => {
    let now = Date.parse('2026-01-31T12:00:00Z');
    const old = await openEnvironment(':memory:', { create: true, clock: { ...systemClock, now: () => now } });
    const resumeAs = 'upload-7';
    await expect(old.attachments.put(broken(small), { resumeAs })).rejects.toThrow('cut');
    expect(await all(old.attachments.clear())).toEqual([]);
    now += 8 * 24 * 3_600_000;
    const left = [{ digest: undefined, bytes: small.length }];
    expect(await old.withFork((fork) => all(fork.attachments.clear()))).toEqual(left);
    expect(await all(old.attachments.clear({ dryRun: true }))).toEqual(left);
    expect(await all(old.attachments.clear())).toEqual(left);
    expect(await all(old.attachments.clear())).toEqual([]);
    await old.close();
  });
});

describe('a transaction that names attachments', () => {
  it('is committed when they are here; its record says which', async () => {
    const { digest } = await env.attachments.put(streamOf(small));
    const request = { ...naming('a', digest), expect: [{ key: 'file/a', exists: false }] };
    expect(await env.submit(request)).toMatchObject({ outcome: 'committed' });
    expect(await env.submit(request)).toMatchObject({ duplicate: true });
    expect(await env.transaction('a')).toMatchObject({ attachments: [digest], expect: request.expect });
    expect(await env.attachments.show(digest)).toMatchObject({ found: { bytes: small.length }, records: [1] });
    // Other attachments are another request.
    await expect(env.submit(naming('a'))).rejects.toMatchObject({ code: 'REQUEST_ID_CONFLICT' });
    expect((await env.rescanVerify()).problems).toEqual([]);
  });

  it('is rejected with ATTACHMENT_MISSING otherwise, for ever', async () => {
    const digest = digestOf(small);
    const first = await env.submit(naming('a', digest));
    expect(first).toMatchObject({ outcome: 'rejected', rejection: { code: 'ATTACHMENT_MISSING' } });
    await env.attachments.put(streamOf(small));
    expect(await env.submit(naming('a', digest))).toMatchObject({ outcome: 'rejected', duplicate: true });
    expect(await env.get('file/a')).toBeUndefined();
    expect(await env.submit(naming('b', digest))).toMatchObject({ outcome: 'committed' });
    // Whatever is here by now: the log decides the same again.
    expect(await env.decideAgain(1)).toMatchObject({ would: { code: 'ATTACHMENT_MISSING' }, differs: undefined });
    expect(await env.whatIf(env.app)).toMatchObject({ flips: 0 });
  });

  it('waits for its turn in a queue, and is decided by what is here then', async () => {
    const digest = digestOf(small);
    await env.enqueue(naming('later', digest));
    await env.attachments.put(streamOf(small));
    await env.work({ untilEmpty: true }).done;
    expect(await env.wait('later')).toMatchObject({ outcome: 'committed' });
    expect(await env.transaction('later')).toMatchObject({ attachments: [digest] });
  });

  it.each([['no digest'], [digestOf(small).toUpperCase()], [digestOf(small).slice(1)], ['../../../etc/passwd']])(
    'is refused when it names none: %s',
    async (name) => {
      await expect(env.submit(naming('a', name))).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
        details: { path: 'attachments[0]' },
      });
    },
  );

  it('names so many and no more', async () => {
    const many = Array.from({ length: limits.attachmentsPerRequestMax + 1 }, () => digestOf(small));
    await expect(env.submit(naming('a', ...many))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('shows them to its handler and in a dry run', async () => {
    const decide = ({ attachments = [] }: HandlerRequest): Change[] => [
      { op: 'append', key: 'names', value: attachments },
    ];
    const app = defineApp({ requests: { file: { decide } } });
    const shop = await openEnvironment(':memory:', { create: true, app });
    const { digest } = await shop.attachments.put(streamOf(small));
    const request = { id: 'a', type: 'file', attachments: [digest] };
    const dry = await shop.withFork(async (copy) => {
      await copy.attachments.put(streamOf(large));
      return [await copy.submit(request), await copy.submit({ ...request, id: 'b', attachments: [digestOf(large)] })];
    });
    expect(dry).toMatchObject([{ outcome: 'committed' }, { outcome: 'committed' }]);
    expect(shop.attachments.find(digestOf(large))).toBeUndefined();
    expect(await shop.submit(request)).toMatchObject({ outcome: 'committed' });
    expect((await shop.get('names'))?.value).toEqual([digest]);
    await shop.close();
  });
});

describe('a dump', () => {
  let digest: string;
  beforeEach(async () => {
    ({ digest } = await env.attachments.put(streamOf(large)));
    await env.attachments.put(streamOf(small));
    await env.submit(naming('a', digest));
    await env.submit(naming('b', digest));
    await env.submit(naming('c', digestOf(Buffer.from('never put'))));
  });

  it('has each attachment once, before the first record that names it', async () => {
    const dump = await dumpOf(env);
    const kinds = (await entriesOf(dump)).map(({ kind, blob }) => (blob ? `${blob.index}${blob.last}` : kind));
    expect(kinds).toEqual(['0false', '1false', '2true', 'TXN', 'TXN', 'TXN']);
    expect(await take(other, dump)).toMatchObject({ applied: 3, attachments: 1 });
    expect(await headOf(other)).toEqual(await headOf(env));
    expect((await bytesOf(other, digest)).equals(large)).toBe(true);
    expect(await take(other, dump)).toMatchObject({ attachments: 0, duplicate: 3 });
    // A mirror of the mirror has it as well.
    expect(await dumpOf(other, { codec: 'null' })).toHaveLength((await dumpOf(env, { codec: 'null' })).length);
  });

  it('is submitted with them, and its requests are rejected without', async () => {
    expect(await take(other, await dumpOf(env), { mode: 'submit' })).toMatchObject({ applied: 3, rejected: 1 });
    const third = await openEmpty();
    const bare = await dumpOf(env, { attachments: 'none' });
    expect((await entriesOf(bare)).every(({ kind }) => kind === 'TXN')).toBe(true);
    expect(await take(third, bare, { mode: 'submit' })).toMatchObject({ applied: 3, rejected: 3 });
    expect(await third.transaction('a')).toMatchObject({ rejection: { code: 'ATTACHMENT_MISSING' } });
    await third.close();
  });

  it('has an empty one as well', async () => {
    const empty = await env.attachments.put(streamOf(Buffer.alloc(0)));
    await env.submit(naming('e', empty.digest));
    expect(await take(other, await dumpOf(env))).toMatchObject({ attachments: 2 });
    expect(other.attachments.find(empty.digest)).toMatchObject({ bytes: 0 });
  });

  it('has all of them, or those of its records, as it is asked', async () => {
    const blobs = async (dump: Buffer) =>
      new Set((await entriesOf(dump)).flatMap(({ blob }) => (blob ? [Buffer.from(blob.sha256).toString('hex')] : [])));
    expect(await blobs(await dumpOf(env, { attachments: 'all' }))).toEqual(new Set([digest, digestOf(small)]));
    expect(await blobs(await dumpOf(env, { filter: { from: 2, to: 2 } }))).toEqual(new Set([digest]));
    expect(await blobs(await dumpOf(env, { filter: { from: 3 } }))).toEqual(new Set());
    await expect(dumpOf(env, { mask: (record) => record, attachments: 'all' })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  it('is not made of a log whose attachments are elsewhere, unless it is told so', async () => {
    await take(other, await dumpOf(env, { attachments: 'none' }));
    await expect(dumpOf(other)).rejects.toMatchObject({ code: 'ATTACHMENT_NOT_FOUND' });
    expect(await all(other.attachments.verify())).toEqual([{ digest, problem: 'missing', position: 1 }]);
    expect(await dumpOf(other, { attachments: 'none' })).not.toHaveLength(0);
  });

  it('goes on when one that no record names is cleared away meanwhile', async () => {
    const unused = await env.attachments.put(streamOf(Buffer.from('another')));
    const { store } = env.attachments;
    const list = store.list.bind(store);
    store.list = async function* () {
      const listed = await all(list());
      expect(store.remove(unused.digest, Number.POSITIVE_INFINITY)).toBe(true);
      yield* listed;
    };
    const dump = await dumpOf(env, { attachments: 'all' });
    expect(await take(other, dump)).toMatchObject({ applied: 3, attachments: 2 });
  });

  it('that is cut in an attachment goes on from the record before it', async () => {
    const dump = await dumpOf(env, { codec: 'null' });
    const cut = take(other, dump.subarray(0, 900_000));
    await expect(cut).rejects.toMatchObject({ code: 'DUMP_INCOMPLETE' });
    expect((await other.head()).position).toBe(0);
    expect(other.attachments.find(digest)).toBeUndefined();
    expect(await take(other, dump)).toMatchObject({ applied: 3, attachments: 1 });
  });

  it.each([
    ['a record names', { attachments: 'referenced' as const }],
    ['a record names, of a feed', { attachments: 'referenced' as const, follow: true }],
    ['no record names', { attachments: 'all' as const, filter: { to: 0 } }],
  ])('ends at once when it is interrupted in an attachment that %s, and is not complete', async (_, options) => {
    const abort = new AbortController();
    const taken: Buffer[] = [];
    for await (const piece of env.sync.export({ ...options, codec: 'null', signal: abort.signal })) {
      taken.push(piece);
      if (piece.length > limits.dumpBlockBytes) abort.abort();
    }
    const dump = Buffer.concat(taken);
    // The small one comes before it, where its digest is the lower one.
    const pieces = (await entriesOf(dump)).filter(({ blob }) => blob && toHex(blob.sha256) === digest);
    expect(pieces.map(({ blob }) => blob?.index)).toEqual([0]);
    await expect(take(other, dump)).rejects.toMatchObject({ code: 'DUMP_INCOMPLETE' });
    expect((await other.head()).position).toBe(0);
    expect(await take(other, await dumpOf(env))).toMatchObject({ applied: 3, attachments: 1 });
  });

  it.each<[string, (pieces: { index: number; last: boolean; data: Buffer }[]) => unknown]>([
    ['a piece is left out', (pieces) => pieces.splice(1, 1)],
    ['the first piece is left out', (pieces) => pieces.shift()],
    ['it does not end', (pieces) => pieces.pop()],
    ['pieces come in another order', (pieces) => pieces.reverse()],
    ['a byte is another', (pieces) => pieces[1]?.data.fill(0, 7, 9)],
    ['it goes on after its end', (pieces) => pieces.push({ index: 3, last: true, data: Buffer.from('x') })],
  ])('in which %s is refused, and nothing of the attachment is kept', async (_, change) => {
    const whole = (await entriesOf(await dumpOf(env))).flatMap(({ blob }) => (blob ? [blob] : []));
    const pieces = whole.map(({ index, last, data }) => ({ index, last, data: Buffer.from(data) }));
    change(pieces);
    const start = cursorAt('o', 0, '00'.repeat(32));
    const manifest = {
      ...{ format: 1, unit: 'o', origin: 'o', after: start, head: start, headTime: 0, to: 1, filter: undefined },
      ...{ masked: false, states: false, attachments: 'all' as const, time: '2026-01-31T12:00:00.000Z' },
    };
    const writer = new DumpWriter(manifest, { codec: codecOf('null') });
    const sha256 = Buffer.from(digest, 'hex');
    const blocks = pieces.flatMap((piece) => [
      ...writer.addBefore({ kind: 'BLOB', position: 0, blob: { sha256, ...piece } }),
    ]);
    const dump = Buffer.concat([...blocks, ...writer.end(true)]);
    await expect(take(other, dump)).rejects.toMatchObject({ code: 'DUMP_INVALID' });
    if (pieces.length <= 3) expect(other.attachments.find(digest)).toBeUndefined();
  });
});

describe('attachments that nothing names', () => {
  it('are cleared after a time, and those that are named never', async () => {
    let now = Date.parse('2026-01-31T12:00:00Z');
    const old = await openEnvironment(':memory:', { create: true, clock: { ...systemClock, now: () => now } });
    const named = await old.attachments.put(streamOf(large));
    const unused = await old.attachments.put(streamOf(small));
    await old.submit(naming('a', named.digest));
    const clear = (more = {}) => all(old.attachments.clear({ graceSeconds: 3_600, ...more }));
    expect(await clear()).toEqual([]);
    now += 3_700_000;
    expect(await clear({ dryRun: true })).toEqual([{ digest: unused.digest, bytes: small.length }]);
    // Somebody puts it again, or asks for it: it is in use.
    await old.attachments.put(streamOf(small));
    expect(await clear()).toEqual([]);
    now += 3_700_000;
    expect(await clear()).toEqual([{ digest: unused.digest, bytes: small.length }]);
    expect((await all(old.attachments.list())).map(({ digest }) => digest)).toEqual([named.digest]);
    await expect(clear({ graceSeconds: 1 })).rejects.toMatchObject({ code: 'USAGE' });
    await old.close();
  });
});

it('comes again with the record that names it, where a feed of all brought it long before', async () => {
  const { digest } = await env.attachments.put(streamOf(small));
  const abort = new AbortController();
  const feed = env.sync.export({ attachments: 'all', follow: true, signal: abort.signal });
  const importing = other.sync.import(feed);
  await expect.poll(() => other.attachments.find(digest)).toBeDefined();
  expect(other.attachments.store.remove(digest, Number.POSITIVE_INFINITY)).toBe(true);
  await env.submit(naming('a', digest));
  await expect.poll(async () => (await headOf(other)).position).toBe(1);
  expect(other.attachments.find(digest)).toBeDefined();
  abort.abort();
  await importing;
});
