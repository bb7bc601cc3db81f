import { Flags } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import type { RecordFilter } from '../../core/log/filter.ts';
import type { Environment } from '../../environment/environment.ts';
import { type JsonObject, type StoredRecord, toRecordJson, toRequestJson } from '../../index.ts';
import { jsonText, plural } from '../../text/printable.ts';
import { confirm, requireAnswer } from '../frame/confirm.ts';
import { type FilterValues, filterText } from '../frame/filter-flags.ts';
import { dryRunFlag } from '../frame/global-flags.ts';
import type { Output } from '../output/output.ts';
import type { AuditOptions } from '../verify/audit-and-repair.ts';
import { openRecordOutput } from './cursor-output.ts';
import { type CheckpointName, readCheckpoint, saveCheckpoint } from './named-checkpoint.ts';
import { resumeOutput } from './resume-output.ts';

/** Flags of `rescan` besides its filter. */
export const rescanFlags = {
  count: Flags.boolean({ summary: 'Print only the number of records.' }),
  requests: Flags.boolean({
    summary: 'Print only the requests, with new ids, so that they can be submitted again.',
  }),
  out: Flags.string({ char: 'O', summary: 'Write to this file.', helpValue: 'FILE' }),
  checkpoint: Flags.string({ summary: 'Remember the last position under this name.', helpValue: 'NAME' }),
  'reset-checkpoint': Flags.boolean({ summary: 'Begin again at the start of the log.' }),
  verify: Flags.boolean({
    summary: 'Fold the log again and compare everything. The exit code is 1 when anything differs.',
  }),
  repair: Flags.boolean({ summary: 'With --verify: rebuild the indexes when they differ. The log never changes.' }),
  ...dryRunFlag,
};

/** The records to rescan, and where they go. */
export interface RescanJob {
  readonly filter: RecordFilter;
  readonly checkpoint: CheckpointName | undefined;
  /** Name of the output file; stdout without one. */
  readonly file: string | undefined;
  /** Requests to submit again, instead of records. */
  readonly requests: boolean;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Characters that are put together before they are passed on. */
const chunkChars = 1024 * 1024;

/**
 * Writes the records that pass a filter as NDJSON. With a checkpoint it goes on where the last run ended: its place is
 * saved after each page, together with the length of the output file, so that each record is in the file once whatever
 * dies when. What others wrote there is never cut. A pipe may get the last page again.
 *
 * Errors: CHECKPOINT_CONFLICT, OUTPUT_FAILED.
 */
export async function rescanTo(
  env: Environment,
  stdout: Output,
  job: RescanJob,
): Promise<{ readonly records: number; readonly position: number }> {
  const { checkpoint, filter, onProgress } = job;
  const known = checkpoint && (await readCheckpoint(env, checkpoint));
  const output = openRecordOutput(job.file, stdout, checkpoint !== undefined);
  const head = (await env.head()).position;
  const from = Math.max(filter.from ?? 1, (known?.position ?? 0) + 1);
  const to = Math.min(filter.to ?? head, head);
  const pages = () => env.pages({ ...filter, from, to });
  const toJson = job.requests ? toRequestJson : toRecordJson;
  const save = async (position: number) => {
    if (checkpoint) await saveCheckpoint(env, checkpoint, { position, place: await output.settle() });
  };
  let records = 0;
  try {
    if (checkpoint) await resumeOutput(output, { checkpoint, known, again: () => textsOf(pages(), toJson) });
    // Before the first record, so that a run that dies in its first page is cut back too, whatever file it has now.
    await save(known?.position ?? from - 1);
    for await (const page of pages()) {
      for (const text of textOf(page, toJson)) await output.add(text);
      records += page.length;
      const { position } = page.at(-1) as StoredRecord;
      await save(position);
      onProgress?.(position - from + 1, to - from + 1);
    }
    await output.settle();
    if (to >= from) await save(to);
  } finally {
    output.close();
  }
  return { records, position: Math.max(to, from - 1) };
}

type ToJson = (record: StoredRecord) => JsonObject | undefined;

/** A page as it is written, in pieces. */
function* textOf(page: readonly StoredRecord[], toJson: ToJson): Iterable<string> {
  let text = '';
  for (const record of page) {
    const json = toJson(record);
    if (json) text += `${jsonText(json)}\n`;
    if (text.length < chunkChars) continue;
    yield text;
    text = '';
  }
  yield text;
}

async function* textsOf(pages: AsyncIterable<readonly StoredRecord[]>, toJson: ToJson): AsyncIterable<string> {
  for await (const page of pages) yield* textOf(page, toJson);
}

const repairing = 'Rebuild all indexes from the log?';

/**
 * Who says whether to repair, as the flags want it; undefined without --repair. `talk` tells what a dry run would do;
 * `sure`: people have agreed.
 *
 * Errors: USAGE where there is nobody.
 */
export function confirmRepair(
  flags: RescanValues,
  { talk, sure }: { readonly talk: (text: string) => void; readonly sure: boolean },
): AuditOptions['agree'] {
  if (!flags.repair) return undefined;
  if (flags['dry-run']) {
    return async () => {
      talk('would make all indexes anew from the log; nothing was written');
      return false;
    };
  }
  requireAnswer(repairing, sure);
  return ({ problems }) => confirm(`${plural(problems.length, 'problem')} found. ${repairing}`, sure);
}

/** The values of the flags above. */
export interface RescanValues extends FilterValues {
  readonly count: boolean;
  readonly requests: boolean;
  readonly out?: string | undefined;
  readonly checkpoint?: string | undefined;
  readonly 'reset-checkpoint': boolean;
  readonly verify: boolean;
  readonly repair: boolean;
  readonly 'dry-run': boolean;
}

/** Refuses flags that mean nothing together. `isShaped`: another form than whole lines of JSON is asked for. Errors: USAGE. */
export function checkFlags(flags: RescanValues, isShaped: boolean): void {
  const filter = filterText(flags);
  const ways = [flags.count, flags.verify, flags.out !== undefined || flags.checkpoint !== undefined];
  const wrong = [
    ways.filter(Boolean).length > 1 && '--count, --verify, and -O or --checkpoint exclude each other',
    flags.verify && filter !== '' && `--verify looks at everything: it takes no ${filter}`,
    isShaped && ways[2] && '-O and --checkpoint write all of each record, as NDJSON, and nothing else',
    flags.repair && !flags.verify && '--repair needs --verify',
    flags['dry-run'] && !flags.repair && '--dry-run needs --repair',
    flags['reset-checkpoint'] && flags.checkpoint === undefined && '--reset-checkpoint needs --checkpoint NAME',
  ].find((problem) => typeof problem === 'string');
  if (wrong !== undefined) throw new TxlogError('USAGE', wrong, { next: ['txlog rescan --help'] });
}
