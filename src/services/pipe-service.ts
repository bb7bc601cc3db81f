import type { Parcel } from '../core/app/service-definition.ts';
import { present } from '../core/base/assert.ts';
import { TxlogError } from '../core/base/errors.ts';
import { limits } from '../core/base/limits.ts';
import { Receiver } from './receiver.ts';

/** How a program is run. */
export interface PipeOptions {
  readonly cwd?: string;
  /** How long one answer may take, in ms. Default 30 s. */
  readonly answerMs?: number;
}

/**
 * A service that is reached through a program, such as `ssh host txlog receive`: parcels on its stdin, acknowledgements
 * on its stdout, one line each. It is started when it is first needed, again after it ended, and stays for many parcels.
 */
export class PipeService {
  private readonly name: string;
  private readonly command: readonly string[];
  private readonly options: PipeOptions;
  private receiver: Receiver | undefined;
  private isClosed = false;

  constructor(name: string, command: readonly string[], options: PipeOptions = {}) {
    this.name = name;
    this.command = command;
    this.options = options;
  }

  /** Sends parcels. Errors: SERVICE_FAILED when nobody knows whether they arrived. */
  async deliver(parcels: readonly Parcel[]): Promise<readonly (TxlogError | undefined)[]> {
    if (this.isClosed) throw new TxlogError('SERVICE_FAILED', `service ${this.name}: the environment is closed`);
    if (!this.receiver?.isRunning)
      this.receiver = new Receiver(this.name, this.command, { answerMs: limits.serviceAnswerMs, ...this.options });
    return present(this.receiver, 'receiver').send(parcels);
  }

  /** Lets the program finish what it has, and ends it when it does not. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.receiver?.close();
  }
}
