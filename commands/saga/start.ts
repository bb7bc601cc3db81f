import { Args, Flags } from '@oclif/core';
import { appFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import { EndCommand } from '../../src/cli/saga/end-command.ts';
import { linkFlags } from '../../src/cli/session/link-flags.ts';
import { readJsonData } from '../../src/cli/session/read-data.ts';
import { given } from '../../src/core/base/given.ts';
import { durationValue, parseDuration, parseSeconds } from '../../src/text/duration.ts';

export default class SagaStart extends EndCommand {
  static override summary = 'Start a saga: all its steps are done, or those that were done are undone.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'Durable when it is printed; workers lead it (`work`). The same --id with the same data again is the same saga; -q ' +
      'prints the id alone. With --wait: exit code 1 when it was compensated, 5 when it had not ended by then.',
    [0, 1, 3, 4, 5, 65, 66, 74, 75, 77, 78, 130, 143],
  );
  static override examples = [
    `<%= config.bin %> saga start order --data '{"item":"tea","count":2}'`,
    '<%= config.bin %> saga start order --id order-7 --data @order.json --wait 10s',
    `<%= config.bin %> saga start order --correlation basket-7 --data '{"item":"tea","count":2}'`,
    '<%= config.bin %> saga start order --order customer/c-1 --delay 10m --app ./txlog.app.ts --data - < order.json',
  ];
  static override args = { type: Args.string({ description: 'Its type.', required: true, ignoreStdin: true }) };
  static override flags = {
    data: Flags.string({ summary: 'What it is about.', helpValue: 'JSON|@FILE|-' }),
    id: Flags.string({ summary: 'Its id, for ever; made when absent.', helpValue: 'ID' }),
    delay: Flags.string({ summary: 'Its first step not before so long.', helpValue: durationValue }),
    order: Flags.string({ summary: 'Runs after the earlier ones of its type and this key.', helpValue: 'KEY' }),
    respond: Flags.string({ summary: 'Puts its outcome into this queue.', helpValue: 'QUEUE[@SERVICE]' }),
    ...linkFlags,
    ...appFlag,
    wait: Flags.string({ summary: 'Wait so long for its end.', helpValue: durationValue, exclusive: ['dry-run'] }),
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SagaStart);
    const { id, order, respond, correlation, causation } = flags;
    const delay = parseSeconds('--delay', flags.delay);
    const waitMs = flags.wait === undefined ? undefined : parseDuration('--wait', flags.wait);
    const options = given({ id, order, respond, delay, correlation, causation });
    const app = this.appOptions();
    const data = readJsonData('--data', flags.data);
    await this.changeEnv({ checkpointRecords: 0, ...app }, async (env) => {
      const started = await env.sagas.start(args.type, data, options);
      await this.tellStarted(env, started, { type: args.type, waitMs });
    });
  }
}
