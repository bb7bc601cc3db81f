import type { RecordFilter } from '../../core/log/filter.ts';
import { formatCount } from '../../text/printable.ts';
import { BaseCommand } from '../frame/base-command.ts';
import type { FilterValues } from '../frame/filter-flags.ts';
import { ScanProgress } from '../frame/scan-progress.ts';
import { RecordLines, recordFormat } from '../print/record-lines.ts';
import type { Reached } from '../reach/reached.ts';
import { FilterWatch } from './filter-watch.ts';
import { selectRecords } from './select-records.ts';

/** Records that `log -f` begins with. */
const followedLines = 10;

/** The flags of `log`, and until when it follows. */
interface LogValues extends FilterValues {
  readonly limit?: number | undefined;
  readonly reverse: boolean;
  readonly signal: AbortSignal | undefined;
}

/** The command `log`. */
export abstract class LogCommand extends BaseCommand {
  /** Prints the records that pass a filter; where none does, it says so, and what was probably meant. */
  protected async show(reached: Reached, filter: RecordFilter, values: LogValues): Promise<void> {
    const { signal: follow, reverse, from, since } = values;
    const { calls: env, isRemote } = reached;
    const begins = follow !== undefined && from === undefined && since === undefined;
    // From a place on, all is followed.
    const limit = values.limit ?? (begins ? followedLines : follow ? Number.POSITIVE_INFINITY : this.limit);
    const { position: head } = await env.head();
    const progress = new ScanProgress(follow === undefined && this.shown, { from: from ?? 1, to: filter.to ?? head });
    const watch = new FilterWatch(filter, values, (position) => progress.looked(position));
    const lines = recordFormat(new RecordLines(this.colors));
    let isCut = false;
    const onMore = () => {
      isCut = true;
    };
    // A frontend filters by itself: what does not fit never comes here.
    const records = selectRecords(env, isRemote ? filter : watch.filter, { limit, reverse, follow, onMore });
    const people: typeof lines.people = (page) => {
      progress.printed();
      return lines.people(page);
    };
    const count = await this.printAll(records, { ...lines, people, live: follow !== undefined }).finally(() =>
      progress.stop(),
    );
    if (count === 0 && !follow && this.talks) this.talk(await watch.emptyText(await reached.types()));
    if (isCut) this.tellMore(`the newest ${formatCount(limit)} are shown`);
  }
}
