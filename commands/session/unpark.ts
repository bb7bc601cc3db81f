import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { manyArgs, RetryCommand, retryFlags } from '../../src/cli/session/retry-command.ts';

export default class SessionUnpark extends RetryCommand {
  static override summary = 'Bring parked sessions back: they are ready, with all their attempts.';
  static override effect = { without: ['dry-run'] };
  static override description = withExitCodes(
    'As `session retry`, but those that are not parked are left as they are: what went on since a list was made goes ' +
      'on. With --theme all parked ones: asks before it starts; where there is no terminal, it wants --yes.',
    [0, 3, 6, 66, 74, 75, 77],
  );
  static override examples = [
    '<%= config.bin %> session unpark mail/7 --reason "address mended"',
    '<%= config.bin %> session unpark --theme mail --yes',
    '<%= config.bin %> session list --theme mail --status parked -q | <%= config.bin %> session unpark -',
  ];
  static override args = manyArgs;
  static override flags = retryFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionUnpark);
    await this.retry(([] as string[]).concat(args.ids ?? []), { ...flags, status: 'parked' }, true);
  }
}
