import { Args, Flags } from '@oclif/core';
import { appFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import { linkFlags } from '../../src/cli/session/link-flags.ts';
import { OperationCommand } from '../../src/cli/session/operation-command.ts';
import { readSessionData } from '../../src/cli/session/read-data.ts';
import { dataFlags } from '../../src/cli/session/session-flags.ts';
import { given } from '../../src/core/base/given.ts';
import { durationValue, parseSeconds } from '../../src/text/duration.ts';

export default class SessionNew extends OperationCommand {
  static override summary = 'Make a session: a durable work item of a theme.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'The session is ready at once, or after --delay. Sessions with the same --order key run one after ' +
      'another. The same --id with the same data again is the same session. -q prints only the id.',
    [0, 4, 65, 66, 74, 75, 77, 78],
  );
  static override examples = [
    `<%= config.bin %> session new mail --data '{"to":"ann@example.com"}'`,
    '<%= config.bin %> session new mail --id mail/7 --data @mail.json --delay 10m',
    '<%= config.bin %> session new mail --data 1 --causation order-7',
    '<%= config.bin %> session new ship --order customer/c-1 --data - < parcel.json',
  ];
  static override args = {
    theme: Args.string({ description: 'The theme of the session.', required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...dataFlags,
    ...dryRunFlag,
    id: Flags.string({
      summary: 'The id. The same id always means the same one. Without it an id is made.',
      helpValue: 'ID',
    }),
    order: Flags.string({ summary: 'Run it only after the earlier sessions with this order key.', helpValue: 'KEY' }),
    delay: Flags.string({ summary: 'Make it ready only after this time.', helpValue: durationValue }),
    ...linkFlags,
    ...appFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionNew);
    const { id, order, correlation, causation } = flags;
    const data = readSessionData(flags);
    const delay = parseSeconds('--delay', flags.delay);
    const options = given({ id, order, delay, correlation, causation });
    const app = this.appOptions();
    await this.operate({ op: 'new', session: undefined }, (env) => env.sessions.create(args.theme, data, options), app);
  }
}
