import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { wholeNumber } from '../../src/cli/frame/whole-number.ts';
import { formatQueue } from '../../src/cli/print/queue-page.ts';
import { queueArgs } from '../../src/cli/queue/pause-command.ts';
import { toQueuePageJson } from '../../src/shapes/queue.ts';

export default class QueueShow extends BaseCommand {
  static override summary = 'Show one queue: its counts, its workers, and the sessions that come next.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'The next sessions are in the order in which workers will take them.',
    [0, 3, 66],
  );
  static override examples = [
    '<%= config.bin %> queue show mail',
    '<%= config.bin %> queue show request/order.create -n 100 --json',
  ];
  static override args = queueArgs;
  static override flags = {
    limit: wholeNumber({
      char: 'n',
      summary: 'Show so many of the next sessions.',
      default: 10,
      min: 1,
      max: 10_000,
      helpValue: 'N',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueShow);
    await this.withEnv({}, async (env) => {
      const now = env.clock.now();
      const queue = await env.sessions.queue(args.theme, { next: flags.limit });
      await this.print(toQueuePageJson(queue, now), formatQueue(queue, now, this.colors));
    });
  }
}
