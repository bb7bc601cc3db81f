import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import { plural } from '../../src/text/printable.ts';

export default class SyncPromote extends BaseCommand {
  static override summary = 'Turn a mirror into an environment that takes requests.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'The reason is recorded in the log. What the origin writes later is then refused as a fork. The origin ' +
      'may still lead its sessions: here they are suspended under a raised epoch, until `session resume`.',
    [0, 4, 65, 66, 69, 74, 77],
  );
  static override examples = ['<%= config.bin %> sync promote --env stage --reason "prod is gone" --actor ann'];
  static override flags = {
    reason: Flags.string({ summary: 'Record this reason in the log.', required: true, helpValue: 'REASON' }),
    actor: Flags.string({ summary: 'Record this name as the one who decided it.', helpValue: 'NAME' }),
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
