import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { formatQueues, queueColumns } from '../../src/cli/print/queue-page.ts';
import { toQueueJson } from '../../src/shapes/queue.ts';

export default class QueueList extends BaseCommand {
  static override summary = 'List the queues: their depth, age, rates and workers.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'A queue holds the sessions of one theme. oldest: how long the next session has been due. in/s and out/s: ' +
      'sessions made and removed per second, over the last 10 to 20 seconds. With -q it prints only the themes.',
    [0, 66],
  );
  static override examples = ['<%= config.bin %> queue list', '<%= config.bin %> queue list --json'];
  static override flags = listFlags;

  async run(): Promise<void> {
    await this.parse(QueueList);
    await this.withEnv({}, async (env) => {
      const now = env.clock.now();
      await this.printList(await env.sessions.queues(), {
        json: (queue) => toQueueJson(queue, now),
        people: (page) => formatQueues(page, now, this.colors),
        columns: queueColumns,
        empty: 'No queue: no session was ever made.',
      });
    });
  }
}
