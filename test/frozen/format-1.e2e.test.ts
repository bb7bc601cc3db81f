import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { callCommand } from '../kit/commands.ts';
import { observe } from './observed.ts';
import { storyApp, tellStory } from './story.ts';

// Goal: whatever becomes of txlog, an environment of format 1 opens, answers as it did, and can be gone on with.
// Method: fixtures/logs/format-1 was written once by story.ts, when the format was frozen, and is never written again;
// copies of it are read by the library and by every command. TXLOG_FREEZE=1 makes it where there is none.

const root = fileURLToPath(new URL('../..', import.meta.url));
const frozen = join(root, 'fixtures/logs/format-1');
const expectedFile = join(frozen, 'expected.json');
/** Reservations of the story are open at this time. */
const clock = { ...systemClock, now: () => Date.parse('2026-01-31T14:00:00Z') };

let work: string;
let copy: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'txlog-format-1-'));
  if (process.env.TXLOG_FREEZE === '1' && !existsSync(frozen)) await freeze();
});
afterAll(() => rmSync(work, { recursive: true, force: true }));
beforeEach(() => {
  copy = mkdtempSync(join(work, 'copy-'));
  cpSync(join(frozen, 'current'), join(copy, 'current'));
  cpSync(join(frozen, 'g1'), join(copy, 'g1'), { recursive: true });
});

async function freeze(): Promise<void> {
  await tellStory(join(work, 'story'));
  const env = await openEnvironment(join(work, 'story'), { readOnly: true, clock });
  mkdirSync(join(root, 'fixtures/logs'), { recursive: true });
  await env.backup(frozen);
  writeFileSync(expectedFile, `${JSON.stringify(await observe(env), null, 1)}\n`);
  await env.close();
}

async function withCopy<T>(options: { readOnly?: boolean }, work: (env: Environment) => Promise<T>): Promise<T> {
  const env = await openEnvironment(copy, { ...options, clock, app: storyApp });
  try {
    return await work(env);
  } finally {
    await env.close();
  }
}

const expected = () => JSON.parse(readFileSync(expectedFile, 'utf8')) as Awaited<ReturnType<typeof observe>>;

describe('an environment of format 1', () => {
  it('answers read-only as it did when it was frozen', async () => {
    expect(await withCopy({ readOnly: true }, observe)).toEqual(expected());
  });

  it('is intact: its chain, and every state, list and index', async () => {
    await withCopy({ readOnly: true }, async (env) => {
      expect(await env.verify()).toMatchObject({ ok: true, problems: [] });
      expect(await env.rescanVerify()).toMatchObject({ ok: true, problems: [] });
    });
  });

  it('answers the same after all its indexes were made anew', async () => {
    await withCopy({}, async (env) => void (await env.rebuild()));
    expect(await withCopy({ readOnly: true }, observe)).toEqual(expected());
  });

  it('gives first receipts, refuses what was refused, and takes new requests', async () => {
    await withCopy({}, async (env) => {
      const again = { id: 'too-late', type: 'customer.create', actor: 'web' };
      const claim = { op: 'claim', key: 'email/ann@example.com', value: 'c-2' } as const;
      const first = await env.submit({ ...again, changes: [claim] });
      expect(first).toMatchObject({ position: 2, duplicate: true, rejection: { code: 'KEY_OWNED' } });
      await expect(env.submit(again)).rejects.toMatchObject({ code: 'REQUEST_ID_CONFLICT' });
      const { head } = expected() as { head: { position: number } };
      const fresh = await env.submit({ id: 'new', type: 'tick', changes: [{ op: 'add', key: 'ticks', value: 1 }] });
      expect(fresh).toMatchObject({ position: head.position + 1, duplicate: false, outcome: 'committed' });
      expect((await env.get('ticks'))?.value).toBe(530);
      expect(await env.compensate('t-1')).toMatchObject({ outcome: 'committed' });
      expect((await env.get('ticks'))?.value).toBe(529);
      expect(await env.rescanVerify()).toMatchObject({ ok: true });
    });
  });

  it.each<[line: string, shown: string, exit?: number]>([
    ['status', '"format":1,'],
    ['get ticks', '"value":529,"version":531'],
    ['get pages', '"value":["/cart"]'],
    ['get stock/lamp --as-of 20', '"value":1,'],
    ['state list --prefix customer/', '"customer/c-2"'],
    ['state history email/ann@example.com', '"moved"'],
    ['state diff customer/c-1 --as-of 1 --as-of 3', 'Ann Smith', 1],
    ['log --status rejected', 'OUT_OF_STOCK'],
    ['inspect order-1', '"compensatedBy"'],
    ['inspect --key ticks', '"t-530"'],
    ['rescan --type tick --count', '"count":530'],
    ['rescan --verify', '"ok":true'],
    ['verify', '"ok":true'],
    ['doctor', '"findings"'],
    ['replay --yes', '"records":570'],
    ['replay --to 31 --into as-of-31', '31'],
    ['compensate t-2 --plan', '"ticks"'],
    ['compensate t-2', '"committed"'],
    ['backup saved', '"verified":true'],
    ['submit --type tick --data 1 --change add_ticks_1', '"position":"571"'],
  ])('is understood by txlog %s', (line, text, exit = 0) => {
    const words = line.split(' ').map((word) => word.replaceAll('_', ' '));
    const place = { dir: copy, env: process.env };
    const { code, stdout, stderr } = callCommand([...words, '--json', '--env', copy], place);
    expect(stdout, stderr).toContain(text);
    expect(code).toBe(exit);
  });
});
