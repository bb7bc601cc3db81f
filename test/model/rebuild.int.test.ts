// Goal: rebuilds at the same time, by handles that do not know of each other, lose nothing that was acknowledged.
// Method: several handles on one directory rebuild, verify and write at once; then everything is there once.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-rebuild-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = () => openEnvironment(join(dir, 'env'), { create: true });

async function addOne(env: Environment, id: string): Promise<void> {
  const { outcome } = await env.submit({ id, type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
  expect(outcome).toBe('committed');
}

describe('rebuilds', () => {
  it('by a handle that missed another one start on the newest generation', async () => {
    const [a, b] = [await open(), await open()];
    await addOne(a, 'first');
    expect(await a.rebuild()).toEqual({ generation: 2, records: 1 });
    await addOne(a, 'second');
    expect(await b.rebuild()).toEqual({ generation: 3, records: 2 });
    await addOne(a, 'third');
    expect(await b.get('n')).toMatchObject({ value: 3, applied: 3 });
    await a.close();
    await b.close();
    const again = await open();
    expect(await again.get('n')).toMatchObject({ value: 3 });
    expect(await again.rescanVerify()).toMatchObject({ ok: true, records: 3 });
    await again.close();
  });

  it('at the same time, beside writers and verifications, lose no record and leave nothing behind', async () => {
    const handles = await Promise.all([open(), open(), open(), open()]);
    for (const [i, env] of handles.entries()) await addOne(env, `start-${i}`);
    let writing = true;
    let written = 0;
    const write = async (env: Environment, name: string) => {
      for (let i = 0; writing || i < 20; i++) {
        await addOne(env, `${name}-${i}`);
        written += 1;
      }
    };
    const writers = [write(handles[0] as Environment, 'a'), write(handles[3] as Environment, 'b')];
    try {
      for (let round = 0; round < 3; round++) {
        await Promise.all(handles.slice(0, 3).map((env) => env.rebuild()));
        const reports = await Promise.all(handles.slice(1).map((env) => env.rescanVerify()));
        for (const report of reports) expect(report).toMatchObject({ ok: true, problems: [] });
      }
    } finally {
      // Also when something above failed: the writers would go on for ever.
      writing = false;
      await Promise.all(writers);
    }
    for (const env of handles) {
      expect(await env.get('n')).toMatchObject({ value: 4 + written, applied: 4 + written });
      await env.close();
    }
    const last = await open();
    expect(await last.get('n')).toMatchObject({ value: 4 + written });
    expect((await last.head()).position).toBe(4 + written);
    expect(await last.verify()).toMatchObject({ ok: true });
    await last.close();
    expect(readdirSync(join(dir, 'env')).filter((name) => name.startsWith('building'))).toEqual([]);
  });

  it('never get in the way of those who open, read, write and close meanwhile', async () => {
    const env = await open();
    await addOne(env, 'start');
    let coming = 2;
    const come = async (name: string) => {
      for (let i = 0; i < 12; i++) {
        const visitor = await openEnvironment(join(dir, 'env'), { create: i % 2 === 0 });
        await addOne(visitor, `${name}-${i}`);
        expect((await visitor.get('n'))?.value).toBeGreaterThan(i + 1);
        await visitor.close();
      }
    };
    const visitors = ['a', 'b'].map((name) =>
      come(name).finally(() => {
        coming -= 1;
      }),
    );
    for (const visitor of visitors) visitor.catch(() => undefined);
    while (coming > 0) {
      await env.rebuild();
      // Rebuilds without a pause, of a log this small, would leave nobody the time to follow them.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await Promise.all(visitors);
    expect(await env.get('n')).toMatchObject({ value: 25, applied: 25 });
    expect(await env.rescanVerify()).toMatchObject({ ok: true });
    await env.close();
  });
});
