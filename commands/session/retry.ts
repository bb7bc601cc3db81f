import { Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { manyArgs, RetryCommand, retryFlags } from '../../src/cli/session/retry-command.ts';

export default class SessionRetry extends RetryCommand {
  static override summary = 'Let sessions be led again at once, with all their attempts.';
  static override effect = { without: ['dry-run'] };
  static override description = withExitCodes(
    'Those that sleep, that are parked, or whose operator is no more; `session unpark` does the same to parked ones ' +
      'alone. One whose operator is alive is refused, unless with --force. With --theme all of a status: asks before it ' +
      'starts; where there is no terminal, it wants --yes.',
    [0, 3, 4, 5, 6, 66, 74, 75, 77],
  );
  static override examples = [
    '<%= config.bin %> session retry mail/7',
    '<%= config.bin %> session retry --theme mail --status parked --dry-run',
    '<%= config.bin %> session stuck --theme mail -q | <%= config.bin %> session retry - --reason "server is back"',
  ];
  static override args = manyArgs;
  static override flags = {
    ...retryFlags,
    status: Flags.option({
      summary: 'Those of a --theme that have this status.',
      options: ['parked', 'stored', 'active'] as const,
      default: 'parked',
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionRetry);
    await this.retry(([] as string[]).concat(args.ids ?? []), flags, false);
  }
}
