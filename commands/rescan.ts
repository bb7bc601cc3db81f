import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { filterFlags, filterIn, filterText, toFilter } from '../src/cli/frame/filter-flags.ts';
import { showWork } from '../src/cli/frame/progress-line.ts';
import { StreamCommand } from '../src/cli/frame/stream-command.ts';
import { checkFlags, confirmRepair, rescanFlags, rescanTo } from '../src/cli/rescan/rescan-to.ts';
import { auditAndRepair, formatAudit } from '../src/cli/verify/audit-and-repair.ts';
import { toAuditJson } from '../src/shapes/audit.ts';
import { plural, printable } from '../src/text/printable.ts';

export default class Rescan extends StreamCommand {
  static override summary = 'Read processed transactions fast, by filter, as NDJSON; or prove the states from the log.';
  static override effect = { with: ['checkpoint', 'repair'], without: ['dry-run'] };
  static override description = withExitCodes(
    'With --checkpoint the next run goes on where this one ended. In a file (-O FILE, or >> FILE) each record is then ' +
      'once, also after kill -9; what reads a pipe may get the last page of up to 1,000 records again.\n' +
      '--verify folds the whole log again beside the environment and compares every state, applied list and index.',
    [0, 1, 4, 66, 74],
  );
  static override examples = [
    '<%= config.bin %> rescan --type order.create > orders.ndjson',
    '<%= config.bin %> rescan --status rejected --since 7d --count',
    '<%= config.bin %> rescan --checkpoint billing -O billing.ndjson',
    '<%= config.bin %> rescan --status rejected --requests | <%= config.bin %> submit -',
    '<%= config.bin %> rescan --verify',
    '<%= config.bin %> rescan --verify --repair --dry-run',
  ];
  static override flags = { ...filterFlags, ...rescanFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(Rescan);
    const name = flags.checkpoint;
    checkFlags(flags);
    // A filter that cannot be is refused before anything is opened.
    await toFilter(flags, Date.now());
    const checkpoint =
      name === undefined ? undefined : { name, filter: filterText(flags), reset: flags['reset-checkpoint'] };
    const isFile = flags.output !== undefined && flags.output !== '-';
    const show = (what: string) => showWork(what, this.talks && (flags.verify || isFile));
    const agree = confirmRepair(flags, (text) => this.talk(text));
    await this.withEnv({}, async (env) => {
      const filter = await filterIn(env, flags);
      if (flags.verify) {
        const audit = await auditAndRepair(env, { agree, show });
        await this.print(toAuditJson(audit), formatAudit(audit, this.colors));
        if (!audit.report.ok && !audit.repaired) this.exitWith(1);
      } else if (flags.count) {
        const count = await env.count(filter);
        await this.print({ v: 1, count }, String(count));
      } else {
        const { onProgress, stop } = show('rescanning');
        const job = { filter, checkpoint, file: flags.output, requests: flags.requests, onProgress };
        const { records } = await rescanTo(env, this.out, job).finally(stop);
        if (isFile) this.talk(`${plural(records, 'record')} written to ${printable(flags.output ?? '')}`);
      }
    });
  }
}
