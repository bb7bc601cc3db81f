import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { showWork } from '../src/cli/frame/progress-line.ts';
import { formatVerify } from '../src/cli/print/verify-report.ts';
import { toVerifyJson } from '../src/shapes/verify.ts';

const proved = 'the chain is unbroken, checksums and totals fit';

export default class Verify extends BaseCommand {
  static override summary = 'Check the log fast: its hash chain, checksums, totals and the pages of the file.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It changes nothing. `rescan --verify` also compares all states with the log.',
    [0, 1, 66],
  );
  static override examples = ['<%= config.bin %> verify', '<%= config.bin %> verify --json'];

  async run(): Promise<void> {
    await this.parse(Verify);
    const progress = showWork('verifying', this.shown);
    await this.withEnv({}, async (env) => {
      const report = await env.verify(progress).finally(() => progress.stop());
      const next = report.ok ? '' : '\nnext: txlog doctor\nnext: txlog rescan --verify';
      if (!report.ok) this.exitWith(1);
      await this.print(toVerifyJson(report), formatVerify(report, proved, this.colors) + next);
    });
  }
}
