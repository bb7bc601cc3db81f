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
    'It is ready to be led at once, or after --delay. Sessions of one --order key run one after another. The same --id ' +
      'with the same data again is the same session; -q prints the id alone.',
    [0, 4, 65, 66, 74, 75, 77, 78],
  );
  static override examples = [
    `<%= config.bin %> session new mail --data '{"to":"ann@example.com"}'`,
    '<%= config.bin %> session new mail --id mail/7 --data @mail.json --delay 10m',
    '<%= config.bin %> session new mail --data 1 --causation order-7',
    '<%= config.bin %> session new ship --order customer/c-1 --data - < parcel.json',
  ];
  static override args = { theme: Args.string({ description: 'Its theme.', required: true, ignoreStdin: true }) };
  static override flags = {
    ...dataFlags,
    ...dryRunFlag,
    id: Flags.string({ summary: 'Its id, for ever; made when absent.', helpValue: 'ID' }),
    order: Flags.string({ summary: 'Runs after the earlier ones of this key.', helpValue: 'KEY' }),
    delay: Flags.string({ summary: 'Not before so long.', helpValue: durationValue }),
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
