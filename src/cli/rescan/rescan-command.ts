import type { RecordFilter } from '../../core/log/filter.ts';
import type { Environment } from '../../environment/environment.ts';
import { toAuditJson } from '../../shapes/audit.ts';
import { plural, printable } from '../../text/printable.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { filterText } from '../frame/filter-flags.ts';
import { showWork } from '../frame/progress-line.ts';
import { ScanProgress } from '../frame/scan-progress.ts';
import { FilterWatch } from '../log/filter-watch.ts';
import { RecordLines, recordFormat } from '../print/record-lines.ts';
import { auditAndRepair, formatAudit } from '../verify/audit-and-repair.ts';
import { requestFormat, requestsOf } from './requests.ts';
import { confirmRepair, type RescanValues, rescanTo } from './rescan-to.ts';

/** The command `rescan` in each of its ways, which its flags choose. */
export abstract class RescanCommand extends BaseCommand {
  /** Proves all states from the log, and mends them where that is wanted. Exit code 1 where they differ. */
  protected async audit(env: Environment, flags: RescanValues): Promise<void> {
    const agree = confirmRepair(flags, { talk: (text) => this.talk(text), sure: this.isSure });
    const audit = await auditAndRepair(env, { agree, show: (what) => showWork(what, this.shown) });
    if (!audit.report.ok && !audit.repaired) this.exitWith(1);
    await this.print(toAuditJson(audit), formatAudit(audit, this.colors));
  }

  /** Counts the records that pass a filter. */
  protected async count(env: Environment, filter: RecordFilter, flags: RescanValues): Promise<void> {
    const { position: head } = await env.head();
    const progress = new ScanProgress(this.shown, { from: flags.from ?? 1, to: filter.to ?? head });
    const watch = new FilterWatch(filter, flags, (position) => progress.looked(position));
    const count = await env.count(watch.filter).finally(() => progress.stop());
    if (count === 0 && this.talks) this.talk(await watch.emptyText(await env.status()));
    await this.print({ v: 1, count }, String(count));
  }

  /** Writes the records, or their requests, whole, as NDJSON: as fast as they are read. */
  protected async write(env: Environment, filter: RecordFilter, flags: RescanValues): Promise<void> {
    const { checkpoint: name, out } = flags;
    const isFile = out !== undefined && out !== '-';
    const checkpoint =
      name === undefined ? undefined : { name, filter: filterText(flags), reset: flags['reset-checkpoint'] };
    const { onProgress, stop } = showWork('rescanning', isFile && this.shown);
    const job = { filter, checkpoint, file: out, requests: flags.requests, onProgress };
    const { records } = await rescanTo(env, this.out, job).finally(stop);
    if (isFile) this.talk(`${plural(records, 'record')} written to ${printable(out)}`);
  }

  /** Prints the records, or their requests, in another form, or some of them. */
  protected async show(env: Environment, filter: RecordFilter, requests: boolean): Promise<void> {
    const records = env.records(filter);
    const lines = new RecordLines(this.colors);
    if (requests) await this.printList(requestsOf(records), requestFormat);
    else await this.printList(records, recordFormat(lines));
  }

  /** Whether another form is asked for than whole lines of JSON, or only some of them. */
  protected get isShaped(): boolean {
    return this.format !== 'ndjson' || this.globals.fields !== undefined || this.globals.limit !== undefined;
  }
}
