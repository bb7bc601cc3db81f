import { crc32 } from 'node:zlib';
import type { Random } from '../random.mjs';
import type { TraceEvent } from './trace.ts';

const sectorBytes = 512;
/** The files that a power cut may leave in any state; locks are made anew by who opens first. */
const files = ['g1/data.mdb', 'g1/journal', 'g1/journal-head', 'g1/last-commit'];

interface Version {
  readonly number: number;
  readonly content: Buffer;
}

/** One file: what is on the disk, and each state of a sector that was written since. */
class TracedFile {
  length = 0;
  private seen: Buffer = Buffer.alloc(0);
  private durable: Buffer = Buffer.alloc(0);
  private readonly unsafe = new Map<number, readonly Version[]>();
  private writes = 0;

  write(at: number, bytes: Buffer): readonly number[] {
    this.length = Math.max(this.length, at + bytes.length);
    const room = Math.ceil(this.length / sectorBytes) * sectorBytes;
    this.seen = grown(this.seen, room);
    this.durable = grown(this.durable, this.seen.length);
    bytes.copy(this.seen, at);
    const touched: number[] = [];
    for (let sector = Math.floor(at / sectorBytes); sector * sectorBytes < at + bytes.length; sector++) {
      const content = Buffer.from(this.seen.subarray(sector * sectorBytes, (sector + 1) * sectorBytes));
      this.unsafe.set(sector, [...(this.unsafe.get(sector) ?? []), { number: ++this.writes, content }]);
      touched.push(sector);
    }
    return touched;
  }

  /** Begins a flush, of some sectors or of all; `end` puts on the disk what was written before it began. */
  beginFlush(sectors: readonly number[] = [...this.unsafe.keys()]): { end(): void } {
    const upTo = this.writes;
    return {
      end: () => {
        for (const sector of sectors) {
          const versions = this.unsafe.get(sector) ?? [];
          versions.findLast(({ number }) => number <= upTo)?.content.copy(this.durable, sector * sectorBytes);
          this.unsafe.set(
            sector,
            versions.filter(({ number }) => number > upTo),
          );
        }
      },
    };
  }

  /** The power is cut: of each sector stays what is durable, or any state since, each by itself; at times none, or all. */
  cut(random: Random): Buffer {
    const kept = random.pick(['none', 'newest', 'any', 'any'] as const);
    for (const [sector, versions] of this.unsafe) {
      const count = { none: 0, newest: versions.length, any: random.below(versions.length + 1) }[kept];
      versions[count - 1]?.content.copy(this.durable, sector * sectorBytes);
    }
    return this.durable.subarray(0, this.length);
  }
}

/**
 * The files of an environment as a power cut after some events of a run may leave them. Everything before the first
 * acknowledgement counts as durable.
 */
export function cutAfter(events: readonly TraceEvent[], random: Random): ReadonlyMap<string, Buffer> {
  const disk = new Map(files.map((file) => [file, new TracedFile()]));
  const flushes = new Map<number, { end(): void }>();
  const first = events.findIndex(({ kind }) => kind === 'acknowledged');
  for (const [i, event] of events.entries()) {
    if (event.kind === 'write') {
      const file = fileOf(disk, event.file);
      const sectors = file?.write(event.at, event.bytes);
      if (file && event.flush !== undefined) flushes.set(event.flush, file.beginFlush(sectors));
      if (i < first) file?.beginFlush().end();
    } else if (event.kind === 'flush') {
      const file = fileOf(disk, event.file);
      if (file) flushes.set(event.flush, file.beginFlush());
    } else if (event.kind === 'flushed') {
      flushes.get(event.flush)?.end();
      flushes.delete(event.flush);
    }
  }
  return new Map([...disk].map(([name, file]) => [name, file.cut(random)]));
}

/** The file by its last name: it is made under another one. */
function fileOf(disk: ReadonlyMap<string, TracedFile>, name: string): TracedFile | undefined {
  return disk.get(name.replace(/^building-[^/]*\//, 'g1/').replace(/-new$/, ''));
}

/** `journal-head` as another start of the machine finds it: its slots name the start before. */
export function ofEarlierStart(head: Buffer): Buffer {
  const bytes = Buffer.from(head);
  for (const at of [0, 512]) {
    const body = bytes.subarray(at, at + 24);
    if (body.length < 24 || bytes.length < at + 28 || crc32(body) !== bytes.readUInt32BE(at + 24)) continue;
    for (let i = 16; i < 24; i++) body[i] = (body[i] as number) ^ 0xff;
    bytes.writeUInt32BE(crc32(body), at + 24);
  }
  return bytes;
}

function grown(bytes: Buffer, length: number): Buffer {
  if (bytes.length >= length) return bytes;
  return Buffer.concat([bytes, Buffer.alloc(Math.max(length, 2 * bytes.length) - bytes.length)]);
}
