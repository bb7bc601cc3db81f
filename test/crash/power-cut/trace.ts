/** What a run did to its files, in the order in which the system calls began. */
export type TraceEvent =
  | {
      readonly kind: 'write';
      readonly file: string;
      readonly at: number;
      readonly bytes: Buffer;
      readonly flush?: number;
    }
  | { readonly kind: 'flush'; readonly file: string; readonly flush: number }
  /** A flush is over: what was written before it began is on the disk. */
  | { readonly kind: 'flushed'; readonly flush: number }
  | { readonly kind: 'acknowledged'; readonly id: string };

/** A system call that has begun. */
interface Begun {
  readonly name: string;
  readonly args: string;
  readonly flush?: number;
}

/**
 * Reads what `strace -f -y -xx` wrote of a run in `root`. Lines on its output that say `ack ID` are acknowledgements.
 *
 * LMDB writes the page that makes a commit count through a descriptor that flushes each write.
 */
export function readTrace(text: string, root: string): readonly TraceEvent[] {
  const reader = new TraceReader(root);
  for (const line of text.split('\n')) reader.take(line);
  return reader.events;
}

const metaPagesEnd = 2 * 4_096;

class TraceReader {
  readonly events: TraceEvent[] = [];
  private readonly root: string;
  /** Calls that another thread's line came between. */
  private readonly unfinished = new Map<string, Begun>();
  /** Where the next plain write of a descriptor goes. */
  private readonly positions = new Map<string, number>();
  private flushes = 0;

  constructor(root: string) {
    this.root = root;
  }

  take(line: string): void {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const [, name, args = ''] = /^(\w+)\((.*)$/.exec(rest) ?? [];
    if (resumed) {
      this.end(this.unfinished.get(thread), resumed[1] ?? '');
      this.unfinished.delete(thread);
    } else if (name !== undefined) {
      const begun = this.begin(name, args);
      if (args.endsWith('<unfinished ...>')) this.unfinished.set(thread, begun);
      else this.end(begun, args);
    }
  }

  private begin(name: string, args: string): Begun {
    const [, number = '', hex] = /^(\d+)<([^>]*)>/.exec(args) ?? [];
    const path = hex === undefined ? '' : bytesOf(hex).toString();
    const descriptor = `${path}:${number}`;
    if (name === 'lseek') this.positions.set(descriptor, Number(/, (\d+), SEEK_SET/.exec(args)?.[1] ?? 0));
    if (name === 'write' && number === '1') this.acknowledge(args);
    if (!path.startsWith(`${this.root}/`)) return { name, args };
    const file = path.slice(this.root.length + 1);
    if (/^f(data)?sync$/.test(name)) {
      const flush = this.flushes++;
      this.events.push({ kind: 'flush', file, flush });
      return { name, args, flush };
    }
    return /^p?writev?(64)?$/.test(name) ? this.write({ name, args }, file, descriptor) : { name, args };
  }

  private write({ name, args }: Begun, file: string, descriptor: string): Begun {
    const bytes = Buffer.concat([...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => bytesOf(hex)));
    const isPlaced = name.startsWith('p');
    const at = isPlaced ? placeOf(args) : (this.positions.get(descriptor) ?? 0);
    if (!isPlaced) this.positions.set(descriptor, at + bytes.length);
    const isThrough = file.endsWith('data.mdb') && isPlaced && at < metaPagesEnd && bytes.length < 4_096;
    const flush = isThrough ? { flush: this.flushes++ } : {};
    this.events.push({ kind: 'write', file, at, bytes, ...flush });
    return { name, args, ...flush };
  }

  private acknowledge(args: string): void {
    const said = bytesOf(/, "([^"]*)"/.exec(args)?.[1] ?? '').toString();
    const id = /^ack (\S+)/.exec(said)?.[1];
    if (id !== undefined) this.events.push({ kind: 'acknowledged', id });
  }

  private end(begun: Begun | undefined, rest: string): void {
    if (!begun) return;
    if (begun.name === 'openat') {
      const [, number, hex = ''] = /= (\d+)<([^>]*)>/.exec(rest) ?? [];
      this.positions.set(`${bytesOf(hex).toString()}:${number}`, 0);
    }
    if (begun.flush !== undefined && !/= -1 /.test(rest)) this.events.push({ kind: 'flushed', flush: begun.flush });
  }
}

/** The last number of a call: where it writes. */
function placeOf(args: string): number {
  return Number(/, (\d+)(?:\)| <unfinished)/.exec(args.slice(args.lastIndexOf(',')))?.[1]);
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}
