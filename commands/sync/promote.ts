import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import { plural } from '../../src/text/printable.ts';

export default class SyncPromote extends BaseCommand {
  static override summary = 'Make a mirror take requests; from then on its log is its own.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'The reason is a record of the log. What its origin writes later is refused as a fork. Its sessions may still be led ' +
      'there: they are suspended under a raised epoch, until `session resume`.',
    [0, 4, 65, 66, 69, 74, 77],
  );
  static override examples = ['<%= config.bin %> sync promote --env stage --reason "prod is gone" --actor ann'];
  static override flags = {
    reason: Flags.string({ summary: 'Why; it goes into the log.', required: true, helpValue: 'REASON' }),
    actor: Flags.string({ summary: 'Who says so.', helpValue: 'NAME' }),
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SyncPromote);
    await this.changeEnv({}, async (env) => {
      const { position, suspended } = await env.sync.promote(flags);
      const sessions =
        suspended === 0 ? '' : `\n${plural(suspended, 'session')} suspended\nnext: txlog session resume --all`;
      const text = `promoted by record ${position}: it takes requests now${sessions}`;
      await this.print({ v: 1, position: String(position), suspended }, text);
    });
  }
}
