import { positionKey } from '../../../src/layout/keys.ts';
import { firstDigest, RecordEncoder, recordDigest } from '../../../src/layout/record-codec.ts';
import { register } from '../inputs.ts';
import { check, type Figures, type Run, type Workload } from '../measure.ts';
import { RawTables } from '../raw-tables.ts';
import { endsRejected, toRecord } from '../requests.ts';
import { Stopwatch } from '../timing.ts';

const group = 1_000;

/** The log alone: encoding, checksum, hash chain and append, to appending bytes that are ready. */
export const logAppend: Workload = {
  name: 'log',
  what: 'the log append alone (encode, checksum, chain, put), in groups of 1,000',
  count: { full: 200_000, quick: 20_000 },
  sides: { engine, raw },
  conclude: ({ engine = {}, raw = {} }) => [
    {
      what: 'log append to raw sequential puts of the same bytes',
      value: (engine.perSecond ?? 0) / (raw.perSecond ?? 1),
      unit: '',
      target: { atLeast: 0.4 },
      detail: `engine ${Math.round(engine.perSecond ?? 0)}/s (${engine.cpuMicros?.toFixed(1)} µs CPU); raw ${Math.round(raw.perSecond ?? 0)}/s (${raw.cpuMicros?.toFixed(1)} µs CPU)`,
    },
  ],
};

async function engine({ dir, count }: Run): Promise<Figures> {
  const tables = new RawTables(dir);
  const encoder = new RecordEncoder();
  const watch = new Stopwatch();
  let digest: Uint8Array = firstDigest;
  for (let from = 0; from < count; from += group) {
    const records = Array.from({ length: group }, (_, i) => {
      const input = register(from + i);
      return toRecord(input, from + i + 1, endsRejected(input, from + i));
    });
    await watch.time(() => {
      encoder.start(digest);
      tables.append(records.map((record) => ({ key: positionKey(record.position), value: encoder.encode(record, 1) })));
    });
    digest = Buffer.from(recordDigest(tables.last(from + group)));
  }
  check('records', tables.count, count);
  await tables.close();
  return watch.figures(count);
}

async function raw({ dir, count }: Run): Promise<Figures> {
  const tables = new RawTables(dir);
  const watch = new Stopwatch();
  for (let from = 0; from < count; from += group) {
    const puts = tables.prepareLog(register, from, group);
    await watch.time(() => tables.write(puts));
  }
  check('records', tables.count, count);
  await tables.close();
  return watch.figures(count);
}
