import { TxlogError } from '../core/errors.ts';
import type { Parcel } from '../core/service-definition.ts';

/** A service that is reached through a program's stdin and stdout. */
export class PipeService {
  private readonly name: string;
  private readonly command: readonly string[];

  constructor(name: string, command: readonly string[]) {
    this.name = name;
    this.command = command;
  }

  async deliver(_parcels: readonly Parcel[]): Promise<readonly (TxlogError | undefined)[]> {
    throw new TxlogError('SERVICE_FAILED', `service ${this.name}: ${this.command[0]} is not there`);
  }

  async close(): Promise<void> {}
}
