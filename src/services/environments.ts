import { present } from '../core/assert.ts';
import { checkData } from '../core/check-session.ts';
import { TxlogError } from '../core/errors.ts';
import type { Operation } from '../core/operation.ts';
import type { Receipt } from '../core/receipt.ts';
import type { RequestInput } from '../core/request.ts';
import type { Parcel } from '../core/service-definition.ts';

/** What a service's environment has to offer. */
export interface ServiceEnvironment {
  submit(request: RequestInput): Promise<Receipt>;
  process(operations: readonly Operation[]): Promise<readonly object[]>;
  close(): Promise<void>;
}

/** A service whose environment is a directory that this process opens. */
export class DirectoryService {
  private readonly open: () => Promise<ServiceEnvironment>;
  private opening: Promise<ServiceEnvironment> | undefined;

  /** `open` is called when it is first needed, and again after it failed. */
  constructor(open: () => Promise<ServiceEnvironment>) {
    this.open = open;
  }

  async submit(request: RequestInput): Promise<Receipt> {
    return (await this.environment()).submit(request);
  }

  /** Puts parcels into their queues, in one batch. One entry each: undefined, or why it can never be taken. */
  async deliver(parcels: readonly Parcel[]): Promise<readonly (TxlogError | undefined)[]> {
    const operations = parcels.map(newSession);
    const sound = operations.flatMap((operation) => (operation instanceof TxlogError ? [] : [operation]));
    const answers = (sound.length === 0 ? [] : await (await this.environment()).process(sound)).values();
    return operations.map((operation) => {
      if (operation instanceof TxlogError) return operation;
      const answer = present(answers.next().value, 'answer');
      return 'error' in answer ? (answer.error as TxlogError) : undefined;
    });
  }

  async close(): Promise<void> {
    const opening = this.opening;
    this.opening = undefined;
    await (await opening?.catch(() => undefined))?.close();
  }

  private environment(): Promise<ServiceEnvironment> {
    this.opening ??= this.open().catch((error) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }
}

/** The operation that puts a parcel into its queue, or what is wrong with it. */
export function newSession({ id: session, queue: theme, data, order }: Parcel): Operation | TxlogError {
  try {
    return { op: 'new', session, theme, ...checkData(data), ...(order === undefined ? {} : { order }) };
  } catch (error) {
    if (error instanceof TxlogError) return error;
    throw error;
  }
}
