import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, openEnvironment, type Receipt } from '../../src/index.ts';
import { streamOf } from '../sync/dumps.ts';

/** An environment whose records name attachments, in a directory of its own. */
export class AttachedEnvironment {
  readonly dir: string;
  readonly env: Environment;

  private constructor(dir: string, env: Environment) {
    this.dir = dir;
    this.env = env;
  }

  static async make(): Promise<AttachedEnvironment> {
    const dir = mkdtempSync(join(tmpdir(), 'txlog-attached-'));
    return new AttachedEnvironment(dir, await openEnvironment(dir, { create: true }));
  }

  /** Keeps a text as an attachment; gives its digest. */
  async put(text: string): Promise<string> {
    return (await this.env.attachments.put(streamOf(Buffer.from(text)))).digest;
  }

  /** Submits a request that names attachments. */
  name(...attachments: readonly string[]): Promise<Receipt> {
    return this.env.submit({ type: 't', attachments, changes: [{ op: 'add', key: 'n', value: 1 }] });
  }

  fileOf(digest: string): string {
    return join(this.dir, 'attachments', digest.slice(0, 2), digest);
  }

  async remove(): Promise<void> {
    await this.env.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
