import { Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { EndCommand } from '../../src/cli/saga/end-command.ts';
import { sagaArgs } from '../../src/cli/saga/saga-flags.ts';
import { durationValue, parseDuration } from '../../src/text/duration.ts';

export default class SagaWait extends EndCommand {
  static override summary = 'Wait until a saga has ended, and print its outcome.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'The exit code is 0 when the saga is done, 1 when it was compensated, and 5 when the time is up. It ends ' +
      'at once when the saga has ended already.',
    [0, 1, 3, 4, 5, 66, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> saga wait order-1 --timeout 10s',
    '<%= config.bin %> saga wait order-1 --json',
    `<%= config.bin %> saga wait "$(<%= config.bin %> saga start order -q --data @order.json)"`,
  ];
  static override args = sagaArgs;
  static override flags = {
    timeout: Flags.string({ summary: 'Stop waiting after this time.', helpValue: durationValue }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SagaWait);
    const timeoutMs = flags.timeout === undefined ? undefined : parseDuration('--timeout', flags.timeout);
    await this.withEnv({}, async (env) => this.waitAndTell(env, await env.completeId(args.id, 'session'), timeoutMs));
  }
}
