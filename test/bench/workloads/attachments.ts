import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openEnvironment } from '../../../src/engine.ts';
import { check, type Figures, type Finding, type Run, type Workload } from '../measure.ts';
import { Stopwatch } from '../timing.ts';

const megabyte = 1_000_000;

/** A large attachment put durably, beside its digest and a durable copy made by programs of the system. */
export const attachments: Workload = {
  name: 'attachments',
  what: 'a file of so many megabytes put as an attachment, beside sha256sum and a synced copy',
  count: { full: 2_000, quick: 200 },
  prepare,
  sides: { put, system },
  conclude,
};

async function prepare({ dir, count }: Run): Promise<void> {
  const out = createWriteStream(join(dir, 'file'));
  const piece = randomBytes(megabyte);
  for (let i = 0; i < count; i++) {
    piece.writeUInt32BE(i);
    if (!out.write(Buffer.from(piece))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

async function put({ dir, count }: Run): Promise<Figures> {
  const own = mkdtempSync(join(dir, 'run-'));
  const env = await openEnvironment(join(own, 'env'), { create: true });
  const watch = new Stopwatch();
  const source = createReadStream(join(dir, 'file'), { highWaterMark: 1024 * 1024 });
  const { bytes } = await watch.time(() => env.attachments.put(source));
  check('bytes', bytes, count * megabyte);
  await env.close();
  rmSync(own, { recursive: true });
  return watch.figures(count);
}

async function system({ dir, count }: Run): Promise<Figures> {
  const [file, copy] = [join(dir, 'file'), join(dir, 'copy')];
  const watch = new Stopwatch();
  await watch.time(() => {
    for (const [command = '', ...args] of [
      ['sha256sum', file],
      ['cp', '--reflink=never', file, copy],
      ['sync', copy],
    ])
      check(command, spawnSync(command, args).status, 0);
  });
  rmSync(copy);
  return watch.figures(count);
}

function conclude({ put = {}, system = {} }: Readonly<Record<string, Figures>>): readonly Finding[] {
  const [ours = 0, theirs = 1] = [put.perSecond, system.perSecond];
  const detail = `${Math.round(ours)} MB/s to ${Math.round(theirs)} MB/s`;
  return [{ what: 'put to sha256sum and a copy', value: ours / theirs, unit: '', target: { atLeast: 0.8 }, detail }];
}
