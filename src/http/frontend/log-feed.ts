import type { Environment } from '../../environment/environment.ts';
import { type StoredRecord, toRecordJson } from '../../index.ts';

/** A record as a server-sent event. */
export function eventOf(record: StoredRecord): string {
  return `id: ${record.position}\nevent: record\ndata: ${JSON.stringify(toRecordJson(record))}\n\n`;
}

/** A new record. Its text is made once, however many followers want it. */
export class LiveRecord {
  readonly record: StoredRecord;
  private text: string | undefined;

  constructor(record: StoredRecord) {
    this.record = record;
  }

  /** The record as an event. */
  get event(): string {
    this.text ??= eventOf(this.record);
    return this.text;
  }
}

/** A follower that has all records up to where the feed is. */
export interface FeedListener {
  hear(records: readonly LiveRecord[]): void;
  /** The feed broke off: it hears nothing more. */
  lose(error: Error): void;
}

const pageRecords = 1_000;

/**
 * The new records of the log, read once for all followers: one that waits costs nothing. It reads while there is any.
 */
export class LogFeed {
  private readonly env: Environment;
  private readonly stopped: AbortSignal;
  private readonly onError: (error: Error) => void;
  private readonly listeners = new Set<FeedListener>();
  private head = 0;
  private isRunning = false;

  constructor(env: Environment, stopped: AbortSignal, onError: (error: Error) => void) {
    this.env = env;
    this.stopped = stopped;
    this.onError = onError;
  }

  /** The position that the feed has come to, or begins at: whoever has all up to there may join. */
  async position(): Promise<number> {
    return this.isRunning ? this.head : (await this.env.head()).position;
  }

  /**
   * Hears new records from now on; returns how to leave. Undefined for one that lacks some which the feed has passed already.
   * One that is ahead of the feed hears again what it has.
   */
  join(position: number, listener: FeedListener): (() => void) | undefined {
    if (this.isRunning && position < this.head) return undefined;
    this.listeners.add(listener);
    if (!this.isRunning) void this.run(position);
    return () => void this.listeners.delete(listener);
  }

  private async run(position: number): Promise<void> {
    this.isRunning = true;
    this.head = position;
    const commits = this.env.commitSignal(this.stopped);
    try {
      while (this.listeners.size > 0 && !this.stopped.aborted) {
        commits.arm();
        await this.readNew();
        await commits.next();
      }
    } catch (error) {
      this.onError(error as Error);
      for (const listener of this.listeners) listener.lose(error as Error);
      this.listeners.clear();
    } finally {
      commits.stop();
      this.isRunning = false;
    }
  }

  private async readNew(): Promise<void> {
    const { position: to } = await this.env.head();
    while (this.head < to) {
      const records: LiveRecord[] = [];
      const page = { from: this.head + 1, to: Math.min(to, this.head + pageRecords) };
      for await (const record of this.env.records(page)) records.push(new LiveRecord(record));
      // In one go: who joins now has all up to the new head.
      this.head = page.to;
      for (const listener of this.listeners) listener.hear(records);
    }
  }
}
