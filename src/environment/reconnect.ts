import { TxlogError } from '../core/base/errors.ts';
import { CommitWatchers } from './commit-watchers.ts';
import type { Connection, EnvironmentParts } from './parts.ts';

/** Keeps an environment connected: to another generation, once a rebuild by anyone took the place of the present one. */
export class Connections {
  private connection: Connection;
  private reopening: Promise<void> | undefined;
  private closed = false;
  private readonly connect: () => Promise<Connection>;
  private readonly watchers = new CommitWatchers();

  constructor({ connection, connect }: Pick<EnvironmentParts, 'connection' | 'connect'>) {
    this.connection = connection;
    this.connect = connect;
  }

  /** The generation that is open now. */
  get current(): Connection {
    return this.connection;
  }

  /**
   * Works on the present generation; when a rebuild took its place, opens the new one and works again.
   *
   * Errors: ENV_CLOSED after `close`, and those of `work`.
   */
  async run<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    for (;;) {
      if (this.closed) throw new TxlogError('ENV_CLOSED', 'the environment is closed');
      const { connection } = this;
      try {
        return await work(connection);
      } catch (error) {
        if (!(error instanceof TxlogError) || error.code !== 'ENV_MOVED') throw error;
        await this.reopen(connection);
      }
    }
  }

  /** Calls back soon after any process committed, in whatever generation; returns how to stop. */
  watch(changed: () => void): () => void {
    return this.watchers.add(changed, this.connection.handle.storage);
  }

  /** Waits for all work under way, writes the indexes, and closes. May be called twice. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    // A waiting follower finds the environment closed.
    this.watchers.tellAll();
    const { pipeline, handle } = this.connection;
    await pipeline.close().finally(() => handle.storage.close());
  }

  private async reopen(old: Connection): Promise<void> {
    if (this.connection === old) {
      this.reopening ??= (async () => {
        this.connection = await this.connect();
        this.watchers.moveTo(this.connection.handle.storage);
        await old.pipeline.abandon();
        await old.handle.storage.close();
      })().finally(() => {
        this.reopening = undefined;
      });
    }
    // A late caller waits as well: else its requests would overtake those that came before.
    await this.reopening;
  }
}
