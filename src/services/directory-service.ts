import type { App } from '../core/app/app.ts';
import { sessionOfParcel } from '../core/app/parcel.ts';
import type { Parcel } from '../core/app/service-definition.ts';
import { present } from '../core/base/assert.ts';
import { TxlogError } from '../core/base/errors.ts';
import type { Operation } from '../core/log/operation.ts';
import type { Receipt } from '../core/log/receipt.ts';
import type { RequestInput } from '../core/log/request.ts';

/** The parts of an environment that a service uses. */
export interface ServiceEnvironment {
  readonly app: App;
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

  /** Processes a request there. */
  async submit(request: RequestInput): Promise<Receipt> {
    return (await this.environment()).submit(request);
  }

  /** Puts parcels into their queues, in one batch. One entry each: undefined, or why it can never be taken. */
  async deliver(parcels: readonly Parcel[]): Promise<readonly (TxlogError | undefined)[]> {
    const environment = await this.environment();
    const operations = parcels.map((parcel) => newSession(parcel, environment.app));
    const sound = operations.flatMap((operation) => (operation instanceof TxlogError ? [] : [operation]));
    const answers = (sound.length === 0 ? [] : await environment.process(sound)).values();
    return operations.map((operation) => {
      if (operation instanceof TxlogError) return operation;
      const answer = present(answers.next().value, 'answer');
      return 'error' in answer ? (answer.error as TxlogError) : undefined;
    });
  }

  /** Closes the environment. */
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

function newSession(parcel: Parcel, app: App): Operation | TxlogError {
  try {
    return sessionOfParcel(parcel, app);
  } catch (error) {
    if (error instanceof TxlogError) return error;
    throw error;
  }
}
