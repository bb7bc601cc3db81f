import { examineAll, formatFindings } from '../src/cli/doctor/examine-all.ts';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { isFit, toFindingsJson } from '../src/shapes/finding.ts';

export default class Doctor extends BaseCommand {
  static override summary = 'Check that txlog can run here: versions, permissions, disk space, file system, readers.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'Each finding is ok, warn or fail, and names the next command. The command changes nothing. It reads only ' +
      'the ends of the log and the first attachments; `verify --attachments` reads all.',
    [0, 1],
  );
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --env /var/lib/orders --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const findings = await examineAll(flags.env, Date.now());
    if (!isFit(findings)) this.exitWith(1);
    await this.print(toFindingsJson(findings), formatFindings(findings, this.colors));
  }
}
