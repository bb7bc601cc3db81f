import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../crash/random.mjs';

const pageBytes = 4_096;

/** What a damage may look at: the bytes of the file, and of the same file at an earlier time, when there are any. */
interface Target {
  readonly bytes: Buffer;
  readonly earlier: Buffer | undefined;
  readonly random: Random;
}

type Damage = (target: Target) => Buffer;

/** What disks, memory and people do to a file. */
const damages: Readonly<Record<string, Damage>> = {
  'a flipped bit': (target) => flip(target, 1),
  'flipped bits of one page': (target) => flip(target, 2 + target.random.below(7)),
  'a zeroed page': ({ bytes, random }) => fill(bytes, pageOf(bytes, random), pageBytes, () => 0),
  'a zeroed sector': ({ bytes, random }) =>
    fill(bytes, 512 * random.below(Math.ceil(bytes.length / 512)), 512, () => 0),
  'a page of other bytes': ({ bytes, random }) =>
    fill(bytes, pageOf(bytes, random), pageBytes, () => random.below(256)),
  'two pages exchanged': ({ bytes, random }) => exchange(bytes, pageOf(bytes, random), pageOf(bytes, random)),
  'a page that is a copy of another': ({ bytes, random }) => {
    const [from, to] = [pageOf(bytes, random), pageOf(bytes, random)];
    bytes.copy(bytes, to, from, from + pageBytes);
    return bytes;
  },
  'a page as it was earlier': ({ bytes, earlier, random }) => {
    if (!earlier) return bytes;
    const at = pageOf(earlier, random);
    earlier.copy(bytes, at, at, at + pageBytes);
    return bytes;
  },
  'a cut anywhere': ({ bytes, random }) => bytes.subarray(0, random.below(bytes.length + 1)),
  'a cut between pages': ({ bytes, random }) => bytes.subarray(0, pageOf(bytes, random)),
};

/** Damages one file of the environment in `dir`; mostly the one that has the data. Returns what was done. */
export function damageOne(dir: string, earlierData: Buffer, random: Random): string {
  const files = filesBelow(dir);
  const data = files.filter((file) => file.endsWith('data.mdb'));
  const file = random.pick(random.next() < 0.8 ? data : files);
  const name = random.pick(Object.keys(damages));
  const bytes = readFileSync(join(dir, file));
  const earlier = file.endsWith('data.mdb') ? earlierData : undefined;
  const damaged = damages[name]?.({ bytes: Buffer.from(bytes), earlier, random }) ?? bytes;
  writeFileSync(join(dir, file), damaged);
  truncateSync(join(dir, file), damaged.length);
  return `${name} in ${file}`;
}

function filesBelow(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => statSync(join(dir, name)).isFile()).sort();
}

function flip({ bytes, random }: Target, bits: number): Buffer {
  if (bytes.length === 0) return bytes;
  const page = pageOf(bytes, random);
  const length = Math.min(pageBytes, bytes.length - page);
  for (let i = 0; i < bits; i++) {
    const at = page + random.below(length);
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
  }
  return bytes;
}

function pageOf(bytes: Buffer, random: Random): number {
  return pageBytes * random.below(Math.max(1, Math.ceil(bytes.length / pageBytes)));
}

function fill(bytes: Buffer, at: number, length: number, value: () => number): Buffer {
  for (let i = at; i < Math.min(at + length, bytes.length); i++) bytes[i] = value();
  return bytes;
}

function exchange(bytes: Buffer, a: number, b: number): Buffer {
  const length = Math.min(pageBytes, bytes.length - a, bytes.length - b);
  const kept = Buffer.from(bytes.subarray(a, a + length));
  bytes.copy(bytes, a, b, b + length);
  kept.copy(bytes, b);
  return bytes;
}
