import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { filterFlags, filterIn, toFilter, zoneNote } from '../src/cli/frame/filter-flags.ts';
import { listFlags } from '../src/cli/output/limit-flag.ts';
import { RescanCommand } from '../src/cli/rescan/rescan-command.ts';
import { checkFlags, rescanFlags } from '../src/cli/rescan/rescan-to.ts';

export default class Rescan extends RescanCommand {
  static override summary = 'Read records fast by filter, as NDJSON; or verify the states against the log.';
  static override effect = { with: ['checkpoint', 'repair'], without: ['dry-run'] };
  static override description = withExitCodes(
    'With --checkpoint the next run goes on where this one ended. In a file (-O FILE, or >> FILE) each record ' +
      'then stands once, also after kill -9. A reader of a pipe can get the last page of up to 1,000 records ' +
      'again.\n' +
      '--verify folds the whole log again beside the environment, and compares every state, applied list and ' +
      'index.',
    [0, 1, 4, 66, 74, 77],
  );
  static override examples = [
    '<%= config.bin %> rescan --type order.create > orders.ndjson',
    '<%= config.bin %> rescan --status rejected --since 7d --count',
    '<%= config.bin %> rescan --checkpoint billing -O billing.ndjson',
    '<%= config.bin %> rescan --status rejected --requests | <%= config.bin %> submit -',
    '<%= config.bin %> rescan --verify',
    '<%= config.bin %> rescan --verify --repair --dry-run',
  ];
  static override flags = { ...filterFlags, ...listFlags, ...rescanFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(Rescan);
    if (!flags.verify && !flags.count) this.preferLines();
    checkFlags(flags, this.isShaped);
    // A filter that cannot be is refused before anything is opened.
    await toFilter(flags, Date.now());
    await this.withEnv({}, async (env) => {
      const filter = await filterIn(env, flags);
      this.note(zoneNote(flags, env.now()));
      if (flags.verify) await this.audit(env, flags);
      else if (flags.count) await this.count(env, filter, flags);
      else if (this.isShaped) await this.show(env, filter, flags.requests);
      else await this.write(env, filter, flags);
    });
  }
}
