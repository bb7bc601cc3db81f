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
  static override summary = 'Start a saga: either all its steps are done, or the done ones are undone.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'The saga is durable when the command prints it; workers then lead it (`txlog work`). The same --id with ' +
      'the same data again is the same saga. -q prints only the id. With --wait the exit code is 1 when the ' +
      'saga was compensated, and 5 when it has not ended in time.',
    [0, 1, 3, 4, 5, 65, 66, 74, 75, 77, 78, 130, 143],
  );
  static override examples = [
    `<%= config.bin %> saga start order --data '{"item":"tea","count":2}'`,
    '<%= config.bin %> saga start order --id order-7 --data @order.json --wait 10s',
    `<%= config.bin %> saga start order --correlation basket-7 --data '{"item":"tea","count":2}'`,
    '<%= config.bin %> saga start order --order customer/c-1 --delay 10m --app ./txlog.app.ts --data - < order.json',
  ];
  static override args = {
    type: Args.string({ description: 'The type of the saga.', required: true, ignoreStdin: true }),
  };
  static override flags = {
    data: Flags.string({ summary: 'The data of the saga.', helpValue: 'JSON|@FILE|-' }),
    id: Flags.string({
      summary: 'The id. The same id always means the same one. Without it an id is made.',
      helpValue: 'ID',
    }),
    delay: Flags.string({ summary: 'Begin the first step only after this time.', helpValue: durationValue }),
    order: Flags.string({
      summary: 'Run it only after the earlier sagas of this type and order key.',
      helpValue: 'KEY',
    }),
    respond: Flags.string({ summary: 'Put the outcome into the queue of this theme.', helpValue: 'QUEUE[@SERVICE]' }),
    ...linkFlags,
    ...appFlag,
    wait: Flags.string({
      summary: 'Wait up to this time for its end.',
      helpValue: durationValue,
      exclusive: ['dry-run'],
    }),
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
    await this.changeEnv({ writesLittle: true, ...app }, async (env) => {
      const started = await env.sagas.start(args.type, data, options);
      await this.tellStarted(env, started, { type: args.type, waitMs });
    });
  }
}
