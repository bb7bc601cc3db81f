import { type Acknowledgement, readParcel, sessionOfParcel, toAcknowledgementJson } from '../../core/app/parcel.ts';
import type { Parcel } from '../../core/app/service-definition.ts';
import { present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { isJsonObject, type JsonValue } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import { sessionKey } from '../../core/fold/session.ts';
import type { Environment } from '../../environment/environment.ts';
import { parseJson } from '../../index.ts';
import { formatCount, plural, printable } from '../../text/printable.ts';
import type { Line } from '../../text/split-lines.ts';
import type { Input } from '../frame/open-input.ts';
import { firstLineOf } from '../frame/report-error.ts';
import type { ListFormat, ListWriter } from '../output/list-writer.ts';

/** How acknowledgements are printed. */
export const acknowledgementFormat: ListFormat<Acknowledgement> = {
  json: toAcknowledgementJson,
  people: (page) => page.map(acknowledgementText).join('\n'),
  columns: ['id', 'ok', 'duplicate', 'error.code'],
};

type AcknowledgementList = ListWriter<Acknowledgement>;

function acknowledgementText(acknowledgement: Acknowledgement): string {
  const id = printable(acknowledgement.id ?? '-');
  if (!acknowledgement.ok) return `refused ${id}: ${firstLineOf(acknowledgement.error)}`;
  return `taken ${id}${acknowledgement.duplicate ? ' (here before)' : ''}`;
}

/** The result for the parcels of an input. */
export interface Received {
  readonly taken: number;
  /** How many of the taken ones were here before. */
  readonly duplicates: number;
  readonly refused: number;
}

type Entry =
  | { readonly parcel: Parcel; readonly operation: ReturnType<typeof sessionOfParcel> }
  | { readonly refused: Acknowledgement };

/**
 * Puts parcels into their queues, and prints an acknowledgement of each, in their order, once it is durable. What has
 * arrived goes into one commit. A line that is refused changes nothing, and the next one is taken all the same.
 *
 * Errors: INPUT_UNREADABLE, OUTPUT_FAILED, those of the engine: what has no acknowledgement then may be here or not.
 */
export async function receiveAll(env: Environment, input: Input, out: AcknowledgementList): Promise<Received> {
  const intake = new Intake(env, out);
  try {
    for await (const lines of input.chunks()) {
      for (const line of lines) await intake.add(line);
      await intake.settle();
      await out.flush();
    }
  } finally {
    input.stop();
  }
  return intake.received;
}

/** For people, in one line. */
export function formatReceived({ taken, duplicates, refused }: Received): string {
  const parts = [
    `${formatCount(taken)} taken`,
    ...(duplicates === 0 ? [] : [`${formatCount(duplicates)} of them here before`]),
    ...(refused === 0 ? [] : [`${formatCount(refused)} refused`]),
  ];
  return `${plural(taken + refused, 'parcel')}: ${parts.join(', ')}`;
}

class Intake {
  received: Received = { taken: 0, duplicates: 0, refused: 0 };
  private readonly env: Environment;
  private readonly out: AcknowledgementList;
  private unit: Entry[] = [];
  private ids = new Set<string>();
  /** The problem of this input: the lines after it wait, too. */
  private readonly refused = new Set<string>();
  private bytes = 0;

  constructor(env: Environment, out: AcknowledgementList) {
    this.env = env;
    this.out = out;
  }

  /** Takes a line; settles what came before it, when there is enough of that, or the line depends on it. */
  async add(line: Line): Promise<void> {
    const entry = readEntry(this.env, line);
    if ('refused' in entry) {
      this.unit.push(entry);
      return;
    }
    const { parcel, operation } = entry;
    const isFull = this.unit.length >= limits.batchRecordsMax || this.bytes + operation.bytes > limits.batchBytesMax;
    if (isFull || this.ids.has(parcel.after ?? '')) await this.settle();
    if (parcel.after !== undefined && !(await this.isTaken(parcel.after))) {
      const reason = `it comes after ${parcel.after}, which was not taken`;
      this.unit.push({ refused: { id: parcel.id, ok: false, error: new TxlogError('SESSION_BUSY', reason) } });
      return;
    }
    this.unit.push(entry);
    this.ids.add(parcel.id);
    this.bytes += operation.bytes;
  }

  /** Carries out what was taken, and acknowledges it. */
  async settle(): Promise<void> {
    const unit = this.unit;
    this.unit = [];
    this.ids = new Set();
    this.bytes = 0;
    const operations = unit.flatMap((entry) => ('operation' in entry ? [entry.operation] : []));
    const answers = (operations.length === 0 ? [] : await this.env.process(operations)).values();
    for (const entry of unit) {
      if ('refused' in entry) await this.acknowledge(entry.refused);
      else await this.acknowledge(acknowledgementOf(entry.parcel, present(answers.next().value, 'answer')));
    }
  }

  /** Also when it was worked off since. */
  private async isTaken(id: string): Promise<boolean> {
    if (this.refused.has(id)) return false;
    return this.env.read((cut) => cut.state(sessionKey(id)) !== undefined);
  }

  private async acknowledge(acknowledgement: Acknowledgement): Promise<void> {
    const { taken, duplicates, refused } = this.received;
    const { ok, id } = acknowledgement;
    if (!ok && id !== null) this.refused.add(id);
    this.received = {
      taken: taken + (ok ? 1 : 0),
      duplicates: duplicates + (ok && acknowledgement.duplicate ? 1 : 0),
      refused: refused + (ok ? 0 : 1),
    };
    await this.out.add(acknowledgement);
  }
}

function readEntry({ app }: Environment, line: Line): Entry {
  if ('error' in line) return { refused: { id: null, ok: false, error: line.error } };
  let value: JsonValue | undefined;
  try {
    value = parseJson(line.text);
    const parcel = readParcel(value);
    return { parcel, operation: sessionOfParcel(parcel, app) };
  } catch (error) {
    if (!(error instanceof TxlogError)) throw error;
    const id = isJsonObject(value) && typeof value.id === 'string' ? value.id : null;
    return { refused: { id, ok: false, error: error.at(line.number) } };
  }
}

function acknowledgementOf({ id }: Parcel, answer: object): Acknowledgement {
  if ('error' in answer && answer.error instanceof TxlogError) return { id, ok: false, error: answer.error };
  const { operation } = answer as { readonly operation: { readonly ok: boolean; readonly duplicate?: boolean } };
  return { id, ok: true, duplicate: operation.duplicate === true };
}
