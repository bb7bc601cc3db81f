// Goal: a load of any length needs a bounded amount of memory: neither input nor output nor the overlay piles up.
// Method: the real command submits a long file, or rehearses it, while its own (anonymous) memory is read every few
// milliseconds. Pages of the mapped file are not counted: the kernel shares and takes them back as it likes.
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptProcess } from './script-process.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-memory-'));
const txlog = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const load = join(root, 'load.ndjson');
const count = 100_000;
const megabytesMax = 300;

beforeAll(() => pipeline(Readable.from(lines()), createWriteStream(load)));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each([
  ['a bulk load', []],
  ['a dry run', ['--dry-run']],
])('%s', (name, flags) => {
  it.runIf(process.platform === 'linux')(`stays below ${megabytesMax} MB`, async () => {
    const env = join(root, name);
    await new ScriptProcess(txlog, ['init', '--env', env]).done();
    const submitting = new ScriptProcess(txlog, ['submit', load, ...flags, '--receipts', 'none', '--env', env]);
    const peak = watchMemory(submitting);
    const { code, errors } = await submitting.ended;
    expect(errors).toContain('100,000 committed');
    expect(code).toBe(0);
    const megabytes = peak();
    expect(megabytes).toBeLessThan(megabytesMax);
    expect(megabytes).toBeGreaterThan(50);
  });
});

/** Reads the memory of a process until it ends. Gives its peak, in MB. */
function watchMemory({ child, ended }: ScriptProcess): () => number {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, anonymousKilobytes(child.pid));
  }, 10);
  void ended.finally(() => clearInterval(timer));
  return () => peak / 1024;
}

function anonymousKilobytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^RssAnon:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0);
  } catch {
    return 0; // It has ended.
  }
}

function* lines() {
  for (let i = 0; i < count; i++) {
    const mail = `person.${(i * 7919) % 1_000_003}@example.com`;
    const note = 'the quick brown fox jumps over the lazy dog '.repeat(5);
    const changes = [
      { op: 'claim', key: `email/${mail}` },
      { op: 'set', key: `customer/${mail}`, value: { name: `Person ${i}`, city: 'Ghent', note } },
      { op: 'add', key: 'stats/customers', value: 1 },
    ];
    yield `${JSON.stringify({ id: `bulk-${i}`, type: 'register', changes })}\n`;
  }
}
