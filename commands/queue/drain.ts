import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { onInterrupt } from '../../src/cli/frame/signals.ts';
import { drainQueue } from '../../src/cli/queue/drain-queue.ts';
import { pauseFlags, queueArgs } from '../../src/cli/queue/pause-command.ts';
import { durationValue, parseDuration } from '../../src/text/duration.ts';
import { printable } from '../../src/text/printable.ts';

export default class QueueDrain extends BaseCommand {
  static override summary = 'Pause a queue, and wait until the running turns have ended.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'After that nobody works on the theme, and its sessions wait. The queue stays paused until `queue ' +
      'resume`, also after a timeout or Ctrl-C.',
    [0, 3, 5, 66, 74, 75, 77, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> queue drain mail',
    '<%= config.bin %> queue drain mail --timeout 5m --reason "new mail server"',
  ];
  static override args = queueArgs;
  static override flags = {
    ...pauseFlags,
    timeout: Flags.string({ summary: 'Stop waiting after this time.', helpValue: durationValue }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueDrain);
    const timeoutMs = flags.timeout === undefined ? undefined : parseDuration('--timeout', flags.timeout);
    const { signal, exitCode } = onInterrupt();
    await this.changeEnv({ writesLittle: true }, async (env) => {
      const drained = await drainQueue(env, args.theme, { ...flags, timeoutMs, signal, waits: !this.isRehearsal });
      const { counts } = await env.sessions.theme(args.theme);
      const waiting = counts.ready + counts.behind + counts.stored;
      const json = { v: 1, theme: args.theme, paused: true, drained, active: counts.active, waiting };
      const text = `${printable(args.theme)} is paused, ${counts.active} led, ${waiting} waiting`;
      await this.print(json, text);
      this.exitWith(exitCode() ?? 0);
    });
  }
}
